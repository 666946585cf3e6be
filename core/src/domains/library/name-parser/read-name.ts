import { layOut } from './layout.ts';
import type { FolderHints } from './layout.ts';
import type { Mark, MarkKind } from './marks.ts';
import type { ParsedName } from './parsed-name.ts';
import { findGroup } from './release-group.ts';
import { cleanTitle } from './text.ts';
import { readBracketedTitle, readTextAfter, readTitle } from './title.ts';

/** What one name says, without the folders around it. The title may be missing. */
export interface NameReading extends Omit<ParsedName, 'title' | 'ids'> {
  title: string;
  /** Words behind the numbering, which are the work's title when nothing stood before it. */
  after: string;
  /** The number was recognised by its place alone. */
  bare: boolean;
  /** The name says that it is a whole series. */
  wholeSeries: boolean;
  /** The name carries words of picture, sound or source. */
  tagged: boolean;
}

const LANGUAGE_LIMIT = 8;

function values(marks: Mark[], kind: MarkKind): string[] {
  return [...new Set(marks.filter((mark) => mark.kind === kind).map((mark) => mark.value))];
}

/** Weak sources ("PAL", "DVD", "REMUX") yield to strong ones. */
function chooseSource(marks: Mark[]): string | undefined {
  const sources = marks.filter((mark) => mark.kind === 'source');
  const best = sources.find((mark) => mark.strong) ?? sources.find((mark) => mark.value !== 'SDTV') ?? sources[0];
  const remux = sources.some((mark) => mark.value === 'BluRay Remux');
  return best?.value === 'BluRay' && remux ? 'BluRay Remux' : best?.value;
}

function chooseResolution(marks: Mark[]): string | undefined {
  const found = marks.filter((mark) => mark.kind === 'resolution');
  return (
    found.find((mark) => mark.strong && /^\d/.test(mark.value) && mark.to - mark.from >= 1 && !isName(mark)) ?? found[0]
  )?.value;
}

/** "UHD" and "4K" say less than "1080p", which may follow them. */
function isName(mark: Mark): boolean {
  return mark.value === '2160p' && !mark.strong;
}

function readEdition(marks: Mark[]): string | undefined {
  const editions = values(marks, 'edition');
  return editions.length > 0 ? editions.join(' ') : undefined;
}

function readRevision(marks: Mark[]): number | undefined {
  const proper = marks.filter((mark) => mark.kind === 'revision' && mark.value !== 'Real').length;
  return proper > 0 ? 1 + proper : undefined;
}

interface Numbers {
  season?: number;
  seasons?: number[];
  episodes: number[];
  absoluteEpisode?: number;
  mark?: Mark;
  bare: boolean;
}

/** The first mark with episodes gives them; a season may stand in a mark of its own. */
function readNumbers(marks: Mark[], grouped: boolean): Numbers {
  const all = marks.filter((mark) => mark.numbering);
  const full = all.find((mark) => mark.numbering!.episodes.length > 0 && mark.numbering!.season !== undefined);
  const counted = full ?? all.find((mark) => mark.numbering!.episodes.length > 0);
  const seasonal = all.filter((mark) => mark.numbering!.season !== undefined);
  const seasons = [...new Set(seasonal.flatMap((mark) => mark.numbering!.seasons ?? [mark.numbering!.season!]))].sort(
    (a, b) => a - b,
  );
  const season =
    full?.numbering!.season ?? seasonal[0]?.numbering!.season ?? (counted?.numbering!.wholeSeries ? 1 : undefined);
  const episodes = counted?.numbering!.episodes ?? [];
  const bare = counted?.value === 'bare';
  const other =
    full && all.find((mark) => mark.numbering!.season === undefined && mark.numbering!.episodes.length === 1);
  const absolute = other
    ? other.numbering!.episodes[0]
    : (bare || grouped) && season === undefined && episodes.length === 1
      ? episodes[0]
      : undefined;
  const mark = all[0];
  return {
    episodes,
    bare,
    ...(seasons.length > 1 && full === undefined ? { seasons } : season !== undefined && { season }),
    ...(absolute !== undefined && { absoluteEpisode: absolute }),
    ...(mark && { mark }),
  };
}

function lastOf(marks: Mark[], first: Mark | undefined): Mark | undefined {
  let last = first;
  for (const mark of marks) if (last && mark.from === last.to && (mark.numbering || mark.kind === 'year')) last = mark;
  return last;
}

function present<T extends object>(fields: T): T {
  for (const key of Object.keys(fields) as (keyof T)[]) {
    const value = fields[key];
    if (value === undefined || value === '' || (key !== 'episodes' && Array.isArray(value) && value.length === 0))
      delete fields[key];
  }
  return fields;
}

const WRAPPED = /^\s*\[([^[\]]+)\]\s*$/;

/** Reads one file, folder or release name. */
export function readName(name: string, hints: FolderHints): NameReading {
  const layout = layOut(WRAPPED.exec(name)?.[1] ?? name, hints);
  const { marks, heading, year } = layout;
  const { mark, bare, ...numbers } = readNumbers(marks, heading.group !== undefined);
  const date = marks.find((candidate) => candidate.kind === 'date');
  const anchor = lastOf(marks, mark ?? date) ?? (year?.from === layout.begin ? year : undefined);
  const titled = readTitle(layout) || readBracketedTitle(layout);
  const group = findGroup(layout);
  const ownYear =
    year?.value ?? (numbers.season !== undefined && numbers.season > 1900 ? String(numbers.season) : undefined);
  const tagged = marks.some(
    (candidate) => candidate.strong && ['source', 'videoCodec', 'resolution', 'audioCodec'].includes(candidate.kind),
  );
  const after = anchor ? readTextAfter(layout, anchor) : '';
  const loneGroup = titled === '' && after === '' && heading.bracket !== undefined;
  return {
    title: loneGroup ? cleanTitle(heading.group ?? '') : titled,
    after,
    bare,
    tagged,
    wholeSeries: marks.some((candidate) => candidate.kind === 'pack' && candidate.value === 'series'),
    ...present({
      ...numbers,
      year: ownYear === undefined ? undefined : Number(ownYear),
      date: date?.value,
      resolution: chooseResolution(marks),
      source: chooseSource(marks),
      videoCodec: values(marks, 'videoCodec')[0],
      audioCodec: values(marks, 'audioCodec')[0],
      hdr: values(marks, 'hdr'),
      threeD: values(marks, 'threeD')[0],
      edition: readEdition(marks),
      languages: values(marks, 'language').slice(0, LANGUAGE_LIMIT),
      country: values(marks, 'country')[0],
      service: values(marks, 'service')[0],
      revision: readRevision(marks),
      releaseGroup: loneGroup ? undefined : group,
    }),
  } as NameReading;
}
