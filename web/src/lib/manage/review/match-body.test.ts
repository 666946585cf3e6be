import { expect, it } from 'vitest';
import type { Candidate } from '#lib/identify/identify.svelte.ts';
import { canAccept, candidateBody, sameShowBody } from './match-body.ts';

const named = (season: number | null, episodes: number[]) => ({
  parsed: { title: 'x', year: null, season, episodes, type: 'episode' },
});
const own = { itemId: 7, connectionId: null, entryId: null, type: 'show' } as Candidate;
const remote = { itemId: null, connectionId: 'c', entryId: 'e', type: 'movie' } as Candidate;

it('takes an own show at the place in the name', () => {
  expect(candidateBody(named(2, [3, 4]), own)).toEqual({ mediaId: 7, season: 2, episodes: [3, 4] });
  expect(sameShowBody(named(null, [12]), 9)).toEqual({ mediaId: 9, season: undefined, episodes: [12] });
});

it('takes a film of a connection without a place', () => {
  expect(candidateBody(named(1, [1]), remote)).toEqual({
    candidate: { connectionId: 'c', entryId: 'e', type: 'movie' },
  });
});

it('asks for the episode where the name does not say it', () => {
  expect(canAccept(named(null, []), own)).toBe(false);
  expect(canAccept(named(null, []), remote)).toBe(true);
  expect(canAccept(named(1, [2]), own)).toBe(true);
});
