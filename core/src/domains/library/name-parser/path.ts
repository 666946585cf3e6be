/** Longest folder or file name that is read; what lies beyond is no name any file system or indexer gives. */
export const LONGEST_NAME = 2000;
/** Folders that are looked at, counted from the file. */
const DEEPEST = 4;

const EXTENSION =
  /\.(?:mkv|mk3d|mp4|m4v|avi|ts|m2ts|mts|wmv|asf|mov|qt|mpg|mpeg|mpe|m2v|ogm|ogv|webm|flv|f4v|vob|rmvb|rm|3gp|3g2|iso|img|strm|wtv|dvr-ms|bdmv|ifo|mka|mp3|m4a|ogg|wav|wma|srt|ass|ssa|sub|idx|vtt|sup|nfo|torrent|nzb|jpg|jpeg|png|webp|mkvv)$/i;
/** Extensions that are codecs, too: only behind a plain name are they no part of it. */
const CODEC_EXTENSION = /^[^.]*(\.(?:flac|aac|opus|divx|xvid))$/i;
/** "Name 2001 x264 mkv", as some indexers write dots. */
const SPACED_EXTENSION = / (?:mkv|mp4|avi)$/i;

const GENERIC = new Set(
  (
    'tv,tv shows,tvshows,shows,series,tv series,movies,movie,films,film,media,medias,videos,video,mnt,data,server,downloads,download,anime,animes,cartoons,' +
    'complete,completed,incomplete,home,volumes,var,srv,storage,library,libraries,torrents,share,shares,incoming,test,tv drop,usenet,nas,kids,documentaries,' +
    'mydata,mydatapool,root,users,tmp,media library,my videos,filme,serien,peliculas,películas,filmes'
  ).split(','),
);
/** Folders of a disc or its parts: what they hold is named by the folder above. */
const DISC_FOLDER =
  /^(?:video_ts|audio_ts|bdmv|stream|certificate|(?:cd|dvd|disc|disk|part|pt)[\s._-]?(?:\d{1,2}|[a-d]))$/i;

export interface NamePath {
  /** The last name of the path, without a known extension. */
  file: string;
  /** Folders above it, nearest first, without roots such as "TV Shows" and folders of discs. */
  folders: string[];
  hasExtension: boolean;
}

function isGeneric(folder: string): boolean {
  const name = folder.trim().toLowerCase();
  return name.length < 2 || GENERIC.has(name) || /^[a-z]:$/.test(name) || /^[a-z]+-\d$/.test(name);
}

/** Slashes within brackets, or with spaces around them, belong to a release name: "(2024/1080p)", "Имя / Name". */
function splitPath(input: string): string[] {
  if (!/[/\\]/.test(input)) return [input];
  if (!input.includes('\\') && /\s\/|\/\s/.test(input) && !/^\.{0,2}\//.test(input)) return [input];
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  const closers = lastClosers(input);
  for (let i = 0; i < input.length; i++) {
    const char = input[i]!;
    if ('[(【{'.includes(char)) depth++;
    else if ('])】}'.includes(char)) depth = Math.max(0, depth - 1);
    else if (char === '\\' || (char === '/' && (depth === 0 || i > closers))) {
      parts.push(input.slice(from, i));
      from = i + 1;
      depth = 0;
    }
  }
  parts.push(input.slice(from));
  return parts;
}

function lastClosers(input: string): number {
  return Math.max(input.lastIndexOf(']'), input.lastIndexOf(')'), input.lastIndexOf('】'), input.lastIndexOf('}'));
}

function extensionOf(name: string): string {
  const end = name.slice(-8);
  return EXTENSION.exec(end)?.[0] ?? SPACED_EXTENSION.exec(end)?.[0] ?? CODEC_EXTENSION.exec(name)?.[1] ?? '';
}

/** Takes a release name or a path apart, whichever way its slashes lean. */
export function readPath(input: string): NamePath {
  const parts = splitPath(input.replaceAll('\0', ' ')).filter((part) => part.trim() !== '');
  const last = (parts.pop() ?? '').slice(0, LONGEST_NAME).toWellFormed();
  const extension = extensionOf(last);
  const file = extension.length < last.length ? last.slice(0, last.length - extension.length) : last;
  const folders = parts
    .slice(-DEEPEST)
    .reverse()
    .map((part) => part.slice(0, LONGEST_NAME).toWellFormed())
    .filter((part) => !DISC_FOLDER.test(part.trim()));
  const root = folders.findIndex(isGeneric);
  return { file, folders: root < 0 ? folders : folders.slice(0, root), hasExtension: extension !== '' };
}
