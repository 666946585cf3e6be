import { findAbsolute, findBareNumber } from './bare-numbers.ts';
import type { BareNumber } from './bare-numbers.ts';
import { readHeading } from './heading.ts';
import type { Heading } from './heading.ts';
import { readMarks } from './marks.ts';
import type { Mark, MarkKind } from './marks.ts';
import { findMiniSeries } from './mini-series.ts';
import { tokenise } from './tokens.ts';
import type { Words } from './tokens.ts';

/** What the folders around a name say that decides how its numbers are read. */
export interface FolderHints {
  season?: number;
  inShowFolder: boolean;
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

/** Weak words that count when something strong follows them at once: "EXTENDED.720p", "German.BluRay", "CAM.x264". */
const ADJACENT = new Set<MarkKind>([
  'edition',
  'language',
  'revision',
  'source',
  'resolution',
  'hdr',
  'pack',
  'noise',
  'threeD',
  'audioCodec',
]);
/** Of these, the ones that count also directly before a year: no film is called "Something EXTENDED (2001)", but "The Good German (2006)" is. */
const BEFORE_YEAR = new Set<MarkKind>(['edition', 'revision', 'noise', 'pack']);
const NUMBERS = new Set<MarkKind>(['numbering', 'date', 'year']);

/** Sorts the words of one name (a folder or a file without its extension) into marks and title. */
export function layOut(name: string, hints: FolderHints): Layout {
  const words = tokenise(name);
  const found = readMarks(words);
  const heading = readHeading(words, found);
  const begin = skipLeadingTags(found, heading.begin);
  const candidates = found.filter((mark) => mark.from >= begin && !isShortSeasonOfTitle(mark, begin, found, words));
  const year = chooseYear(words, candidates, begin);
  const kept = candidates.filter((mark) => mark.kind !== 'year' || mark === year);
  addBareNumber(words, kept, begin, heading, hints);
  const marks = accept(words, kept, year, begin);
  const leading = found.filter((mark) => mark.to <= begin);
  const end = marks[0]?.from ?? words.tokens.length;
  return { words, heading, marks: [...leading, ...marks], begin, end, ...(year && { year }) };
}

function skipLeadingTags(marks: Mark[], from: number): number {
  let begin = from;
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    if (mark.from !== begin || NUMBERS.has(mark.kind)) continue;
    const next = marks[i + 1];
    if (mark.strong || (next?.strong && next.from === mark.to && !NUMBERS.has(next.kind))) begin = mark.to;
  }
  return begin;
}

/** "S4 The Bob Story": a short season sign in front of words, with no episode, belongs to the title. */
function isShortSeasonOfTitle(mark: Mark, begin: number, marks: Mark[], words: Words): boolean {
  if (mark.from !== begin || !mark.numbering) return false;
  const next = mark.to;
  const wordFollows = next < words.tokens.length && !marks.some((other) => other.from === next);
  return mark.numbering.episodes.length === 0 && /^s\d{1,3}$/.test(words.tokens[begin]!.key) && wordFollows;
}

function inOwnBracket(words: Words, mark: Mark): boolean {
  const bracket = words.brackets[words.tokens[mark.from]!.bracket];
  return bracket !== undefined && bracket.first === mark.from;
}

/**
 * Of several years the one in brackets, otherwise the last before the tags: "2001 A Space Odyssey 1968" is of 1968.
 * The first word of a title is a year only if nothing else in the name is one and words follow.
 */
function chooseYear(words: Words, marks: Mark[], begin: number): Mark | undefined {
  const numbered = marks.find((mark) => mark.kind === 'numbering' || mark.kind === 'date');
  const tag = marks.find((mark) => mark.strong && !NUMBERS.has(mark.kind));
  const years = marks.filter((mark) => mark.kind === 'year');
  const usable = years
    .filter((mark) => mark.from > begin || inOwnBracket(words, mark))
    .filter((mark) => !endsRange(words, mark, years));
  const beforeNumber = usable.filter(
    (mark) => !numbered || mark.from < numbered.from || mark.from === numbered.to || inOwnBracket(words, mark),
  );
  const bracketed = beforeNumber.filter((mark) => inOwnBracket(words, mark));
  if (bracketed.length > 0) return bracketed.at(-1);
  const early = beforeNumber.filter((mark) => !tag || mark.from < tag.from);
  const chosen = early.at(-1) ?? beforeNumber[0];
  if (chosen) return chosen;
  const [only] = years;
  const wordsFollow = only && only.to < words.tokens.length && !marks.some((mark) => mark.from === only.to);
  return only && years.length === 1 && !numbered && wordsFollow ? only : undefined;
}

function endsRange(words: Words, mark: Mark, years: Mark[]): boolean {
  const before = years.find((other) => other.to === mark.from);
  return (
    before !== undefined &&
    /-/.test(words.plain.slice(words.tokens[before.from]!.end, words.tokens[mark.from]!.start).slice(0, 4))
  );
}

function addBareNumber(words: Words, marks: Mark[], begin: number, heading: Heading, hints: FolderHints): void {
  const numbered = marks.find((mark) => mark.numbering && mark.numbering.episodes.length > 0);
  if (numbered) return addNumber(marks, findAbsolute(words, numbered.from, begin), 'absolute');
  if (marks.some((mark) => mark.kind === 'date')) return;
  const season = marks.find((mark) => mark.numbering);
  if (season?.numbering?.seasons) return;
  const scene = {
    begin,
    grouped: heading.group !== undefined,
    ...(hints.season !== undefined && { folderSeason: hints.season }),
    inShowFolder: hints.inShowFolder,
    marks,
  };
  const bare = (season && afterSeason(words, season)) ?? findMiniSeries(words, scene) ?? findBareNumber(words, scene);
  addNumber(marks, bare, 'bare');
}

function addNumber(marks: Mark[], number: BareNumber | undefined, value: string): void {
  if (!number) return;
  const at = marks.findIndex((mark) => mark.from >= number.from);
  const mark: Mark = { kind: 'numbering', from: number.from, to: number.to, strong: true, value, numbering: number };
  marks.splice(at < 0 ? marks.length : at, 0, mark);
}

/** "Season 3 - 11", "S2 07", "Season 3 46": the number that follows a season directly. */
function afterSeason(words: Words, season: Mark): { from: number; to: number; episodes: number[] } | undefined {
  const token = words.tokens[season.to];
  if (!token || token.number < 0 || token.key.length > 4 || token.bracket !== words.tokens[season.from]!.bracket)
    return undefined;
  if (token.number === 720 || token.number === 1080) return undefined;
  const gap = words.plain.slice(words.tokens[season.to - 1]!.end, token.start);
  return /^(?:\s|[\s._]*-[\s._]*)$/.test(gap.slice(0, 6))
    ? { from: season.to, to: season.to + 1, episodes: [token.number] }
    : undefined;
}

/** Decides which weak marks count, from right to left, since most lean on what follows them. */
function accept(words: Words, marks: Mark[], year: Mark | undefined, begin: number): Mark[] {
  const firstTag = marks.find((mark) => mark.strong && !NUMBERS.has(mark.kind))?.from ?? Number.POSITIVE_INFINITY;
  const numbered = marks.some((mark) => mark.kind === 'numbering');
  const chained = chainAfter(marks, year, numbered);
  const kept: Mark[] = [];
  for (const mark of [...marks].reverse()) {
    const next = kept[0];
    const counts =
      mark.strong ||
      mark.from >= firstTag ||
      chained.has(mark) ||
      fillsBracket(words, mark, marks) ||
      leansOn(mark, next, words, numbered, begin);
    if (counts) kept.unshift(mark);
  }
  return kept;
}

/** Marks in an unbroken row behind the year, or behind a season without episode: there no title words are left. */
function chainAfter(marks: Mark[], year: Mark | undefined, numbered: boolean): Set<Mark> {
  const chained = new Set<Mark>();
  let expected = -1;
  for (const mark of marks) {
    const opens = mark.numbering ? mark.numbering.episodes.length === 0 : mark === year && !numbered;
    if (opens || mark.from === expected) {
      if (!opens) chained.add(mark);
      expected = mark.to;
    }
  }
  return chained;
}

function fillsBracket(words: Words, mark: Mark, marks: Mark[]): boolean {
  const bracket = words.brackets[words.tokens[mark.from]!.bracket];
  if (!bracket) return false;
  let at = bracket.first;
  for (const other of marks) {
    if (other.from === at && other.from < bracket.last) at = other.to;
    if (other.from >= bracket.last) break;
  }
  return at >= bracket.last;
}

/** "The Show US", but "This Is Us". */
function isUpperCase(words: Words, mark: Mark): boolean {
  const { start, end } = words.tokens[mark.from]!;
  return /^[A-Z]+$/.test(words.source.slice(start, end));
}

function leansOn(mark: Mark, next: Mark | undefined, words: Words, numbered: boolean, begin: number): boolean {
  if (mark.from === begin) return false;
  if (!next || next.from !== mark.to)
    return mark.to === words.tokens.length && numbered && mark.kind !== 'country' && mark.kind !== 'filler';
  if (next.kind === 'numbering' || next.kind === 'date') {
    if (mark.kind === 'country') return next.numbering?.season !== undefined && isUpperCase(words, mark);
    return mark.kind === 'pack' && mark.value === 'complete' && next.numbering?.season !== undefined;
  }
  if (next.kind === 'year') return BEFORE_YEAR.has(mark.kind);
  return ADJACENT.has(mark.kind) || (mark.kind === 'service' && next.kind === 'source');
}
