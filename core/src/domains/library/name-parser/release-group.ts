import { isSite } from './heading.ts';
import type { Layout } from './layout.ts';
import type { Mark } from './marks.ts';
import { gapBefore } from './tokens.ts';
import type { Bracket } from './tokens.ts';

/** What reposters append to a group's name. */
const REPOST =
  /^(?:obfuscat\w*|postbot|xpost|rakuv\w*|asrequested|alternativetorequested|nzbgeek|scrambled|buymore|whiterev|z0ids3n|altezachen|chamele0n|4p|4planet|rp|1|2|3|sample|proof|pre|english|cdd)$/i;
const NUMBERS = new Set(['numbering', 'date', 'year']);
const GLUED = /^[\])}\s.]*-[\s.]{0,2}$/;

/** Finds who made the release: "-GROUP" behind the tags, a last bracket, the last word of the tags' bracket, or the bracket in front. */
export function findGroup(layout: Layout): string | undefined {
  const isTag = tagTable(layout);
  const dashed = findDashed(layout, isTag);
  if (dashed && !dashed.inBracket) return dashed.name;
  return (
    findTrailingBracket(layout, isTag) ??
    dashed?.name ??
    findBy(layout) ??
    findLastOfTags(layout, isTag) ??
    layout.heading.group ??
    findLastWord(layout, isTag)
  );
}

function tagTable({ words, marks }: Layout): (Mark | undefined)[] {
  const table: (Mark | undefined)[] = Array.from({ length: words.tokens.length });
  for (const mark of marks) if (!NUMBERS.has(mark.kind)) table.fill(mark, mark.from, mark.to);
  return table;
}

/** Cuts the name of a repost or a tracker off a group: "NTb-Obfuscated", "SKGTV_English". */
function withoutRepost(name: string): string {
  const parts = name.split('-');
  const repost = parts.findIndex((part, i) => i > 0 && REPOST.test(part.trim()));
  const own = (repost < 0 ? parts : parts.slice(0, repost)).join('-');
  return own.replace(/[._](?:english|proof|sample)$/i, '').trim();
}

function findDashed(
  { words, end }: Layout,
  isTag: (Mark | undefined)[],
): { name: string; inBracket: boolean } | undefined {
  const { tokens, source } = words;
  for (let i = tokens.length - 1; i > Math.max(end, 0); i--) {
    const token = tokens[i]!;
    const last =
      i === tokens.length - 1 && gapBefore(words, i) === '-' && isTag[i] && !isTag[i]!.strong && token.bracket < 0;
    if ((isTag[i] && !last) || !isTag[i - 1] || (last && isTag[i] === isTag[i - 1]) || !GLUED.test(gapBefore(words, i)))
      continue;
    const stop = nameEnd(words.plain, token.start);
    const name = withoutRepost(source.slice(token.start, stop));
    const inBracket = token.bracket >= 0;
    const own = inBracket ? name.split(' ').at(-1)! : name;
    return own === '' || own.length > 40 ? undefined : { name: own, inBracket };
  }
  return undefined;
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

function findTrailingBracket({ words, end, marks }: Layout, isTag: (Mark | undefined)[]): string | undefined {
  const outer = words.brackets.filter(
    (bracket) => bracket.parent < 0 && bracket.first >= end && bracket.last > bracket.first,
  );
  for (const bracket of outer.reverse()) {
    const numbers = marks.some((mark) => mark.from >= bracket.first && mark.to <= bracket.last);
    if (words.plain[bracket.open] !== '[' || numbers || holdsTags(bracket, isTag)) continue;
    const text = words.source.slice(bracket.open + 1, bracket.close).trim();
    if (!text.includes(' ') && isGroupLike(text)) return text;
  }
  return undefined;
}

function holdsTags(bracket: Bracket, isTag: (Mark | undefined)[]): boolean {
  for (let i = bracket.first; i < bracket.last; i++) if (isTag[i]) return true;
  return false;
}

/** "(1080p BluRay x265 Someone)". */
function findLastOfTags({ words, end }: Layout, isTag: (Mark | undefined)[]): string | undefined {
  for (const bracket of [...words.brackets].reverse()) {
    const last = bracket.last - 1;
    if (last <= bracket.first || bracket.first < end || isTag[last] || !holdsTags(bracket, isTag)) continue;
    const token = words.tokens[last]!;
    if (gapBefore(words, last) === ' ' && isGroupLike(token.key) && token.key.length > 1)
      return words.source.slice(token.start, token.end);
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
function findLastWord({ words, end }: Layout, isTag: (Mark | undefined)[]): string | undefined {
  const last = words.tokens.length - 1;
  const joined = last > end && !isTag[last - 1] && gapBefore(words, last) === '-' ? last - 1 : last;
  const token = words.tokens[joined];
  if (!token || joined <= end || isTag[joined] || isTag[last] || !isTag[joined - 1] || token.bracket >= 0)
    return undefined;
  const name = words.source.slice(token.start, words.tokens[last]!.end);
  const gap = gapBefore(words, joined);
  const written = gap === '.' || (gap === ' ' && /\p{Ll}\p{Lu}|\p{Lu}\p{Lu}\p{Ll}/u.test(name));
  return written && isGroupLike(name) && name.length > 1 && !REPOST.test(name) ? name : undefined;
}
