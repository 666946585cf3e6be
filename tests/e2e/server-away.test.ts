import { expect, it } from 'vitest';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePort } from '../harness/processes.ts';
import { startServer } from '../harness/server.ts';
import { Stage } from './stage.ts';
import { say } from './words.ts';

it('keeps the app standing while the server is away, and shows the page once it answers again', async () => {
  const place = { dataDir: temporaryFolder('vitascope-data'), port: await freePort() };
  const stage = await Stage.build(place);
  try {
    const admin = await new Client(stage.server.url).setUp();
    const page = await stage.open('/app/dashboard', { as: admin });
    const nav = page.getByRole('navigation', { name: say('nav_label') });
    await page.getByRole('heading', { level: 1 }).first().waitFor();
    await stage.server.kill();

    await nav.getByRole('link', { name: say('nav_watched') }).click();
    await page.getByRole('heading', { level: 1, name: say('error_unreachable_title') }).waitFor();
    expect(await nav.isVisible()).toBe(true);

    const again = await startServer({ entry: 'dist', ...place });
    try {
      await page.getByRole('heading', { level: 1, name: say('nav_watched') }).waitFor();
    } finally {
      await again.stop();
    }
  } finally {
    await stage.strike();
  }
});
