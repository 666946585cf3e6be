import { fold } from './fold.ts';

/**
 * Leading articles of English, French, Italian, Spanish and German. `die` and `i` are left out: more titles begin with the
 * English words (`Die Hard`, `I, Robot`).
 */
const articles = /^(?:(?:the|an?|le|la|les|une?|el|los|las|il|lo|gli|uno|una|der|das|ein|eine)\s+|l['’]\s*)(?=\S)/i;

/** The title as it is sorted: without its leading article. `The Long Way` becomes `Long Way`. */
export const sortTitleOf = (title: string): string => title.trim().replace(articles, '');

const digits = /\d+/g;

/**
 * The key a sort title is ordered by, byte for byte: folded, numbers padded so that part 2 comes before part 10, and what begins
 * with no letter before everything else.
 */
export function sortKeyOf(sortTitle: string): string {
  const key = fold(sortTitle)
    .slice(0, 400)
    .replace(digits, (number) => number.padStart(6, '0'));
  return startsWithLetter.test(key) ? key : `!${key}`;
}

const startsWithLetter = /^\p{L}/u;

/** Hangul syllables by the consonant they begin with, as a dictionary has them. */
const consonants = 'ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ';
const hangulFirst = 0xac00;
const hangulLast = 0xd7a3;
const syllablesPerConsonant = 588;

/** Kana by the row of the syllabary: the first sign of each. */
const kanaRows = 'あかさたなはまやらわ';
const han = /^\p{Script=Han}/u;
const kana = /^\p{Script=Hiragana}/u;

/** Where a title stands on the A-Z rail: its first letter in its own script, `#` for what is no letter, `漢` for Han characters. */
export function initialOf(sortTitle: string): string {
  const letter = [...fold(sortTitle)][0] ?? '#';
  if (!startsWithLetter.test(letter)) return '#';
  const code = letter.codePointAt(0)!;
  if (code >= hangulFirst && code <= hangulLast)
    return consonants[Math.floor((code - hangulFirst) / syllablesPerConsonant)]!;
  if (han.test(letter)) return '漢';
  if (kana.test(letter)) return [...kanaRows].findLast((row) => row <= letter) ?? 'あ';
  const upper = letter.toUpperCase();
  return [...upper].length === 1 ? upper : letter;
}

/** Orders initials as the titles that begin with them. */
export const compareInitials = (a: string, b: string): number => (firstOf(a) < firstOf(b) ? -1 : 1);

/** A letter that stands where an initial's titles do. */
function firstOf(initial: string): string {
  if (initial === '#') return '';
  if (initial === '漢') return '\u4e00';
  const consonant = consonants.indexOf(initial);
  return consonant === -1 ? fold(initial) : String.fromCodePoint(hangulFirst + consonant * syllablesPerConsonant);
}
