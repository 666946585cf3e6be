/** Kinds of extras by the folder they lie in. Spaces, dashes and underscores of the folder's name do not count. */
const FOLDERS: Record<string, string> = {
  trailers: 'trailer',
  trailer: 'trailer',
  behindthescenes: 'behindTheScenes',
  deletedscenes: 'deletedScene',
  interviews: 'interview',
  interview: 'interview',
  scenes: 'scene',
  samples: 'sample',
  sample: 'sample',
  shorts: 'short',
  featurettes: 'featurette',
  featurette: 'featurette',
  extras: 'other',
  extra: 'other',
  other: 'other',
  bonus: 'other',
  clips: 'clip',
  backdrops: 'backdrop',
  thememusic: 'themeMusic',
};

/** Kinds by the end of a file's name, written "-trailer", also with "." or "_" for the two any player accepts so. */
const SUFFIXES: Record<string, string> = {
  trailer: 'trailer',
  sample: 'sample',
  scene: 'scene',
  clip: 'clip',
  interview: 'interview',
  behindthescenes: 'behindTheScenes',
  deleted: 'deletedScene',
  deletedscene: 'deletedScene',
  featurette: 'featurette',
  short: 'short',
  extra: 'other',
  other: 'other',
};

const SUFFIX = /-([a-z]{4,15})\d{0,2}$/i;
const CODEC_END = /(?:[xh][\s._]?26[456]|xvid|divx|hevc|avc|av1|ac3|dts|\d\.\d)$/i;
const DOTTED = /[._ ](trailer|sample)$/i;

export interface ExtraAndRest {
  extra?: string;
  /** The name without the suffix that told the kind. */
  rest: string;
}

/** The kind of extra a folder holds, or undefined for any other folder. */
export function extraFolder(folder: string): string | undefined {
  const key = folder.toLowerCase().replace(/[\s_-]/g, '');
  return Object.hasOwn(FOLDERS, key) ? FOLDERS[key] : undefined;
}

/** Takes the suffix of an extra off a file's name. */
export function takeExtraSuffix(name: string): ExtraAndRest {
  const word = name.toLowerCase();
  if (word === 'theme') return { extra: 'themeMusic', rest: name };
  if (word === 'trailer' || word === 'sample') return { extra: word, rest: name };
  const match = SUFFIX.exec(name.slice(-18)) ?? DOTTED.exec(name.slice(-10));
  const kind =
    match && Object.hasOwn(SUFFIXES, match[1]!.toLowerCase()) ? SUFFIXES[match[1]!.toLowerCase()] : undefined;
  if (kind === undefined) return { rest: name };
  const rest = name.slice(0, -match![0].length);
  // Release groups are called Scene or Short, too; a sample or trailer of a release is one.
  return kind !== 'sample' && kind !== 'trailer' && CODEC_END.test(rest.slice(-8))
    ? { rest: name }
    : { extra: kind, rest };
}
