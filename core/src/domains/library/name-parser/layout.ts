import { acceptMarks } from './acceptance.ts';
import { findAbsolute, findBareNumber } from './bare-numbers.ts';
import type { BareNumber } from './bare-numbers.ts';
import { readHeading } from './heading.ts';
import type { Heading } from './heading.ts';
import { isCounting, readMarks } from './marks.ts';
import type { Mark } from './marks.ts';
import { findMiniSeries } from './mini-series.ts';
import { findPairedNumbers } from './paired-numbers.ts';
import { tokenise } from './tokens.ts';
import type { Words } from './tokens.ts';
import { chooseYear, isFilmsEpisode } from './years.ts';

/** What the folders around a name say that decides how its numbers are read. */
export interface FolderHints {
  season?: number;
  /** The name begins with the title of its folder. */
  inShowFolder: boolean;
  /** The name is the title of its folder, so that a number in it is the title's. */
  isFolderTitle?: boolean;
}

/** A name with its words sorted out: which stretches mean something, and where the title lies. */
export interface Layout {
  words: Words;
  heading: Heading;
  /** The marks that count, in order. */
  marks: Mark[];
  /** First word of the title and the word after its last. */
  begin: number;
  end: number;
  year?: Mark;
}

/** Sorts the words of one name (a folder or a file without its extension) into marks and title. */
export function layOut(name: string, hints: FolderHints): Layout {
  const words = tokenise(name);
  const found = readMarks(words);
  const heading = readHeading(words, found);
  const begin = skipLeadingTags(found, heading.begin);
  const candidates = found.filter((mark) => mark.from >= begin && !isTitlesSeason(mark, begin, found, words));
  const year = chooseYear(words, candidates, begin);
  const kept = candidates.filter(
    (mark) => (mark.kind !== 'year' || mark === year) && !isFilmsEpisode(words, mark, year),
  );
  const number = hints.isFolderTitle ? undefined : findNumber({ words, marks: kept, begin, heading }, hints);
  if (number) insert(kept, number);
  const marks = acceptMarks({ words, marks: kept, begin, ...(year && { year }) });
  const leading = found.filter((mark) => mark.to <= begin);
  const end = marks[0]?.from ?? words.tokens.length;
  return { words, heading, marks: [...leading, ...marks], begin, end, ...(year && { year }) };
}

function skipLeadingTags(marks: Mark[], from: number): number {
  let begin = from;
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    if (mark.from !== begin || isCounting(mark)) continue;
    const next = marks[i + 1];
    if (mark.strong || (next?.strong && next.from === mark.to && !isCounting(next))) begin = mark.to;
  }
  return begin;
}

/** "S4 The Bob Story": a short season sign in front of words, with no episode, belongs to the title. */
function isTitlesSeason(mark: Mark, begin: number, marks: Mark[], words: Words): boolean {
  if (mark.from !== begin || !mark.numbering || mark.numbering.episodes.length > 0) return false;
  const wordFollows = mark.to < words.tokens.length && !marks.some((other) => other.from === mark.to);
  return wordFollows && /^s\d{1,3}$/.test(words.tokens[begin]!.key);
}

/** The numbering that only its place tells: in front of one written in full, behind a season, or alone. */
function findNumber(name: Pick<Layout, 'words' | 'marks' | 'begin' | 'heading'>, hints: FolderHints): Mark | undefined {
  const { words, marks, begin, heading } = name;
  const numbered = marks.find((mark) => mark.numbering && mark.numbering.episodes.length > 0);
  if (numbered) return asMark(findAbsolute(words, numbered.from, begin), 'absolute');
  if (marks.some((mark) => mark.kind === 'date')) return undefined;
  const season = marks.find((mark) => mark.numbering);
  if (season?.numbering?.seasons) return undefined;
  const scene = {
    words,
    begin,
    grouped: heading.group !== undefined,
    ...(hints.season !== undefined && { folderSeason: hints.season }),
    inShowFolder: hints.inShowFolder,
    marks,
  };
  return asMark(
    (season && afterSeason(words, season)) ??
      findMiniSeries(scene) ??
      findPairedNumbers(scene) ??
      findBareNumber(scene),
    'bare',
  );
}

function asMark(number: BareNumber | undefined, value: string): Mark | undefined {
  return number && { kind: 'numbering', from: number.from, to: number.to, strong: true, value, numbering: number };
}

function insert(marks: Mark[], mark: Mark): void {
  const at = marks.findIndex((other) => other.from >= mark.from);
  marks.splice(at < 0 ? marks.length : at, 0, mark);
}

/** "Season 3 - 11", "S2 07", "Season 3 46": the number that follows a season directly. */
function afterSeason(words: Words, season: Mark): BareNumber | undefined {
  const token = words.tokens[season.to];
  if (!token || token.number < 0 || token.key.length > 4 || token.bracket !== words.tokens[season.from]!.bracket)
    return undefined;
  if (token.number === 720 || token.number === 1080) return undefined;
  const gap = words.plain.slice(words.tokens[season.to - 1]!.end, token.start);
  return /^(?:\s|[\s._]*-[\s._]*)$/.test(gap.slice(0, 6))
    ? { from: season.to, to: season.to + 1, episodes: [token.number] }
    : undefined;
}
