import { cpSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Client } from '../harness/client.ts';
import { screenshotFile, Stage } from './stage.ts';
import { say } from './words.ts';

const fixtures = path.join(import.meta.dirname, '../fixtures/plugins');
const webApp = path.join(import.meta.dirname, '../../web/build/200.html');

describe('plugins, while the server runs', () => {
  let stage: Stage;
  let admin: Client;
  beforeAll(async () => {
    stage = await Stage.build();
    admin = await new Client(stage.server.url).setUp();
  });
  afterAll(() => stage?.strike());
  afterEach(() => stage.expectQuiet());

  const put = (plugin: string): void =>
    cpSync(path.join(fixtures, plugin), path.join(stage.server.dataDir, 'plugins', plugin), { recursive: true });

  it('show their pages once enabled, with no rebuild, and take them away when disabled', async () => {
    const built = statSync(webApp).mtimeMs;
    const page = await stage.open('/app/admin/plugins', { as: admin });
    await page.getByRole('heading', { level: 1 }).waitFor();
    const nav = page.getByRole('navigation', { name: say('nav_label') });
    const entry = nav.getByRole('link', { name: 'Hello', exact: true });
    const isOn = page.getByRole('switch', { name: say('plugin_on', { name: 'Example' }) });
    expect(await isOn.count()).toBe(0);

    put('example');
    await page.getByRole('button', { name: say('plugins_rescan') }).click();
    await isOn.waitFor();
    expect(await isOn.isChecked()).toBe(false);
    expect(await entry.count()).toBe(0);
    await isOn.check();
    await entry.click();
    await page.waitForURL('**/app/plugins/example/hello');
    await page.getByRole('heading', { level: 1, name: 'Hello admin' }).waitFor();
    await page.getByRole('button', { name: 'Greet' }).click();
    await page.getByText('Hello visitor').waitFor();
    await page.screenshot({ path: screenshotFile('plugin', 'page.png') });
    expect(statSync(webApp).mtimeMs).toBe(built);

    await page.goto('/app/admin/plugins');
    await isOn.uncheck();
    await entry.waitFor({ state: 'detached' });
    await page.goto('/app/plugins/example/hello');
    await page.getByText(say('plugin_page_gone'), { exact: true }).waitFor();
    expect(await page.getByText('Hello admin').count()).toBe(0);
    expect(await nav.getByRole('link', { name: 'Hello', exact: true }).count()).toBe(0);
  });

  it('are shown as failed with the reason when they are broken', async () => {
    put('throws-on-load');
    put('bad-manifest');
    const page = await stage.open('/app/admin/plugins', { as: admin });
    await page.getByRole('button', { name: say('plugins_rescan') }).click();
    const { items } = (await admin.get('/api/v1/plugins')).body as { items: { id: string; name: string }[] };
    const broken = items.find(({ id }) => id === 'throws-on-load');
    const isOn = page.getByRole('switch', { name: say('plugin_on', { name: broken?.name ?? '' }) });
    await isOn.click();
    const row = page.getByRole('listitem').filter({ has: isOn });
    await row.getByText(say('plugin_failed'), { exact: true }).waitFor();
    const views = (await admin.get('/api/v1/plugins')).body as {
      items: { id: string; state: string; reason: string }[];
    };
    const failed = views.items.find(({ id }) => id === 'throws-on-load');
    expect(failed).toMatchObject({ state: 'failed', reason: expect.stringMatching(/\w{4}/) });
    await row.getByText(failed?.reason ?? '').waitFor();
    const misfit = views.items.find(({ id }) => id === 'bad-manifest');
    expect(misfit?.reason).toMatch(/\w{4}/);
    await page
      .getByText(misfit?.reason ?? '')
      .first()
      .waitFor();
    await page.screenshot({ path: screenshotFile('plugin', 'broken.png') });
    expect((await admin.get('/health')).status).toBe(200);
  });
});
