import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { getItem } from '../../core/src/domains/catalog/catalog.schema.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { eventually } from '../harness/processes.ts';
import { addLibrary } from './films.ts';
import { screenshotFile, Stage } from './stage.ts';
import { expectAdvancing, playbackOf, positionOf } from './watching.ts';
import { say, sayAny } from './words.ts';

describe.skipIf(!ffmpegAvailable())('a show', () => {
  let stage: Stage;
  let admin: Client;
  beforeAll(async () => {
    const media = temporaryFolder('vitascope-shows');
    for (const episode of [1, 2, 3]) {
      const name = `Tidal Clockwork S01E0${episode}.mp4`;
      await makeMedia('h264-aac-mp4', path.join(media, 'Tidal Clockwork', 'Season 01', name), { seconds: 24 });
    }
    stage = await Stage.build();
    admin = await new Client(stage.server.url).setUp();
    await addLibrary(admin, { name: 'Shows', type: 'shows', folders: [media] });
  });
  afterAll(() => stage?.strike());
  afterEach(() => stage.expectQuiet());

  it('goes on with the next episode by itself, and not when somebody said no', async () => {
    const page = await stage.open('/app/shows', { as: admin });
    await page
      .getByRole('link', { name: /^Tidal Clockwork/ })
      .first()
      .click();
    const first = await playbackOf(page, () =>
      page.locator('main').getByRole('link', { name: /^Play/ }).first().click(),
    );
    const nextId = first.next?.itemId ?? 0;
    expect(nextId).toBeGreaterThan(0);
    await expectAdvancing(page);

    const card = page.getByRole('complementary', { name: say('player_next_up') });
    expect(await card.count()).toBe(0);
    await page.keyboard.press('6');
    await card.waitFor();
    await card.getByText(sayAny('player_next_starts')).waitFor();
    await page.screenshot({ path: screenshotFile('player', 'next-episode.png') });
    const second = await playbackOf(page, () => page.waitForURL(`**/app/play/${nextId}`, { timeout: 40_000 }));
    expect(second.itemId).toBe(nextId);
    expect(await expectAdvancing(page)).toBeLessThan(12);
    expect(new URL(page.url()).pathname).toBe(`/app/play/${nextId}`);

    const seen = await admin.call(getItem, { params: { id: first.itemId } });
    expect(seen.state?.played).toBe(true);

    await page.keyboard.press('6');
    await card.getByRole('button', { name: say('action_cancel') }).click();
    await card.waitFor({ state: 'hidden' });
    await page.keyboard.press('9');
    await eventually('The end of the second episode', async () => (await positionOf(page)) >= 23.5 || undefined, {
      withinMs: 30_000,
    });
    await card.getByRole('button', { name: say('player_play_now') }).waitFor();
    expect(new URL(page.url()).pathname).toBe(`/app/play/${nextId}`);
  });
});
