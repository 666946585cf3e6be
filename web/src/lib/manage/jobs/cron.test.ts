import { describe, expect, it } from 'vitest';
import { nextRuns, readCron } from './cron.ts';

const runs = (cron: string, after: string, timeZone = 'UTC', count = 3) =>
  nextRuns(cron, { timeZone, after: new Date(after), count }).map((run) => run.toISOString().slice(0, 16));

describe('nextRuns', () => {
  it('counts minutes, hours and days', () => {
    expect(runs('*/20 * * * *', '2026-11-20T07:21:00Z')).toEqual([
      '2026-11-20T07:40',
      '2026-11-20T08:00',
      '2026-11-20T08:20',
    ]);
    expect(runs('30 3 * * *', '2026-11-20T07:21:00Z', 'UTC', 2)).toEqual(['2026-11-21T03:30', '2026-11-22T03:30']);
  });

  it('knows weekdays by name and number, Sunday twice', () => {
    expect(runs('0 9 * * mon', '2026-11-20T00:00:00Z', 'UTC', 2)).toEqual(['2026-11-23T09:00', '2026-11-30T09:00']);
    expect(runs('0 9 * * 7', '2026-11-20T00:00:00Z', 'UTC', 1)).toEqual(
      runs('0 9 * * 0', '2026-11-20T00:00:00Z', 'UTC', 1),
    );
  });

  it('joins day of month and weekday by or, as cron does', () => {
    expect(runs('0 0 13 * fri', '2026-11-01T12:00:00Z')).toEqual([
      '2026-11-06T00:00',
      '2026-11-13T00:00',
      '2026-11-20T00:00',
    ]);
  });

  it('keeps to the wall clock of the zone across a change of its offset', () => {
    expect(runs('0 3 * * *', '2026-10-24T12:00:00Z', 'Europe/Berlin', 2)).toEqual([
      '2026-10-25T02:00',
      '2026-10-26T02:00',
    ]);
  });

  it('finds a leap day years ahead', () => {
    expect(runs('0 0 29 2 *', '2026-11-20T00:00:00Z', 'UTC', 1)).toEqual(['2028-02-29T00:00']);
  });
});

it.each(['', '* * * *', '60 * * * *', '* * * foo *', '5-1 * * * *', '*/0 * * * *', '0 0 L * *'])(
  'leaves %j to the server',
  (text) => {
    expect(readCron(text)).toBeUndefined();
    expect(nextRuns(text, { timeZone: 'UTC', after: new Date(0), count: 1 })).toEqual([]);
  },
);
