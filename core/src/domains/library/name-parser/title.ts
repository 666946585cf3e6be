import type { Layout } from './layout.ts';
import type { Mark } from './marks.ts';
import { cleanTitle, hasLatin, trimSeparators } from './text.ts';
import type { Bracket, Words } from './tokens.ts';

function outermost(words: Words, index: number): Bracket | undefined {
  let bracket = words.brackets[words.tokens[index]?.bracket ?? -1];
  while (bracket && bracket.parent >= 0) bracket = words.brackets[bracket.parent];
  return bracket;
}

/** Where the text that may be the title begins: behind the word before it and whatever closes there. */
function startOf(words: Words, begin: number): number {
  if (begin === 0) return 0;
  const before = words.tokens[begin - 1]!.end;
  const to = words.tokens[begin]?.start ?? words.plain.length;
  const gap = words.plain.slice(before, to);
  return before + Math.max(0, ...[']', ')', '}', '】'].map((closer) => gap.lastIndexOf(closer) + 1));
}

function endOf(words: Words, mark: Mark | undefined, start: number): number {
  if (!mark) return words.plain.length;
  const bracket = outermost(words, mark.from);
  if (bracket && bracket.open >= start) return bracket.open;
  return mark.start ?? words.tokens[mark.from]!.start;
}

const PARTS = /\s+[/|]\s+|·|_|\s\|\s|(?<=[^\u0000-\u024f])\/|\/(?=[^\u0000-\u024f])/;

const IDEOGRAPHS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u;
const FOREIGN_THEN_LATIN = /^(?=[^.]*\p{L})[^\p{Script=Latin}\s.]+\.(\p{Script=Latin}[\p{Script=Latin}\d.]+)$/u;

/** "Имя / Name" and "名前·Name" are one title in two scripts: the Latin one is what catalogues list. */
export function preferLatin(raw: string): string {
  if (!hasLatin(raw)) return raw;
  const dotted = FOREIGN_THEN_LATIN.exec(raw);
  if (dotted) return dotted[1]!;
  if (!PARTS.test(raw)) return raw;
  const parts = raw.split(PARTS);
  const foreign = parts.findIndex((part) => !hasLatin(part) && /\p{L}/u.test(part));
  const mixed = parts.findIndex((part) =>
    /^[^\p{Script=Latin}]*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]/u.test(part),
  );
  const first = foreign < 0 ? mixed : foreign;
  if (first < 0) return raw;
  const at = parts.findIndex((part, i) => i > first && hasLatin(part));
  if (at >= 0) return latinFrom(raw, parts, at);
  return first > 0 && hasLatin(parts[0]!) ? parts[0]! : raw;
}

/** The Latin part and those behind it up to the next in another script. */
function latinFrom(raw: string, parts: string[], at: number): string {
  const part = parts[at]!;
  if (/\S\/\S/.test(raw)) return part.split('/')[0]!;
  const foreign = parts.find((other, i) => i > at && !hasLatin(other) && /\p{L}/u.test(other));
  const from = raw.indexOf(part);
  return raw.slice(from, foreign === undefined ? raw.length : raw.indexOf(foreign, from));
}

/** The words before the first mark. Empty when the name opens with a mark. */
export function readTitle(layout: Layout): string {
  const { words, begin, end, marks } = layout;
  if (begin >= end) return '';
  const mark = marks.find((candidate) => candidate.from >= begin);
  if (layout.heading.group !== undefined && words.tokens[begin]!.bracket >= 0) return '';
  const start = startOf(words, begin);
  return cleanTitle(preferLatin(balance(words.source.slice(start, endOf(words, mark, start)))));
}

/** A closing bracket whose opener was cut off goes with it. */
function balance(text: string): string {
  const trimmed = trimSeparators(text);
  const last = trimmed.at(-1);
  const opener = last === ')' ? '(' : last === ']' ? '[' : undefined;
  return opener && !trimmed.includes(opener) ? trimmed.slice(0, -1) : trimmed;
}

/**
 * The title of a name written in brackets throughout: "[Group][名前][Name][01][1080p]". Of the brackets that are no tags the first
 * wholly in Latin letters, else with some, else the first.
 */
export function readBracketedTitle({ words, marks, heading }: Layout): string {
  const outer = words.brackets.filter(
    (bracket) =>
      bracket.parent < 0 && bracket.first >= (heading.bracket?.last ?? heading.begin) && bracket.last > bracket.first,
  );
  const texts = outer
    .filter(
      (bracket) =>
        !marks.some((mark) => mark.from === bracket.first && mark.to <= bracket.last && mark.kind !== 'language'),
    )
    .map((bracket) => trimAtMark(words, bracket, marks));
  return cleanTitle(
    preferLatin(
      texts.find((text) => hasLatin(text) && !IDEOGRAPHS.test(text)) ?? texts.find(hasLatin) ?? texts[0] ?? '',
    ),
  );
}

function trimAtMark(words: Words, bracket: Bracket, marks: Mark[]): string {
  const mark = marks.find((candidate) => candidate.from > bracket.first && candidate.from < bracket.last);
  return words.source.slice(bracket.open + 1, mark ? words.tokens[mark.from]!.start : bracket.close);
}

/** The words between a mark and the next one: an episode's title, or the work's where nothing stood before the mark. */
export function readTextAfter({ words, marks }: Layout, mark: Mark): string {
  const next = marks.find((candidate) => candidate.from >= mark.to);
  const last = words.tokens[mark.to - 1];
  if (!last || next?.from === mark.to) return '';
  const text = words.source.slice(last.end, endOf(words, next, last.end)).replace(/^[\])}】]+/, '');
  return cleanTitle(balance(text));
}
