import { describe, expect, it } from 'vitest';
import { normaliseLanguage, unpackLanguage } from './language.ts';

describe('normaliseLanguage', () => {
  it.each([
    ['en', 'eng'],
    ['en-GB', 'eng'],
    ['fre', 'fra'],
    ['ger', 'deu'],
    ['DE', 'deu'],
    ['zh-Hant-TW', 'zho'],
    ['pt_BR', 'por'],
    ['gsw', 'gsw'],
    ['und', undefined],
    ['zxx', undefined],
    ['', undefined],
    ['x', undefined],
    ['../..', undefined],
    [undefined, undefined],
  ])('%s is %s', (tag, language) => {
    expect(normaliseLanguage(tag)).toBe(language);
  });
});

describe('unpackLanguage', () => {
  it('unpacks five-bit letters', () => {
    expect(unpackLanguage(0x15c7)).toBe('eng');
    expect(unpackLanguage(0x55c4)).toBeUndefined(); // und
  });

  it('reads the numbers of QuickTime', () => {
    expect(unpackLanguage(1)).toBe('fra');
    expect(unpackLanguage(11)).toBe('jpn');
    expect(unpackLanguage(0x7fff)).toBeUndefined();
  });
});
