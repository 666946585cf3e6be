/** A page of settings as the search knows it. */
export interface Searchable {
  href: string;
  label: string;
  /** The settings on the page: their names and descriptions. */
  members: readonly { label: string; text: string; href: string }[];
}

export interface Hit {
  href: string;
  label: string;
  /** The page it is on. */
  page: string;
}

/** Settings whose name, page or description has all the words. Names come before descriptions. */
export function searchSettings(entries: readonly Searchable[], query: string): Hit[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const has = (text: string) => words.every((word) => text.toLocaleLowerCase().includes(word));
  const pages = entries.filter((entry) => has(entry.label)).map((entry) => ({ ...entry, page: '', rank: 0 }));
  const members = entries.flatMap((entry) =>
    entry.members
      .filter((member) => has(`${entry.label} ${member.label} ${member.text}`))
      .map((member) => ({ ...member, page: entry.label, rank: has(member.label) ? 1 : 2 })),
  );
  return [...pages, ...members].sort((a, b) => a.rank - b.rank).map(({ href, label, page }) => ({ href, label, page }));
}
