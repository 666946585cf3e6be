import { isCounting } from './marks.ts';
import type { Mark, MarkKind } from './marks.ts';
import type { Words } from './tokens.ts';

/** A name whose marks are found but not yet judged. */
interface Judged {
  words: Words;
  marks: Mark[];
  begin: number;
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
/** What does not count for being the last word of an episode's name. */
const NEVER_LAST = new Set<MarkKind>(['country', 'filler']);

/** A title is more than an article: "The Final Cut (2004)" is a film, not the final cut of "The". */
const ARTICLES = new Set(['the', 'a', 'an', 'der', 'die', 'das', 'le', 'la', 'les', 'el', 'il', 'los', 'de', 'het']);

/** Decides which marks count, from right to left, since most weak ones lean on what follows them. */
export function acceptMarks(name: Judged): Mark[] {
  const { marks } = name;
  const firstTag = marks.find((mark) => mark.strong && !isCounting(mark))?.from ?? Number.POSITIVE_INFINITY;
  const numbered = marks.some((mark) => mark.kind === 'numbering');
  const chained = chainAfter(marks, numbered ? undefined : name.year);
  const reversed: Mark[] = [];
  for (const mark of marks.toReversed()) {
    const counts =
      mark.strong ||
      mark.from >= firstTag ||
      chained.has(mark) ||
      fillsBracket(name, mark) ||
      leansOn(name, mark, reversed.at(-1), numbered);
    if (counts) reversed.push(mark);
  }
  return reversed.toReversed();
}

/** Marks in an unbroken row behind the year, or behind a season without episode: there no title words are left. */
function chainAfter(marks: Mark[], year: Mark | undefined): Set<Mark> {
  const chained = new Set<Mark>();
  let expected = -1;
  for (const mark of marks) {
    const opens = mark.numbering ? mark.numbering.episodes.length === 0 : mark === year;
    if (!opens && mark.from !== expected) continue;
    if (!opens) chained.add(mark);
    expected = mark.to;
  }
  return chained;
}

/** Whether the mark lies in a bracket that holds nothing but marks: "(Unrated)", "[German]". */
function fillsBracket({ words, marks }: Judged, mark: Mark): boolean {
  const bracket = words.brackets[words.tokens[mark.from]!.bracket];
  if (!bracket) return false;
  let at = bracket.first;
  for (const other of marks) {
    if (other.from === at) at = other.to;
    if (other.from >= bracket.last || at >= bracket.last) break;
  }
  return at >= bracket.last;
}

function leansOn({ words, begin }: Judged, mark: Mark, next: Mark | undefined, numbered: boolean): boolean {
  if (mark.from === begin || (mark.from === begin + 1 && ARTICLES.has(words.tokens[begin]!.key))) return false;
  if (!next || next.from !== mark.to) return numbered && mark.to === words.tokens.length && !NEVER_LAST.has(mark.kind);
  if (next.kind === 'numbering' || next.kind === 'date') return leansOnNumbering(words, mark, next);
  if (next.kind === 'year')
    return BEFORE_YEAR.has(mark.kind) || (numbered && mark.kind === 'country' && isCapital(words, mark));
  return ADJACENT.has(mark.kind) || (mark.kind === 'service' && next.kind === 'source');
}

/** What stands between a show's title and its number when written in capitals. */
const SHOUTED = new Set<MarkKind>(['edition', 'language', 'revision', 'noise']);

/** "The Show US S01E01", but "This Is Us S01E01"; "The Show Complete Season 1"; "The.Show.GERMAN.S01E01", but "The.Good.German.S01E01". */
function leansOnNumbering(words: Words, mark: Mark, next: Mark): boolean {
  if (next.numbering?.season === undefined && next.numbering?.seasons === undefined) return false;
  if (mark.kind === 'pack') return true;
  return (
    (mark.kind === 'country' || (SHOUTED.has(mark.kind) && words.tokens[mark.from]!.key.length > 3)) &&
    isCapital(words, mark)
  );
}

/** In capitals, where the title is not: scene names write "iNTERNAL" with one small letter. */
function isCapital(words: Words, mark: Mark): boolean {
  const start = words.tokens[mark.from]!.start;
  const text = words.source.slice(start, words.tokens[mark.to - 1]!.end);
  return /^i?[\p{Lu}\s.]+$/u.test(text) && /\p{Ll}{2}/u.test(words.source.slice(0, start));
}
