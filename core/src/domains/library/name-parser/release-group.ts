import { isSite } from './heading.ts';
import type { Layout } from './layout.ts';
import { isCounting } from './marks.ts';
import type { Mark } from './marks.ts';
import { gapBefore } from './tokens.ts';
import type { Bracket, Words } from './tokens.ts';

/** What reposters append to a group's name. */
const REPOST =
  /^(?:obfuscat\w*|postbot|xpost|rakuv\w*|asrequested|alternativetorequested|nzbgeek|scrambled|buymore|whiterev|z0ids3n|altezachen|chamele0n|4p|4planet|rp|1|2|3|sample|proof|pre|english|cdd)$/i;
const LONGEST_GROUP = 40;
const GLUED = /^[\])}\s.]*-[\s.]{0,2}$/;

/** The mark of each word, if it has one. */
type Table = (Mark | undefined)[];

/** Finds who made the release: "-GROUP" behind the tags, the bracket in front, a last bracket, or the last word of the tags' bracket. */
export function findGroup(layout: Layout): string | undefined {
  const table = markTable(layout);
  const dashed = findDashed(layout, table);
  if (dashed && !dashed.inBracket) return dashed.name;
  return (
    layout.heading.group ??
    findTrailingBracket(layout, table) ??
    dashed?.name ??
    findBy(layout) ??
    findLastOfTags(layout, table) ??
    findLastWord(layout, table)
  );
}

function markTable({ words, marks }: Layout): Table {
  const table: Table = Array.from({ length: words.tokens.length });
  for (const mark of marks) table.fill(mark, mark.from, mark.to);
  return table;
}

function isTag(mark: Mark | undefined): boolean {
  return mark !== undefined && !isCounting(mark);
}

/** Cuts the name of a repost or a tracker off a group: "NTb-Obfuscated", "SKGTV_English". */
function withoutRepost(name: string): string {
  const parts = name.split('-');
  const repost = parts.findIndex((part, i) => i > 0 && REPOST.test(part.trim()));
  const own = (repost < 0 ? parts : parts.slice(0, repost)).join('-');
  return own.replace(/[._](?:english|proof|sample)$/i, '').trim();
}

interface Dashed {
  name: string;
  inBracket: boolean;
}

function findDashed({ words, end }: Layout, table: Table): Dashed | undefined {
  const { tokens } = words;
  for (let i = tokens.length - 1; i > end; i--) {
    if (!isTag(table[i - 1]) || !GLUED.test(gapBefore(words, i)) || !mayNameGroup(words, i, table)) continue;
    const { start, bracket } = tokens[i]!;
    const whole = withoutRepost(words.source.slice(start, nameEnd(words.plain, start)));
    // Within a bracket the group follows the name of whoever encoded it.
    const name = bracket >= 0 ? whole.split(' ').at(-1)! : whole;
    return name === '' || name.length > LONGEST_GROUP ? undefined : { name, inBracket: bracket >= 0 };
  }
  return undefined;
}

/** A word without meaning, or the very last one where its meaning is weak: "H.264-BD" is by BD. */
function mayNameGroup(words: Words, index: number, table: Table): boolean {
  const mark = table[index];
  if (!mark) return true;
  const last = index === words.tokens.length - 1 && words.tokens[index]!.bracket < 0 && gapBefore(words, index) === '-';
  return last && !mark.strong && mark.from === index;
}

function nameEnd(plain: string, start: number): number {
  for (let i = start; i < plain.length; i++) {
    if ('[](){}【】<>,|/"'.includes(plain[i]!)) return i;
    if (plain[i] === '.' && /^\.-\.|^\.(?:\w+subs?|vtv|proof)\b/i.test(plain.slice(i, i + 12))) return i;
    if (plain[i] === ' ' && /^ [-+] /.test(plain.slice(i, i + 3))) return i;
  }
  return plain.length;
}

function isGroupLike(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 30 &&
    /[\p{L}]/u.test(text) &&
    !isSite(text) &&
    !/^(?:v\d|[\da-f]{8})$/i.test(text)
  );
}

function findTrailingBracket({ words, end }: Layout, table: Table): string | undefined {
  for (const bracket of words.brackets.toReversed()) {
    if (bracket.parent >= 0 || bracket.first < end || words.plain[bracket.open] !== '[' || holdsMarks(bracket, table))
      continue;
    const text = words.source.slice(bracket.open + 1, bracket.close).trim();
    if (!text.includes(' ') && isGroupLike(text)) return text;
  }
  return undefined;
}

function holdsMarks(bracket: Bracket, table: Table): boolean {
  for (let i = bracket.first; i < bracket.last; i++) if (table[i]) return true;
  return false;
}

/** "(1080p BluRay x265 Someone)". */
function findLastOfTags({ words, end }: Layout, table: Table): string | undefined {
  for (const bracket of words.brackets.toReversed()) {
    const last = bracket.last - 1;
    if (last <= bracket.first || bracket.first < end || table[last] || !holdsMarks(bracket, table)) continue;
    const token = words.tokens[last]!;
    const name = words.source.slice(token.start, token.end);
    if (gapBefore(words, last) === ' ' && name.length > 1 && isGroupLike(name)) return name;
  }
  return undefined;
}

/** "DVDRip by Someone". */
function findBy({ words, end }: Layout): string | undefined {
  const by = words.tokens.findIndex((token, i) => i > end && token.key === 'by' && i + 1 < words.tokens.length);
  if (by < 0) return undefined;
  const token = words.tokens[by + 1]!;
  return words.source.slice(token.start, token.end);
}

/** "x264.DTS.Someone": the words behind the tags, at the very end; behind a space only when written as groups write themselves. */
function findLastWord({ words, end }: Layout, table: Table): string | undefined {
  const last = words.tokens.length - 1;
  const first = last > end && !table[last - 1] && gapBefore(words, last) === '-' ? last - 1 : last;
  const token = words.tokens[first];
  if (!token || first <= end || table[first] || table[last] || !isTag(table[first - 1]) || token.bracket >= 0)
    return undefined;
  const name = words.source.slice(token.start, words.tokens[last]!.end);
  const gap = gapBefore(words, first);
  const written = gap === '.' || (gap === ' ' && /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u.test(name));
  return written && isGroupLike(name) && name.length > 1 && !REPOST.test(name) ? name : undefined;
}
