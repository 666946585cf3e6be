import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { admin } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { writeFilm } from './films.ts';
import { screenshotFile, Stage } from './stage.ts';
import { label, say } from './words.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.build({ configFile: false });
});
afterAll(() => stage?.strike());
afterEach(() => stage.expectQuiet());

describe('a fresh clone', () => {
  it('shows films with posters to somebody without an account, and the way to the set-up', async () => {
    const page = await stage.open('/');
    await page.waitForURL('**/app/dashboard');
    const added = page.getByRole('region', { name: say('row_added') });
    const cards = added.locator('[data-card]');
    await cards.first().waitFor();
    expect(await cards.count()).toBeGreaterThanOrEqual(6);
    const poster = cards.first().locator('img.picture');
    await poster.waitFor();
    await expect.poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    await page.screenshot({ path: screenshotFile('first-run', 'demo.png') });

    await page.getByRole('link', { name: say('demo_action') }).click();
    await page.waitForURL('**/setup');
    await page.getByRole('heading', { level: 1, name: say('setup_account_title') }).waitFor();
  });

  it.skipIf(!ffmpegAvailable())(
    'is set up: account, folder, scan with progress, titles and posters from NFO',
    async () => {
      const media = temporaryFolder('vitascope-films');
      await writeFilm(media, {
        name: 'lmplghtr.2019.1080p.WEB.x264',
        kind: 'h264-aac-mp4',
        nfo: { title: 'The Lamplighter’s Daughter', year: 2019 },
        poster: 'orange',
      });
      await writeFilm(media, {
        name: 'winterferry-720p',
        kind: 'h264-ac3-mkv',
        nfo: { title: 'Winter Ferry', year: 2006 },
        poster: 'teal',
      });
      const page = await stage.open('/setup');

      await page.getByLabel(label('account_name')).fill(admin.name);
      await page.getByLabel(label('account_password')).fill(admin.password);
      await page.getByLabel(label('account_password_again')).fill(admin.password);
      await page.getByRole('button', { name: say('action_next') }).click();

      await page.getByRole('heading', { level: 1, name: say('setup_libraries_title') }).waitFor();
      await page.getByRole('button', { name: say('setup_folder_add') }).click();
      const dialog = page.getByRole('dialog');
      await dialog.getByLabel(say('folder_path')).fill(path.dirname(media));
      await dialog.getByRole('button', { name: say('folder_open'), exact: true }).click();
      await dialog.getByRole('button', { name: path.basename(media) }).click();
      await expect.poll(() => dialog.getByLabel(say('folder_path')).inputValue()).toBe(media);
      await dialog.getByRole('button', { name: say('folder_choose') }).click();
      await dialog.waitFor({ state: 'hidden' });
      await page.getByText(media).waitFor();
      await page.getByLabel(say('library_type')).selectOption('movies');
      await page.screenshot({ path: screenshotFile('first-run', 'folder.png') });
      await page.getByRole('button', { name: say('setup_scan_action') }).click();

      const progress = page.getByRole('progressbar');
      await progress.waitFor();
      await page.getByRole('heading', { level: 1, name: say('scan_title_done') }).waitFor({ timeout: 60_000 });
      await expect.poll(() => progress.getAttribute('aria-valuenow')).toBe('100');
      await page
        .getByRole('list', { name: say('scan_found') })
        .getByRole('img')
        .first()
        .waitFor();
      await page.screenshot({ path: screenshotFile('first-run', 'scanned.png') });

      await page.getByRole('link', { name: say('scan_finish') }).click();
      await page.waitForURL('**/app/dashboard');
      await page
        .getByRole('region', { name: say('row_added') })
        .getByRole('link', { name: 'Winter Ferry, 2006', exact: true })
        .waitFor();

      await page
        .getByRole('navigation', { name: say('nav_label') })
        .getByRole('link', { name: say('nav_movies') })
        .click();
      await page.waitForURL('**/app/movies');
      const grid = page.getByRole('list', { name: say('nav_movies') });
      for (const title of ['The Lamplighter’s Daughter, 2019', 'Winter Ferry, 2006']) {
        const card = grid.getByRole('link', { name: title, exact: true });
        const poster = card.locator('img.picture');
        await poster.waitFor();
        await expect
          .poll(() => poster.evaluate((image: HTMLImageElement) => image.naturalWidth), { message: title })
          .toBeGreaterThan(100);
      }
      expect(await page.getByRole('link', { name: say('demo_action') }).count()).toBe(0);
    },
  );
});
