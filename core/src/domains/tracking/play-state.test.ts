import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyMark, applyReport, presets, unplayed, type PlayState } from './play-state.ts';

const minute = 60_000;
const film = 100 * minute;
const at = 1_700_000_000_000;
const report = (positionMs: number, rules: keyof typeof presets, before: PlayState = unplayed, durationMs = film) =>
  applyReport(before, { positionMs, durationMs, at }, presets[rules]);

describe('where a film is resumed and when it counts as watched', () => {
  it.each([
    ['jellyfin', 4.9, 0, false],
    ['jellyfin', 5, 5, false],
    ['jellyfin', 90, 90, false],
    ['jellyfin', 90.1, 0, true],
    ['kodi', 2.9, 0, false],
    ['kodi', 3, 3, false],
    ['kodi', 89.9, 89.9, false],
    ['kodi', 90, 0, true],
    ['plex', 1, 1, false],
    ['plex', 90, 0, true],
    ['trakt', 0.9, 0, false],
    ['trakt', 79, 79, false],
    ['trakt', 80, 0, true],
  ] as const)('%s at %d minutes of 100', (preset, minutes, resume, played) => {
    const { state, completed } = report(minutes * minute, preset);
    expect(state.positionMs).toBe(resume * minute);
    expect(state.played).toBe(played);
    expect(completed).toBe(played);
  });

  it('never resumes a clip under five minutes with Jellyfin rules, but counts it', () => {
    expect(report(2 * minute, 'jellyfin', unplayed, 4 * minute).state).toMatchObject({ positionMs: 0, played: true });
    expect(report(5_000, 'jellyfin', unplayed, 4 * minute).state).toMatchObject({ positionMs: 0, played: false });
  });

  it('takes the last second as watched whatever the share says', () => {
    const short = 6 * minute;
    expect(report(short - 900, 'jellyfin', unplayed, short).state.played).toBe(true);
  });

  it('keeps a position while the running time is unknown', () => {
    expect(report(12 * minute, 'jellyfin', unplayed, 0).state).toMatchObject({
      positionMs: 12 * minute,
      played: false,
    });
  });
});

describe('viewings', () => {
  it('count once however often their end is reported', () => {
    const first = report(95 * minute, 'jellyfin');
    const again = applyReport(
      first.state,
      { positionMs: 98 * minute, durationMs: film, at: at + 3 * minute },
      presets.jellyfin,
    );
    expect(first.completed).toBe(true);
    expect(again.completed).toBe(false);
    expect(again.state.playCount).toBe(1);
  });

  it('count again the next evening, and keep the tick in between', () => {
    const first = report(95 * minute, 'jellyfin').state;
    const tomorrow = at + 24 * 60 * minute;
    const half = applyReport(first, { positionMs: 50 * minute, durationMs: film, at: tomorrow }, presets.jellyfin);
    expect(half.state).toMatchObject({ played: true, positionMs: 50 * minute, playCount: 1 });
    const end = applyReport(
      half.state,
      { positionMs: 96 * minute, durationMs: film, at: tomorrow + 50 * minute },
      presets.jellyfin,
    );
    expect(end.completed).toBe(true);
    expect(end.state.playCount).toBe(2);
  });

  it('stay in the count when the tick is taken away', () => {
    const watched = applyMark(unplayed, true, at).state;
    expect(applyMark(watched, false, at + 1).state).toMatchObject({ played: false, playCount: 1, lastPlayedAt: at });
    expect(applyMark(watched, true, at + 1).completed).toBe(false);
  });
});

describe('any report', () => {
  const rules = fc.constantFrom(...Object.values(presets));
  it('leaves a position inside the running time, and none on what it finished', () => {
    fc.assert(
      fc.property(rules, fc.nat(1e8), fc.nat(1e8), fc.boolean(), (preset, positionMs, durationMs, played) => {
        const { state, completed } = applyReport({ ...unplayed, played }, { positionMs, durationMs, at }, preset);
        expect(state.positionMs).toBeLessThanOrEqual(durationMs || positionMs);
        expect(state.played).toBe(played || completed);
        if (completed) expect(state.positionMs).toBe(0);
      }),
    );
  });
});
