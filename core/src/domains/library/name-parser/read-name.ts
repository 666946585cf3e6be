import { layOut } from './layout.ts';
import type { FolderHints } from './layout.ts';
import type { Mark, MarkKind } from './marks.ts';
import type { ParsedName } from './parsed-name.ts';
import { readNumbers } from './numbers.ts';
import { readReleaseFacts } from './release-facts.ts';
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

/** Kinds of marks only a release has. */
const OF_RELEASES = new Set<MarkKind>(['source', 'videoCodec', 'resolution', 'audioCodec']);

function lastOf(marks: Mark[], first: Mark | undefined): Mark | undefined {
  let last = first;
  for (const mark of marks) if (last && mark.from === last.to && (mark.numbering || mark.kind === 'year')) last = mark;
  return last;
}

const WRAPPED = /^\s*\[([^[\]]+)\]\s*$/;

/** "S2019E05" is of 2019. */
function readYear(year: Mark | undefined, season: number | undefined): number | undefined {
  if (year) return Number(year.value);
  return season !== undefined && season > 1900 ? season : undefined;
}

/** Reads one file, folder or release name. */
export function readName(name: string, hints: FolderHints): NameReading {
  const layout = layOut(WRAPPED.exec(name)?.[1] ?? name, hints);
  const { marks, heading, year, begin } = layout;
  const { mark, season, seasons, absoluteEpisode, episodes, bare } = readNumbers(marks, heading.group !== undefined);
  const date = marks.find((candidate) => candidate.kind === 'date');
  const anchor = lastOf(marks, mark ?? date) ?? (year?.from === begin ? year : undefined);
  const title = readTitle(layout) || readBracketedTitle(layout);
  const after = anchor ? readTextAfter(layout, anchor) : '';
  const loneGroup = title === '' && after === '' && heading.bracket !== undefined;
  const reading: NameReading = {
    title: loneGroup ? cleanTitle(heading.group ?? '') : title,
    after,
    bare,
    tagged: marks.some((candidate) => candidate.strong && OF_RELEASES.has(candidate.kind)),
    wholeSeries: marks.some((candidate) => candidate.kind === 'pack' && candidate.value === 'series'),
    ...readReleaseFacts(marks),
    episodes,
  };
  const group = loneGroup ? undefined : findGroup(layout);
  const ownYear = readYear(year, season);
  if (ownYear !== undefined) reading.year = ownYear;
  if (season !== undefined) reading.season = season;
  if (seasons !== undefined) reading.seasons = seasons;
  if (absoluteEpisode !== undefined) reading.absoluteEpisode = absoluteEpisode;
  if (date !== undefined) reading.date = date.value;
  if (group) reading.releaseGroup = group;
  return reading;
}
