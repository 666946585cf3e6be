import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { eventually } from '../harness/processes.ts';
import { addLibrary, itemIds, writeFilm } from './films.ts';
import { screenshotFile, Stage } from './stage.ts';
import * as watching from './watching.ts';
import { say } from './words.ts';

const title = 'Deep Current';
const seconds = 7200;

describe.skipIf(!ffmpegAvailable())('tracks of a film', () => {
  let stage: Stage;
  let admin: Client;
  let address = '';
  beforeAll(async () => {
    const media = temporaryFolder('vitascope-films');
    await writeFilm(media, { name: title, kind: 'hevc-subtitles-mkv', seconds, nfo: { title, year: 2020 } });
    stage = await Stage.build();
    admin = await new Client(stage.server.url).setUp();
    await addLibrary(admin, { name: 'Films', type: 'movies', folders: [media] });
    address = `/app/play/${(await itemIds(admin)).get(title)}`;
  });
  afterAll(() => stage?.strike());
  afterEach(() => stage.expectQuiet());

  /** A player that stands at half of the film, with what the server told it. */
  async function openPaused(): Promise<{ page: Page; playback: watching.Playback }> {
    const page = await stage.open('/app/dashboard', { as: admin });
    const playback = await watching.playbackOf(page, () => page.goto(address));
    await watching.expectAdvancing(page);
    await watching.seekTo(page, 0.5, seconds);
    await watching.expectAdvancing(page);
    await watching.pause(page);
    return { page, playback };
  }

  it('switches to the other sound track, and that is heard', async () => {
    const page = await stage.open('/app/dashboard', { as: admin });
    const before = await watching.playbackOf(page, () => page.goto(address));
    await watching.expectAdvancing(page);
    const other = before.audioTracks.find(({ index }) => index !== before.audioIndex);
    if (!other) throw new Error('The film has one sound track only.');
    expect(before.audioTracks.map(({ language }) => language).toSorted()).toEqual(['eng', 'fra']);
    const tones = { eng: 220, fra: 440 } as Record<string, number>;
    const first = before.audioTracks.find(({ index }) => index === before.audioIndex);
    const heard = await watching.loudestFrequency(page);
    expect(Math.abs(heard - (tones[first?.language ?? ''] ?? 0)), `${heard} Hz`).toBeLessThan(15);

    const after = await watching.playbackOf(page, () => watching.choose(page, 'player_audio', other.label));
    expect(after.audioIndex).toBe(other.index);
    await watching.expectAdvancing(page);
    const then = await watching.loudestFrequency(page);
    expect(Math.abs(then - (tones[other.language] ?? 0)), `${then} Hz`).toBeLessThan(15);
  });

  it.each([
    { format: 'vtt', area: { x: 0.3, y: 0.82, width: 0.4, height: 0.13 } },
    { format: 'ass', area: { x: 0.1, y: 0.02, width: 0.8, height: 0.2 } },
    { format: 'pgs', area: { x: 0.2, y: 0.7, width: 0.6, height: 0.1 } },
  ])('shows $format subtitles on the picture', async ({ format, area }) => {
    const { page, playback } = await openPaused();
    const track = playback.subtitleTracks.find((candidate) => candidate.format === format);
    if (!track) throw new Error(`The film has no ${format} track: ${JSON.stringify(playback.subtitleTracks)}`);
    await watching.choose(page, 'player_subtitles', say('player_off'));
    await page.getByRole('menu').waitFor({ state: 'hidden' });
    const without = await watching.shoot(page, area);
    await watching.choose(page, 'player_subtitles', track.label);
    const change = await eventually(
      `A ${format} subtitle on the picture`,
      async () => {
        const now = await watching.difference(page, without, await watching.shoot(page, area));
        return now.changed > 400 ? now : undefined;
      },
      { withinMs: 30_000, everyMs: 200 },
    );
    await page.screenshot({ path: screenshotFile('player', `subtitles-${format}.png`) });
    if (format === 'vtt') await page.getByText(/SRT at 36\d0 s/).waitFor();
    // The style of the ASS track is kept: other text would be white.
    expect(change.red).toBeGreaterThan(format === 'ass' ? change.changed / 10 : -1);

    await watching.choose(page, 'player_subtitles', say('player_off'));
    await eventually('The picture without subtitles', async () => {
      const now = await watching.difference(page, without, await watching.shoot(page, area));
      return now.changed < 50 || undefined;
    });
  });
});
