import { extname } from 'node:path';

const media = new Set(
  '3gp asf avi divx dv f4v flv m2ts m2v m4v mkv mov mp4 mpeg mpg mts mxf ogm ogv rm rmvb ts vob webm wmv'.split(' '),
);
const images = new Set('jpg jpeg png webp avif gif tbn'.split(' '));
const subtitles = new Set('srt ass ssa vtt sub sup'.split(' '));
/** Where the pictures of a `.sub` beside it belong. */
const subtitleIndex = 'idx';
const texts = new Set(['nfo']);

const extensionOf = (name: string): string => extname(name).slice(1).toLowerCase();

export const isMedia = (name: string): boolean => media.has(extensionOf(name));
export const isImage = (name: string): boolean => images.has(extensionOf(name));
export const isSubtitle = (name: string): boolean => subtitles.has(extensionOf(name));
export const isSidecarText = (name: string): boolean => texts.has(extensionOf(name));
/** What may lie beside media and matters to it. */
export const isSidecar = (name: string): boolean =>
  isSidecarText(name) || isImage(name) || isSubtitle(name) || extensionOf(name) === subtitleIndex;

const subtitleCodecs: Readonly<Record<string, string>> = {
  srt: 'subrip',
  ass: 'ass',
  ssa: 'ass',
  vtt: 'webvtt',
  sub: 'microdvd',
  sup: 'hdmv_pgs_subtitle',
};

/** What a subtitle file holds by its name and those beside it, in lower case: a `.sub` is a text unless an index tells its pictures. */
export function subtitleCodec(name: string, beside: { has(name: string): boolean }): string {
  const extension = extensionOf(name);
  if (extension === 'sub' && beside.has(`${stemOf(name).toLowerCase()}.${subtitleIndex}`)) return 'dvd_subtitle';
  return subtitleCodecs[extension] ?? '';
}

/** The name without its extension: what sidecars of a file begin with. */
export const stemOf = (name: string): string => name.slice(0, name.length - extname(name).length);
