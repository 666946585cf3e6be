import { describe, expect, it } from 'vitest';
import { fold, startsOf, wordsOf } from './fold.ts';
import { compareInitials, initialOf, sortKeyOf, sortTitleOf } from './sort-title.ts';

describe('fold', () => {
  it.each([
    ['Amélie & Spider-Man', 'amelie and spider man'],
    ["Nobody's  Fool", 'nobodys fool'],
    ['Straße', 'strasse'],
    ['STRASSE', 'strasse'],
    ['ΟΔΥΣΣΕΥΣ', 'οδυσσευσ'],
    ['Οδυσσεύς', 'οδυσσευσ'],
    ['İstanbul', 'istanbul'],
    ['Ёлки', 'елки'],
    ['مُحَمَّد', 'محمد'],
    ['שָׁלוֹם', 'שלום'],
    ['हिन्दी', 'हिन्दी'],
    ['ガンダム', fold('がんだむ')],
    ['한국', '한국'],
    ['Ｆｕｌｌ　Ｗｉｄｔｈ', 'full width'],
    ['Œuvre ærø', 'oeuvre aero'],
    ['100% "Wolf"', '100 wolf'],
    ['🎬 Night', '🎬 night'],
    ['???', '???'],
    ['  ', ''],
    ['\0\u200b', ''],
  ])('%s → %s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  it('changes nothing the second time', () => {
    for (const text of ['Ünïcode – Test', '千と千尋の神隠し', 'Æon', '%_\\', '…']) {
      expect(fold(fold(text))).toBe(fold(text));
    }
  });

  it('takes long texts apart into words, and unspaced ones into pairs', () => {
    expect(wordsOf('the sea the 1=1 sky')).toEqual(['the', 'sea', '1', 'sky']);
    expect(wordsOf('千の夜 vol2海')).toEqual(['千の', 'の夜', 'vol2', '海']);
    expect(wordsOf('x'.repeat(500))).toEqual(['x'.repeat(100)]);
    expect(wordsOf('')).toEqual([]);
  });

  it('keeps what short searches look for: starts of words, and every pair where words are not spaced', () => {
    expect(startsOf('the sea', 'le x')).toBe(' t th s se l le x ');
    expect(startsOf('夜の海')).toBe(' 夜 夜の の 海 の海 ');
    expect(startsOf('')).toBe('');
  });
});

describe('sort titles', () => {
  it.each([
    ['The Long Way', 'Long Way'],
    ['A Day', 'Day'],
    ['Der Abend', 'Abend'],
    ['Les Amis', 'Amis'],
    ['L’Hiver', 'Hiver'],
    ['El Norte', 'Norte'],
    ['Gli Anni', 'Anni'],
    ['The', 'The'],
    ['Theory', 'Theory'],
    ['Die Hand', 'Die Hand'],
    ['I Swim', 'I Swim'],
  ])('%s → %s', (title, sortTitle) => {
    expect(sortTitleOf(title)).toBe(sortTitle);
  });

  it('sorts numbers by value and signs before letters', () => {
    const titles = ['Zoo', 'Part 10', 'Part 2', '7 Days', '#x', 'Äpfel', 'Жук', '夜'];
    expect(titles.toSorted((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? -1 : 1))).toEqual(
      ['7 Days', '#x', 'Äpfel', 'Part 2', 'Part 10', 'Zoo', 'Жук', '夜'].toSorted((a, b) =>
        sortKeyOf(a) < sortKeyOf(b) ? -1 : 1,
      ),
    );
    expect(sortKeyOf('Part 2') < sortKeyOf('Part 10')).toBe(true);
    expect(sortKeyOf('7 Days') < sortKeyOf('Äpfel')).toBe(true);
  });

  it.each([
    ['Äpfel', 'A'],
    ['7 Days', '#'],
    ['…and then', 'A'],
    ['Жук', 'Ж'],
    ['ένα', 'Ε'],
    ['نهر', 'ن'],
    ['ギター', 'か'],
    ['한국', 'ㅎ'],
    ['夜の海', '漢'],
    ['🎬', '#'],
    ['ßa', 'S'],
  ])('%s stands at %s', (title, initial) => {
    expect(initialOf(title)).toBe(initial);
  });

  it('orders the rail as the titles', () => {
    const titles = ['한국', '夜', 'がら', 'Жук', 'Zoo', 'Äpfel', '7', 'あお'];
    const byTitle = titles.toSorted((a, b) => (sortKeyOf(a) < sortKeyOf(b) ? -1 : 1)).map(initialOf);
    expect(titles.map(initialOf).toSorted(compareInitials)).toEqual(byTitle);
  });
});
