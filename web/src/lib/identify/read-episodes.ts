/** `3`, `3, 4` and `3-5` as numbers; what is no number is left out. */
export function readEpisodes(text: string): number[] {
  const episodes = new Set<number>();
  for (const part of text.split(/[,;\s]+/)) {
    const [, first, last] = /^(\d{1,5})(?:[-–](\d{1,5}))?$/.exec(part) ?? [];
    if (first === undefined) continue;
    const end = Math.min(Number(last ?? first), Number(first) + 49);
    for (let episode = Number(first); episode <= end; episode++) episodes.add(episode);
  }
  return [...episodes];
}
