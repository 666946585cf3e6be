import { expect, it } from 'vitest';
import { codecWords } from './codec-words.ts';

it.each([
  ['hevc', 'H.265'],
  ['subrip', 'SRT'],
  ['flac', 'FLAC'],
  ['font/ttf', 'font/ttf'],
  ['', ''],
])('writes %s as %s', (codec, words) => {
  expect(codecWords(codec)).toBe(words);
});
