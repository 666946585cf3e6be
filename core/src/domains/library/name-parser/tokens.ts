import { foldWidth } from './text.ts';

/** One word of a name: a run of letters, digits and apostrophes. `key` is what vocabularies compare: lower case, no apostrophes. */
export interface Token {
  key: string;
  start: number;
  end: number;
  /** Index into `brackets` of the innermost bracket around the word, -1 outside. */
  bracket: number;
  /** The value of a word made only of up to nine digits, otherwise -1. */
  number: number;
}

/** A matched pair of brackets with the words it holds, nested ones included: tokens [first, last). */
export interface Bracket {
  open: number;
  close: number;
  parent: number;
  first: number;
  last: number;
}

/** A name cut into words; every position refers to `source`, so that cutting loses nothing. */
export interface Words {
  source: string;
  /** `source` with full-width forms, foreign digits and fancy punctuation folded to ASCII, index for index. */
  plain: string;
  tokens: Token[];
  brackets: Bracket[];
}

interface Pair {
  at: number;
  close: number;
  first: number;
  last: number;
}

const SEPARATOR = 0;
const DIGIT = 1;
const LETTER = 2;
const IDEOGRAPH = 3;
const APOSTROPHE = 4;
const OPEN = 5;
const CLOSE = 6;

const CLOSER_OF: Record<string, string> = { '[': ']', '(': ')', '{': '}', '【': '】', '《': '》', '「': '」' };
const OPENERS = new Set(Object.keys(CLOSER_OF));
const CLOSERS = new Set(Object.values(CLOSER_OF));
const FOREIGN_SEPARATOR = /[\p{P}\p{Z}\p{S}]/u;

function isIdeograph(code: number): boolean {
  return (code >= 0x3040 && code <= 0x30ff) || (code >= 0x3400 && code <= 0x9fff) || (code >= 0xf900 && code <= 0xfaff);
}

function classOf(code: number, char: string): number {
  if (code >= 48 && code <= 57) return DIGIT;
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return LETTER;
  if (code === 39) return APOSTROPHE;
  if (OPENERS.has(char)) return OPEN;
  if (CLOSERS.has(char)) return CLOSE;
  if (code < 128) return SEPARATOR;
  if (isIdeograph(code)) return code === 0x30fb ? SEPARATOR : IDEOGRAPH;
  // Half of an astral character, and the ordinal signs of "4º" and "1ª", stay inside their word.
  if ((code >= 0xd800 && code <= 0xdfff) || code === 0xba || code === 0xaa || code === 0xb0) return LETTER;
  return FOREIGN_SEPARATOR.test(char) ? SEPARATOR : LETTER;
}

function classTable(): Uint8Array {
  return Uint8Array.from({ length: 128 }, (_, code) => classOf(code, String.fromCharCode(code)));
}

const ASCII_CLASSES = classTable();

function numberOf(key: string): number {
  if (key.length > 9) return -1;
  let value = 0;
  for (let i = 0; i < key.length; i++) {
    const digit = key.charCodeAt(i) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}

/** Cuts a name into words and bracket pairs in one walk. */
export function tokenise(source: string): Words {
  const plain = foldWidth(source);
  const tokens: Token[] = [];
  const waiting: { char: string; at: number; first: number }[] = [];
  const pairs: Pair[] = [];
  let start = -1;
  let kind = SEPARATOR;

  const finish = (end: number): void => {
    if (start < 0) return;
    const text = plain.slice(start, end).toLowerCase();
    const key = text.includes("'") ? text.replaceAll("'", '') : text;
    if (key !== '') tokens.push({ key, start, end, bracket: -1, number: numberOf(key) });
    start = -1;
  };

  for (let i = 0; i < plain.length; i++) {
    const code = plain.charCodeAt(i);
    const found = code < 128 ? ASCII_CLASSES[code]! : classOf(code, plain[i]!);
    if (found === DIGIT || found === LETTER || found === IDEOGRAPH || found === APOSTROPHE) {
      // "第01话" is three words: ideographs never share one with Latin letters or digits.
      if (start >= 0 && found !== APOSTROPHE && (found === IDEOGRAPH) !== (kind === IDEOGRAPH)) finish(i);
      if (start < 0) start = i;
      if (found !== APOSTROPHE) kind = found;
      continue;
    }
    finish(i);
    if (found === OPEN) waiting.push({ char: CLOSER_OF[plain[i]!]!, at: i, first: tokens.length });
    if (found === CLOSE) {
      // An opener that is never closed is given up as soon as an outer one closes.
      let depth = waiting.length - 1;
      while (depth >= 0 && depth > waiting.length - 9 && waiting[depth]!.char !== plain[i]) depth--;
      if (depth < 0 || waiting[depth]?.char !== plain[i]) continue;
      const { at, first } = waiting[depth]!;
      waiting.length = depth;
      pairs.push({ at, close: i, first, last: tokens.length });
    }
  }
  finish(plain.length);
  return { source, plain, tokens, brackets: nest(pairs, tokens) };
}

/** Orders bracket pairs as they open, tells each its parent, and each word its innermost bracket. */
function nest(pairs: Pair[], tokens: Token[]): Bracket[] {
  const brackets: Bracket[] = [];
  const stack: number[] = [];
  pairs.sort((a, b) => a.at - b.at);
  let next = 0;
  const enclosing = (position: number): number => {
    while (stack.length > 0 && brackets[stack.at(-1)!]!.close < position) stack.pop();
    return stack.at(-1) ?? -1;
  };
  const openUntil = (position: number): void => {
    for (; next < pairs.length && pairs[next]!.at < position; next++) {
      const pair = pairs[next]!;
      const parent = enclosing(pair.at);
      brackets.push({ open: pair.at, close: pair.close, parent, first: pair.first, last: pair.last });
      stack.push(brackets.length - 1);
    }
  };
  for (const token of tokens) {
    openUntil(token.start);
    token.bracket = enclosing(token.start);
  }
  openUntil(Number.POSITIVE_INFINITY);
  return brackets;
}

/** What stands between word `index` and the one before it, at most 16 characters of it. */
export function gapBefore(words: Words, index: number): string {
  const from = index > 0 ? words.tokens[index - 1]!.end : 0;
  const to = words.tokens[index]?.start ?? words.plain.length;
  return words.plain.slice(from, Math.min(to, from + 16));
}
