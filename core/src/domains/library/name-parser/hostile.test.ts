import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';

const MEGABYTE = 1024 * 1024;

const pieces = fc.constantFrom(
  'S01E02',
  's',
  'e',
  '1x02',
  '-',
  ' - ',
  '.',
  '/',
  '\\',
  '[',
  ']',
  '(',
  ')',
  '【',
  '】',
  '2015',
  '1080p',
  'x264',
  'WEB',
  'Season',
  '1',
  '02',
  'Episode',
  'cd1',
  'part',
  '第',
  '集',
  'à',
  'German',
  'tmdbid-1',
  '=',
  'Title',
  'É',
  '٣',
  '１',
  '\ud83d',
  '\u0000',
  "'",
  '-trailer',
  'to',
  '&',
  '~',
);
const names = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(pieces, { maxLength: 60 }).map((parts) => parts.join('')),
);

function milliseconds(work: () => void): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}

describe('any input', () => {
  it('never throws, answers the same twice, and always has a title', () => {
    fc.assert(
      fc.property(names, (name) => {
        const parsed = parseName(name);
        expect(parseName(name)).toEqual(parsed);
        expect(parsed.title.length > 0).toBe(name.length > 0);
        expect(JSON.parse(JSON.stringify(parsed))).toEqual(parsed);
      }),
      { numRuns: 3000 },
    );
  });

  it('gives whole, sane numbers only', () => {
    fc.assert(
      fc.property(names, (name) => {
        const { year, season, seasons = [], episodes, part, date } = parseName(name);
        for (const value of [year, season, part, ...seasons, ...episodes]) {
          if (value !== undefined) expect(Number.isSafeInteger(value) && value >= 0 && value < 100_000).toBe(true);
        }
        if (date !== undefined) expect(new Date(date).toISOString().slice(0, 10)).toBe(date);
        expect(new Set(episodes).size).toBe(episodes.length);
      }),
      { numRuns: 2000 },
    );
  });

  it('finds what it is given, whatever the title', () => {
    const titles = fc.array(fc.stringMatching(/^[B-D][b-df-hj-km-np-rt-vz]{3,8}q$/), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        titles,
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 99 }),
        (title, season, episode) => {
          const numbering = `S${String(season).padStart(2, '0')}E${String(episode).padStart(2, '0')}`;
          const parsed = parseName(`${title.join('.')}.${numbering}.1080p.WEB-DL.x264-GRP.mkv`);
          expect(parsed).toMatchObject({
            title: title.join(' '),
            season,
            episodes: [episode],
            resolution: '1080p',
            releaseGroup: 'GRP',
          });
        },
      ),
    );
  });
});

describe('very long input', () => {
  it.each([
    ['letters', 'a'],
    ['digits', '1'],
    ['dots', '.'],
    ['spaces', ' '],
    ['opening brackets', '['],
    ['closing brackets', ')'],
    ['pairs of brackets', '[a]'],
    ['nested brackets', '[('],
    ['site brackets', '[www.a.com]'],
    ['slashes', '/'],
    ['folders', 'a/'],
    ['season folders', 'Season 1/'],
    ['episodes', 'S01E01-'],
    ['episode suffixes', 'e01'],
    ['numbers', '01-'],
    ['years', '2015 '],
    ['sizes', '720 '],
    ['tags', 'German.'],
    ['ids', '[tmdbid-'],
    ['ideographs', '第1集'],
    ['combining marks', 'é'],
    ['astral characters', '😀'],
    ['quotes', "'"],
    ['dashes', ' - '],
  ])('a megabyte of %s is read at once', (_what, piece) => {
    const name = piece.repeat(Math.ceil(MEGABYTE / piece.length));
    expect(milliseconds(() => expect(parseName(name).title).not.toBe(''))).toBeLessThan(1000);
  });

  it('takes time in proportion to its length', () => {
    const time = (length: number): number =>
      Math.min(
        ...Array.from({ length: 5 }, () => milliseconds(() => parseName('Title.(S01.[2015].x264-'.repeat(length)))),
      );
    time(1000);
    expect(time(80_000)).toBeLessThan(40 * Math.max(time(10_000), 1));
  });
});
