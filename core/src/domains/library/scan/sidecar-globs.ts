/**
 * The globs of local metadata: `{stem}-poster.{jpg,png}`, `fanart*.jpg`. Braces without `*` become plain names, so that most
 * questions are look-ups; letter case does not count.
 */
export interface SidecarGlob {
  /** Lower-case names; `{stem}` and `{season}` are still in them. */
  names: readonly string[];
  /** For those with `*`. */
  patterns: readonly string[];
}

const most = 200;

export function compileGlobs(globs: readonly string[]): SidecarGlob {
  const expanded = globs.flatMap((glob) => expandBraces(glob.toLowerCase())).slice(0, most);
  return {
    names: expanded.filter((name) => !name.includes('*')),
    patterns: expanded.filter((name) => name.includes('*')),
  };
}

/** Variables keep their braces: `{stem}` and `{season}` hold no comma. */
function expandBraces(glob: string): string[] {
  const match = /\{([^{}]*,[^{}]*)\}/.exec(glob);
  if (!match) return [glob];
  const before = glob.slice(0, match.index);
  const after = glob.slice(match.index + match[0].length);
  return (match[1] as string).split(',').flatMap((choice) => expandBraces(`${before}${choice}${after}`));
}

export interface GlobVariables {
  stem?: string;
  /** Two digits. */
  season?: string;
}

/** Names of `files` (lower case → as on disk) that fit, in the globs' order of preference, each once. */
export function matchGlobs(glob: SidecarGlob, files: ReadonlyMap<string, string>, variables: GlobVariables): string[] {
  if (files.size === 0) return [];
  const found = new Set<string>();
  for (const name of glob.names) {
    const wanted = fill(name, variables);
    const file = wanted === undefined ? undefined : files.get(wanted);
    if (file !== undefined) found.add(file);
  }
  for (const pattern of glob.patterns) {
    const filled = fill(pattern, variables);
    if (filled === undefined) continue;
    for (const [lower, file] of files) if (matchesStar(filled, lower)) found.add(file);
  }
  return [...found];
}

function fill(name: string, { stem, season }: GlobVariables): string | undefined {
  if (name.includes('{stem}') && stem === undefined) return undefined;
  if (name.includes('{season}') && season === undefined) return undefined;
  return name.replaceAll('{stem}', stem?.toLowerCase() ?? '').replaceAll('{season}', season ?? '');
}

/** `*` stands for any run of characters; linear in the name for each star. */
function matchesStar(pattern: string, name: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  if (!name.startsWith(first)) return false;
  let at = first.length;
  for (const [index, part] of rest.entries()) {
    const last = index === rest.length - 1;
    const next = last ? name.length - part.length : name.indexOf(part, at);
    if (next < at || (last && !name.endsWith(part))) return false;
    at = next + part.length;
  }
  return true;
}
