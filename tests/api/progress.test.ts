import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem } from '../../core/src/domains/catalog/catalog.schema.ts';
import { reportProgress, startPlayback, stopPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import {
  continueWatching,
  getDashboard,
  listWatched,
  nextUp,
  saveProgress,
  setPlayed,
} from '../../core/src/domains/tracking/tracking.schema.ts';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { type Client } from '../harness/client.ts';
import { expectProblem } from '../harness/problem.ts';
import { testDialect, type RunningServer } from '../harness/server.ts';
import { itemsOf, titled } from './library-setup.ts';
import { browser, startPlaybackServer, type PlaybackSetup } from './playback-setup.ts';

const tenMinutes = 600_000;

describe.skipIf(!ffmpegAvailable())(`progress on ${testDialect()} (needs ffmpeg)`, () => {
  let setup: PlaybackSetup;
  let server: RunningServer;
  let admin: Client;
  let viewer: Client;
  let play: PlaybackSetup['play'];
  beforeAll(async () => {
    setup = await startPlaybackServer();
    ({ server, admin, viewer, play } = setup);
  });
  afterAll(() => setup.close());

  it('becomes a resume point, then watched, by the rules', async () => {
    const { sessionId, itemId } = await play('Direct');
    const report = (positionMs: number, event: 'time' | 'stop' = 'time') =>
      viewer.call(reportProgress, { params: { id: sessionId }, body: { positionMs, event } });
    const state = async () => (await viewer.call(getItem, { params: { id: itemId }, query: {} })).state;
    // Jellyfin's numbers: nothing before 5 %, watched after 90 %.
    await report(tenMinutes * 0.04);
    expect((await state())?.positionMs ?? 0).toBe(0);
    await report(tenMinutes * 0.5);
    expect(await state()).toMatchObject({ positionMs: tenMinutes / 2, played: false });
    await viewer.call(stopPlayback, { params: { id: sessionId } });
    const again = await play('Direct');
    expect(again.startMs).toBe(tenMinutes / 2);
    const last = await viewer.call(reportProgress, {
      params: { id: again.sessionId },
      body: { positionMs: tenMinutes * 0.95, event: 'stop' },
    });
    expect(last.played).toBe(true);
    expect(await state()).toMatchObject({ positionMs: 0, played: true, playCount: 1 });
    expect((await viewer.call(listWatched, { query: {} })).items[0]).toMatchObject({ item: { id: itemId } });
    expect((await play('Direct')).startMs).toBe(0);
  });

  it('is refused where it cannot be: beyond the end, or of a length that nothing has', async () => {
    const { id, state: before } = await titled(viewer, 'Sound');
    const faultsOf = async (claim: object): Promise<unknown> => {
      const answer = await viewer.post('/api/v1/progress', { mediaId: id, ...claim });
      return (expectProblem(answer, 400, 'validation_failed').errors as { path: string }[]).map(({ path }) => path);
    };
    expect(await faultsOf({ positionMs: 0, durationMs: 1 })).toEqual(['body.durationMs']);
    expect(await faultsOf({ positionMs: 0, durationMs: 1e12 })).toEqual(['body.durationMs']);
    expect(await faultsOf({ positionMs: 50_000_000, durationMs: 60_000_000 })).toEqual(['body.positionMs']);
    expect((await titled(viewer, 'Sound')).state).toEqual(before);
  });

  it('belongs to one account', async () => {
    const { id } = await titled(viewer, 'Sound');
    await viewer.call(saveProgress, { body: { mediaId: id, positionMs: 200_000 } });
    expect((await titled(admin, 'Sound')).state?.positionMs ?? 0).toBe(0);
    expect((await titled(viewer, 'Sound')).state?.positionMs).toBe(200_000);
  });

  it('shows in continue watching: what was begun, and the next episode of a show', async () => {
    const episodes = (await itemsOf(viewer, { type: 'episode' })).toSorted(
      (a, b) => (a.episodeNumber ?? 0) - (b.episodeNumber ?? 0),
    );
    const [first, second, third] = episodes.map(({ id }) => id);
    await viewer.call(setPlayed, { params: { id: first ?? 0 }, body: { played: true } });
    const rows = async () =>
      (await viewer.call(continueWatching, { query: {} })).items.map(({ kind, item }) => [kind, item.id]);
    expect(await rows()).toContainEqual(['next', second]);
    expect((await viewer.call(nextUp, { query: {} })).items.map(({ id }) => id)).toEqual([second]);
    await viewer.call(saveProgress, { body: { mediaId: second ?? 0, positionMs: 100_000 } });
    expect((await rows())[0]).toEqual(['resume', second]);
    expect((await rows()).filter(([, id]) => id === third)).toEqual([]);
    const session = await viewer.call(startPlayback, { body: { itemId: second ?? 0, client: browser } });
    expect(session).toMatchObject({ startMs: 100_000, next: { itemId: third }, previous: { itemId: first } });
    await viewer.call(setPlayed, { params: { id: second ?? 0 }, body: { played: true } });
    expect(await rows()).toContainEqual(['next', third]);
    const show = await titled(viewer, 'Serial');
    const detail = await viewer.call(getItem, { params: { id: show.id }, query: {} });
    expect(detail).toMatchObject({ unwatchedCount: 1, playTarget: { itemId: third, label: 'next' } });
    const dashboard = await viewer.call(getDashboard, {});
    expect(dashboard.continueWatching.map(({ item }) => item.title)).toContain('Sound');
    expect(dashboard.nextUp.map(({ id }) => id)).toEqual([third]);
    await viewer.call(setPlayed, { params: { id: show.id }, body: { played: true } });
    expect((await rows()).map(([, id]) => id)).not.toContain(third);
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
