import type { Mark } from './marks.ts';
import { gapBefore } from './tokens.ts';
import type { Bracket, Words } from './tokens.ts';

/** What stands before the title: site adverts, tags, and a release group in square brackets. */
export interface Heading {
  /** First word that may belong to the title. */
  begin: number;
  group?: string;
  /** Bracket the group was read from, should the name turn out to have no other title. */
  bracket?: Bracket;
}

const SITE =
  /(?:^|[\s_])(?:www[.,]|[\w-]+[.,](?:com|org|net|info|to|my|nu|me|io|pl|ru|cc|tv|la|ws|vip|se|in|link|world|cam|mx|eu|xyz)(?:$|[\s/_]))/i;

/** Whether the text is a web address, with or without words around it. */
export function isSite(text: string): boolean {
  return text.length < 200 && SITE.test(text.trim());
}

function covered(bracket: Bracket, marks: Mark[]): boolean {
  let at = bracket.first;
  for (const mark of marks) {
    if (mark.from === at) at = mark.to;
    if (at >= bracket.last) break;
  }
  return at >= bracket.last;
}

/** Tag brackets are mostly tags: "[DvdMux - XviD - Ita Mp3]" may hold a stray word. */
function isTagBracket(bracket: Bracket, marks: Mark[]): boolean {
  const inside = marks.filter((mark) => mark.from >= bracket.first && mark.to <= bracket.last);
  const telling = inside.some(
    (mark) => mark.strong || mark.kind === 'language' || mark.kind === 'source' || mark.kind === 'resolution',
  );
  return (telling && covered(bracket, marks)) || inside.filter((mark) => mark.strong).length >= 3;
}

/** Reads the brackets and web addresses a name opens with. */
export function readHeading(words: Words, marks: Mark[]): Heading {
  const heading: Heading = { begin: skipSitePrefix(words) };
  const outer = words.brackets.filter((bracket) => bracket.parent < 0);
  for (const bracket of outer) {
    if (bracket.first !== heading.begin || bracket.last === bracket.first) break;
    const text = words.source.slice(bracket.open + 1, bracket.close);
    const square = words.plain[bracket.open] === '[' || words.plain[bracket.open] === '【';
    if (isSite(text) || (isTagBracket(bracket, marks) && (!isNumber(words, bracket) || heading.group !== undefined))) {
      if (heading.group !== undefined && !isSite(text)) break;
      heading.begin = bracket.last;
    } else if (square && heading.group === undefined && !isNumbered(bracket, marks)) {
      heading.group = text.trim();
      heading.bracket = bracket;
      heading.begin = bracket.last;
    } else if (square && wordsFollow(words, bracket, marks)) {
      heading.begin = bracket.last;
    } else break;
  }
  return heading;
}

/** Whether unbracketed words stand behind: then a second bracket in front of them is no title. */
function wordsFollow(words: Words, bracket: Bracket, marks: Mark[]): boolean {
  const next = words.tokens[bracket.last];
  return next !== undefined && next.bracket < 0 && !marks.some((mark) => mark.from === bracket.last);
}

function isNumbered(bracket: Bracket, marks: Mark[]): boolean {
  return marks.some((mark) => mark.numbering && mark.from >= bracket.first && mark.to <= bracket.last);
}

function isNumber(words: Words, bracket: Bracket): boolean {
  return bracket.last - bracket.first === 1 && words.tokens[bracket.first]!.number >= 0;
}

/** "www.site.org - Title", "From [ www.site.org ] - Title". */
function skipSitePrefix(words: Words): number {
  const first = words.tokens[0]?.key;
  if (first === 'from' && words.tokens[1] !== undefined && words.tokens[1].key === 'www') {
    const bracket = words.brackets[words.tokens[1].bracket];
    return bracket ? bracket.last : 0;
  }
  if (first !== 'www' || words.tokens[0]!.bracket >= 0) return 0;
  for (let i = 2; i < Math.min(words.tokens.length, 6); i++) if (/\s/.test(gapBefore(words, i))) return i;
  return 0;
}
