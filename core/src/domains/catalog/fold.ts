import { storable } from '../../kernel/database/sql-fragment.ts';

/** Marks that change how a letter is written, not which one it is; vowel signs of Indic scripts are letters of their own. */
const marks =
  /(?=\p{Mn})[\p{Script=Inherited}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Syriac}]/gu;
const joined: Readonly<Record<string, string>> = {
  ς: 'σ',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ð: 'd',
  þ: 'th',
  ħ: 'h',
  ı: 'i',
  ŋ: 'ng',
};
const joinedLetters = new RegExp(`[${Object.keys(joined).join('')}]`, 'g');
const apostrophes = /['’‘ʼ`´]/g;
const separators = /[\p{P}\p{Z}\p{C}]+/gu;
const katakana = /[ァ-ヶ]/g;
const onlyAscii = /^[\0-\x7f]*$/;
const unprinted = /\p{C}/gu;
const asciiSeparators = /[\0-#%-*,-/:;?@[-\]_{}\x7f]+/g;

/**
 * Text as it is compared and searched: without case, accents, punctuation and the difference of half and full width or of
 * hiragana and katakana. `Amélie & Spider-Man` becomes `amelie and spider man`. Text of punctuation alone stays as it is.
 */
export function fold(text: string): string {
  const folded = onlyAscii.test(text) ? foldAscii(text) : foldAny(text);
  return folded === '' ? text.replace(unprinted, '').trim().toLowerCase() : folded;
}

/** A title as items are found by it. */
export const foldTitle = (title: string): string => fold(storable(title)).slice(0, 1000).toWellFormed();

function foldAscii(text: string): string {
  const spelled = text.includes('&') ? text.replaceAll('&', ' and ') : text;
  return spelled.toLowerCase().replace(apostrophes, '').replace(asciiSeparators, ' ').trim();
}

function foldAny(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll('&', ' and ')
    .toUpperCase()
    .toLowerCase()
    .replace(apostrophes, '')
    .replace(marks, '')
    .replace(joinedLetters, (letter) => joined[letter]!)
    .replace(katakana, (letter) => String.fromCharCode(letter.charCodeAt(0) - 0x60))
    .normalize('NFC')
    .replace(separators, ' ')
    .trim();
}

const unspaced =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
const unspacedRun =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]+/gu;
const unspacedPart = new RegExp(`(${unspacedRun.source})`, 'u');

/**
 * What one- and two-letter searches find in folded texts, as words between spaces: the first letter and the first two letters of
 * every word; in scripts that put no spaces between words, every letter and every pair. A trigram index finds ` a ` and ` ab `.
 */
export function startsOf(...folded: readonly string[]): string {
  const found = new Set<string>();
  for (const text of folded) {
    if (text === '') continue;
    for (const word of text.split(' ')) {
      const [first, second] = word;
      found.add(first!);
      if (second) found.add(first! + second);
    }
    if (!onlyAscii.test(text) && unspaced.test(text)) addPairs(text, found);
  }
  return found.size === 0 ? '' : ` ${[...found].join(' ')} `;
}

/**
 * The words of a folded text, each once; where words are not spaced, the pairs of letters instead. Both what is indexed of long
 * texts and what they are asked for.
 */
export function wordsOf(folded: string): string[] {
  const found = new Set<string>();
  for (const word of folded.split(asciiSigns)) {
    if (word === '') continue;
    if (onlyAscii.test(word) || !unspaced.test(word)) found.add(word.slice(0, longestWord).toWellFormed());
    else addWords(word, found);
  }
  return [...found];
}

/** What a tokenizer of ASCII splits at. */
const asciiSigns = /[\0-/:-@[-`{-\x7f]+/;

/** Longer ones are no words, and PostgreSQL takes none. */
const longestWord = 100;

function addWords(word: string, found: Set<string>): void {
  for (const part of word.split(unspacedPart)) {
    const letters = [...part];
    if (!unspaced.test(part)) found.add(part.slice(0, longestWord).toWellFormed());
    else if (letters.length === 1) found.add(part);
    else for (let at = 1; at < letters.length; at += 1) found.add(letters[at - 1]! + letters[at]!);
  }
  found.delete('');
}

function addPairs(text: string, found: Set<string>): void {
  for (const [run] of text.matchAll(unspacedRun)) {
    const letters = [...run];
    letters.forEach((letter, at) => {
      found.add(letter);
      if (at > 0) found.add(letters[at - 1]! + letter);
    });
  }
}
