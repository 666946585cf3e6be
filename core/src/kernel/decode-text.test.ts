import { describe, expect, it } from 'vitest';
import { decodeText } from './decode-text.ts';

describe('text in whatever encoding', () => {
  const bytes = (...values: number[]) => Uint8Array.from(values);
  it.each([
    ['UTF-8', Buffer.from('Žluťoučký'), '', 'Žluťoučký'],
    ['UTF-8 with a mark', bytes(0xef, 0xbb, 0xbf, 0x61), '', 'a'],
    ['UTF-16, small end first', Buffer.from('\uFEFFЯ', 'utf16le'), '', 'Я'],
    ['UTF-16, big end first', bytes(0xfe, 0xff, 0x04, 0x2f), '', 'Я'],
    ['UTF-16 without a mark', Buffer.from('ab', 'utf16le'), '', 'ab'],
    ['Western', bytes(0x63, 0x61, 0x66, 0xe9), '', 'café'],
    ['Polish', bytes(0xb9, 0xe6, 0xea), 'pol', 'ąćę'],
    ['Cyrillic by language', bytes(0xcf, 0xf0, 0xe8), 'rus', 'При'],
    [
      'Cyrillic by its look',
      bytes(...'Привет'.split('').flatMap(() => [0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2])),
      '',
      'Привет'.repeat(6),
    ],
    ['Japanese', bytes(0x82, 0xa0), 'jpn', 'あ'],
    ['nothing', bytes(), '', ''],
  ])('%s', (_, input, language, expected) => {
    expect(decodeText(input, { language })).toBe(expected);
  });

  const latin = (text: string) => Buffer.from(text, 'latin1');
  it.each([
    ['the encoding it names', bytes(0xcf, 0xf0, 0xe8), 'windows-1251', 'При'],
    ['one whose every byte is ASCII', latin('\x1b$B$"\x1b(B'), 'ISO-2022-JP', 'あ'],
    ['UTF-8, although it names another', Buffer.from('né'), 'ISO-8859-1', 'né'],
    ['Western, although it names UTF-8', latin('né'), 'UTF-8', 'né'],
    ['Western, although what it names is unknown', latin('né'), 'no-such-thing', 'né'],
    ['Western marks that Latin-1 lacks', bytes(0x93, 0x61, 0x94, 0x20, 0x80), 'ISO-8859-1', '“a” €'],
  ])('is read as %s', (_, input, declared, expected) => {
    expect(decodeText(input, { declared })).toBe(expected);
  });

  it('stays UTF-8 with a broken byte here and there', () => {
    const text = Buffer.concat([Buffer.from('Žluťoučký kůň '), bytes(0xff), Buffer.from(' příliš')]);
    expect(decodeText(text)).toBe('Žluťoučký kůň \uFFFD příliš');
  });

  it('stays UTF-8 where it is cut inside a letter', () => {
    expect(decodeText(Buffer.from('naïve né').subarray(0, -1), { cut: true })).toBe('naïve n');
  });
});
