import { describe, expect, it } from 'vitest';
import { alike, scoreTitle, type TitleOffer, type TitleSubject } from './title-score.ts';

const film: TitleSubject = { type: 'movie', title: 'The Glass Harbour', year: 2011 };
const offer = (more: Partial<TitleOffer> = {}): TitleOffer => ({
  type: 'movie',
  title: 'The Glass Harbour',
  year: 2011,
  ...more,
});
const score = (subject: TitleSubject, offered: TitleOffer, library?: 'movies' | 'shows') =>
  scoreTitle(subject, offered, library).score;

describe('how well an offer fits', () => {
  it('is certain only by an id', () => {
    expect(
      scoreTitle({ ...film, ids: { tmdb: '7' } }, offer({ title: 'Anything', year: 1950, ids: { tmdb: '7' } })),
    ).toEqual({
      score: 1,
      reasons: [{ text: 'The same tmdb id, 7', weight: 1 }],
    });
    expect(score(film, offer())).toBe(0.98);
  });

  it.each([
    ['the same title and year', film, offer(), 0.98],
    ['the same title a year off', film, offer({ year: 2012 }), 0.85],
    ['the same title of another time', film, offer({ year: 1961 }), 0.4],
    ['the same title, no year known', { type: 'movie', title: 'Glass' } as const, offer({ title: 'Glass' }), 0.7],
    ['the original title', film, offer({ title: 'Havn av glass', originalTitle: 'the glass harbour' }), 0.98],
    ['without its article', film, offer({ title: 'Glass Harbour' }), 0.81],
    ['something else of the same year', film, offer({ title: 'Nine Tides' }), 0.4],
    ['a show instead of a film', film, offer({ type: 'show' }), 0.7],
    ['another id of the same service', { ...film, ids: { tmdb: '8' } }, offer({ ids: { tmdb: '7' } }), 0.5],
  ])('%s', (_, subject, offered, expected) => {
    expect(score(subject, offered)).toBe(expected);
  });

  it('is less where the library holds the other kind', () => {
    const show = { type: 'show', title: 'Nine Tides' } as const;
    expect(score(show, offer({ type: 'show', title: 'Nine Tides', year: 2001 }), 'movies')).toBe(0.35);
  });

  it('has reasons that add up to it', () => {
    const { score: total, reasons } = scoreTitle(film, offer({ title: 'The Glass Harbor', year: 2012 }));
    expect(reasons.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(total);
    expect(reasons.map(({ text }) => text)).toEqual([
      'A title that is 87 % alike',
      'One year apart, 2012',
      'A movie, as the name says',
    ]);
  });
});

describe('how alike titles are', () => {
  it.each([
    ['Amélie', 'amelie', 1],
    ['Spider-Man', 'Spider Man', 1],
    ['千与千寻', '千与千寻', 1],
    ['', '', 0],
    ['A', 'B', 0],
  ])('%j and %j: %d', (a, b, expected) => expect(alike(a, b)).toBe(expected));

  it('falls with every letter', () => {
    expect(alike('Paper Moonlight', 'Paper Moonlights')).toBeGreaterThan(0.9);
    expect(alike('Paper Moonlight', 'Paper Tiger')).toBeLessThan(0.6);
  });
});
