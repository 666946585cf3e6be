import { expect, it } from 'vitest';
import { readRhythm, writeRhythm } from './rhythm.ts';

it.each([
  ['15 * * * *', 'hourly'],
  ['30 3 * * *', 'daily'],
  ['0 22 * * 5', 'weekly'],
  ['5 4 28 * *', 'monthly'],
  ['0 4 31 * *', 'custom'],
  ['*/10 8-18 * * 1-5', 'custom'],
  ['0 * 1 * *', 'custom'],
])('%s is %s, and written back unchanged', (cron, kind) => {
  const rhythm = readRhythm(cron);
  expect(rhythm.kind).toBe(kind);
  expect(writeRhythm(rhythm)).toBe(cron);
});

it('has something to begin with when there is no cron', () => {
  expect(readRhythm(null)).toMatchObject({ kind: 'custom', cron: '', time: '03:00' });
});
