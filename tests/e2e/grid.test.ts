import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { listFacets, listItems } from '../../core/src/domains/catalog/catalog.schema.ts';
import { seedCatalogue } from '../harness/catalogue.ts';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { Stage } from './stage.ts';
import { say } from './words.ts';

const count = 50_000;
const mostCards = 400;

describe(`a grid of ${count} titles`, () => {
  let stage: Stage;
  let admin: Client;
  beforeAll(async () => {
    const dataDir = temporaryFolder('vitascope-data');
    await seedCatalogue({ dataDir, movies: count, shows: 0, episodesPerShow: 0 });
    stage = await Stage.build({ dataDir });
    admin = await new Client(stage.server.url).setUp();
  }, 300_000);
  afterAll(() => stage?.strike());
  afterEach(() => stage.expectQuiet());

  async function openGrid(): Promise<Page> {
    const page = await stage.open('/app/movies?sort=title', { as: admin });
    await page.locator('[data-index="0"] [data-card]').waitFor();
    return page;
  }
  const titleAt = async (index: number): Promise<string> => {
    const pageSize = 50;
    const query = {
      type: ['movie' as const],
      sort: 'title' as const,
      order: 'asc' as const,
      pageSize,
      page: 1 + Math.floor(index / pageSize),
    };
    const { items } = await admin.call(listItems, { query });
    const item = items[index % pageSize];
    return item ? `${item.title}, ${item.year}` : '';
  };
  const cards = (page: Page): Promise<number> => page.locator('[data-index]').count();

  it('scrolls from the first to the last with few elements', async () => {
    const page = await openGrid();
    await page.getByText(say('library_count', { count: '50,000' })).waitFor();
    let most = 0;
    const steps = 60;
    for (let step = 0; step <= steps; step++) {
      await page.evaluate(
        (share) =>
          scrollTo({ top: share * (document.documentElement.scrollHeight - innerHeight), behavior: 'instant' }),
        step / steps,
      );
      // The browser draws what this scroll uncovered before the next one.
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      const now = await cards(page);
      expect(now).toBeGreaterThan(5);
      most = Math.max(most, now);
    }
    console.log(`At most ${most} of ${count} cards at a time.`);
    expect(most).toBeLessThan(mostCards);
    const last = page.locator(`[data-index="${count - 1}"] [data-card]`);
    await last.waitFor();
    expect(await last.getAttribute('aria-label')).toBe(await titleAt(count - 1));
  });

  it('jumps to a letter', async () => {
    const page = await openGrid();
    const { initials } = await admin.call(listFacets, { query: { type: ['movie'] } });
    const { initial, offset } = initials.find((candidate) => candidate.initial === 'S') ?? { initial: '', offset: 0 };
    expect(offset).toBeGreaterThan(1000);
    await page
      .getByRole('navigation', { name: say('rail_label') })
      .getByRole('button', { name: new RegExp(`^${initial},`) })
      .click();
    const first = page.locator(`[data-index="${offset}"] [data-card]`);
    await first.waitFor();
    expect(await first.getAttribute('aria-label')).toMatch(/^(The )?S/);
    const top = (await first.boundingBox())?.y ?? -1;
    expect(top).toBeGreaterThanOrEqual(0);
    expect(top).toBeLessThan(900);
  });

  it('is walked through by arrow keys, to its very end', async () => {
    const page = await openGrid();
    const focused = (): Promise<string | undefined> =>
      page.evaluate(() => document.activeElement?.closest<HTMLElement>('[data-index]')?.dataset.index);
    const columns = await page.evaluate(() => {
      const tops = [...document.querySelectorAll('[data-index]')].map((cell) => cell.getBoundingClientRect().top);
      return tops.filter((top) => top === tops[0]).length;
    });
    await page.locator('[data-index="0"] [data-card]').focus();
    for (const [key, index] of [
      ['ArrowRight', 1],
      ['ArrowDown', 1 + columns],
      ['ArrowLeft', columns],
      ['End', count - 1],
      ['Home', 0],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(focused, { message: key }).toBe(String(index));
    }
    await page.keyboard.press('End');
    const last = page.locator(`[data-index="${count - 1}"] [data-card]`);
    await expect.poll(() => last.evaluate((card) => card === document.activeElement)).toBe(true);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app/item/*');
  });

  it('is where one left it when one comes back', async () => {
    const page = await openGrid();
    await page.evaluate(() => scrollTo({ top: 400_000, behavior: 'instant' }));
    // Cells from before the jump are there for a moment still: the one in the middle of the screen is meant.
    const inTheMiddle = (): Promise<string | undefined> =>
      page.evaluate(() => {
        const cell = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest<HTMLElement>('[data-index]');
        return Number(cell?.dataset.index) > 1000 && cell?.querySelector('[data-card]')
          ? cell.dataset.index
          : undefined;
      });
    await expect.poll(inTheMiddle).toBeDefined();
    const card = page.locator(`[data-index="${await inTheMiddle()}"] [data-card]`);
    const name = await card.getAttribute('aria-label');
    const top = await page.evaluate(() => scrollY);
    await card.click();
    await page.waitForURL('**/app/item/*');
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.goBack();
    await page.getByRole('link', { name: name ?? '', exact: true }).waitFor();
    await expect.poll(() => page.evaluate(() => scrollY)).toBe(top);
  });
});
