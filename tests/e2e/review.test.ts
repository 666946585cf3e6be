import { rename } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listUnmatched } from '../../core/src/domains/library/library.schema.ts';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { eventually } from '../harness/processes.ts';
import { addLibrary, writeFilm } from './films.ts';
import { screenshotFile, Stage } from './stage.ts';
import { label, say } from './words.ts';

const given = 'The Cartographer of Fog';

describe.skipIf(!ffmpegAvailable())('the review queue', () => {
  const media = temporaryFolder('vitascope-films');
  let stage: Stage;
  let admin: Client;
  beforeAll(async () => {
    await writeFilm(media, { name: 'qx7_final_v2', kind: 'h264-aac-mp4' });
    await writeFilm(media, { name: 'Plain Sailing (2020)', kind: 'h264-ac3-mkv' });
    stage = await Stage.build();
    admin = await new Client(stage.server.url).setUp();
    await addLibrary(admin, { name: 'Films', type: 'movies', folders: [media] });
  });
  afterAll(() => stage?.strike());
  afterEach(() => stage.expectQuiet());

  const waiting = async (): Promise<string[]> =>
    (await admin.call(listUnmatched, { query: {} })).items.map(({ fileName }) => fileName);

  it('takes a match made by hand, which survives a rename on disk and a rescan', async () => {
    expect(await waiting()).toEqual(['qx7_final_v2.mp4']);
    const page = await stage.open('/app/review', { as: admin });
    const queue = page.getByRole('list', { name: say('nav_review') });
    await queue.getByRole('button', { name: /qx7_final_v2\.mp4/ }).click();
    await page.screenshot({ path: screenshotFile('review', 'queue.png') });
    await page
      .getByRole('button', { name: say('review_identify') })
      .locator('visible=true')
      .first()
      .click();

    const dialog = page.getByRole('dialog', { name: say('identify_title') });
    await dialog.getByLabel(label('identify_type')).selectOption('movie');
    await dialog.getByLabel(label('identify_query')).fill(given);
    await dialog.getByLabel(label('identify_year')).fill('2011');
    await page.screenshot({ path: screenshotFile('review', 'identify.png') });
    await dialog.getByRole('button', { name: say('identify_create_movie', { title: given }) }).click();
    await dialog.waitFor({ state: 'hidden' });
    await page.getByText(say('review_empty_title')).waitFor();
    expect(await waiting()).toEqual([]);

    await rename(
      path.join(media, 'qx7_final_v2', 'qx7_final_v2.mp4'),
      path.join(media, 'qx7_final_v2', 'something else entirely.mp4'),
    );
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: say('palette_title') }).fill(say('palette_rescan'));
    await page.getByRole('option', { name: say('palette_rescan'), exact: true }).click();
    await page.getByRole('combobox', { name: say('palette_title') }).waitFor({ state: 'hidden' });
    const fileNames = async (): Promise<string[]> => {
      const { body } = await admin.get('/api/v1/library', { query: { pageSize: 50 } });
      return (body as { items: { fileName: string }[] }).items.map(({ fileName }) => fileName);
    };
    await eventually(
      'The scan seeing the new name',
      async () => (await fileNames()).includes('something else entirely.mp4') || undefined,
      { withinMs: 60_000, everyMs: 200 },
    );
    expect(await fileNames()).not.toContain('qx7_final_v2.mp4');
    expect(await waiting()).toEqual([]);

    await page.goto('/app/movies');
    await page.getByRole('link', { name: `${given}, 2011`, exact: true }).click();
    await page.getByRole('heading', { level: 1, name: given }).waitFor();
    await page.getByText('something else entirely.mp4').first().waitFor();
    await page.goto('/app/review');
    await page.getByText(say('review_empty_title')).waitFor();
  });
});
