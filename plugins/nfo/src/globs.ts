import type { MediaType } from '@vitascope/sdk';

/** NFO files by what they describe. */
export const files: Partial<Record<MediaType, string[]>> = {
  movie: ['{stem}.nfo', 'movie.nfo'],
  show: ['tvshow.nfo'],
  season: ['season.nfo'],
  episode: ['{stem}.nfo'],
};

const image = '.{jpg,jpeg,png,webp}';
const each = (...names: string[]): string[] => names.map((name) => name + image);
/** Beside a media file the name may stand before; alone in a folder it may be left out. */
const beside = (...names: string[]): string[] => [...names.map((name) => `{stem}-${name}${image}`), ...each(...names)];

const backdrops = (names: string[]): string[] => [
  ...names,
  `backdrop*${image}`,
  `fanart*${image}`,
  `extrafanart/*${image}`,
];

/** The conventions of Kodi, Jellyfin and Emby, best first. */
export const pictures: Record<string, string[]> = {
  'movie.poster': [...beside('poster', 'folder', 'cover', 'default', 'movie'), `{stem}${image}`],
  'movie.backdrop': backdrops(beside('fanart', 'background', 'art', 'backdrop')),
  'movie.landscape': beside('landscape', 'thumb'),
  'movie.banner': beside('banner'),
  'movie.logo': beside('logo', 'clearlogo'),
  'movie.clearart': beside('clearart'),
  'movie.disc': beside('disc', 'cdart', 'discart'),
  'show.poster': each('poster', 'folder', 'cover', 'default', 'show'),
  'show.backdrop': backdrops(each('fanart', 'background', 'art', 'backdrop')),
  'show.landscape': each('landscape', 'thumb'),
  'show.banner': each('banner'),
  'show.logo': each('logo', 'clearlogo'),
  'show.clearart': each('clearart'),
  'season.poster': each('season{season}-poster', 'season{season}', 'poster', 'folder', 'cover'),
  'season.backdrop': each('season{season}-fanart', 'fanart', 'backdrop'),
  'season.landscape': each('season{season}-landscape', 'season{season}-thumb', 'landscape'),
  'season.banner': each('season{season}-banner', 'banner'),
  'episode.still': [`{stem}-thumb${image}`, `{stem}${image}`, `metadata/{stem}${image}`],
};
