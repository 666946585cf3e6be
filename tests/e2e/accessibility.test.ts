import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { furnish, type AppPage, type FurnishedStage } from './pages.ts';
import { screenshotFile, Stage } from './stage.ts';
import { say } from './words.ts';

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const desktop = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };

/** What axe finds on a page and calls serious or critical, one line each. */
async function faultsOf(page: Page, rules?: string[]): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axeSource);
  return page.evaluate(async (only) => {
    const tool = (window as unknown as { axe: typeof axe }).axe;
    const { violations } = await tool.run(document, {
      resultTypes: ['violations'],
      ...(only ? { runOnly: { type: 'rule' as const, values: only } } : {}),
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, any }) => `${id}: ${html.slice(0, 160)} ${any[0]?.message ?? ''}`),
      );
  }, rules);
}

async function setTheme(page: Page, theme: 'dark' | 'light'): Promise<void> {
  await page.evaluate((name) => void (document.documentElement.dataset.theme = name), theme);
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
}

/** Elements that stick out to the right of the window, where the page itself can be moved sideways. */
const overflowOf = (page: Page): Promise<string[]> =>
  page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    const wide = [...document.querySelectorAll('body *')].filter(
      (element) => element.getBoundingClientRect().right > clientWidth + 1,
    );
    return [`${scrollWidth} px`, ...wide.slice(0, 5).map((element) => element.outerHTML.slice(0, 120))];
  });

/** Until what the page fetches has come and its pictures are drawn. */
async function untilSettled(page: Page): Promise<void> {
  await page.locator('h1, video').first().waitFor({ state: 'attached' });
  await page.waitForFunction(() => !document.querySelector('[aria-busy="true"], .skeleton'), undefined, {
    timeout: 20_000,
  });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('img')].every(
      (image) => image.complete || image.getBoundingClientRect().top > innerHeight,
    ),
  );
  await page.evaluate(() => document.fonts.ready.then(() => undefined));
}

describe('every page', () => {
  let furnished: FurnishedStage;
  beforeAll(async () => {
    furnished = await furnish();
  });
  afterAll(() => furnished?.stage.strike());

  async function inspect(page: Page, { name }: AppPage): Promise<string[]> {
    const faults: string[] = [];
    const note = (where: string, found: string[]): void =>
      void faults.push(...found.map((fault) => `${name} ${where}: ${fault}`));
    await untilSettled(page);
    note('dark', await faultsOf(page));
    await page.screenshot({ path: screenshotFile('pages', `${name}-dark.png`) });
    if (name !== 'player') {
      await setTheme(page, 'light');
      note('light', await faultsOf(page, ['color-contrast', 'link-in-text-block']));
      await page.screenshot({ path: screenshotFile('pages', `${name}-light.png`) });
      await setTheme(page, 'dark');
    }
    await page.setViewportSize(phone);
    await untilSettled(page);
    note('phone', await overflowOf(page));
    note('phone', await faultsOf(page));
    await page.screenshot({ path: screenshotFile('pages', `${name}-phone.png`) });
    await page.setViewportSize(desktop);
    return faults;
  }

  it('has no serious fault in dark and light, fits a phone, and asks nobody else for anything', async () => {
    const { stage, admin, pages } = furnished;
    const own = await stage.open('/app/dashboard', { as: admin });
    const visiting = await stage.open('/login');
    const faults: string[] = [];
    for (const each of pages) {
      const page = each.asVisitor ? visiting : own;
      await page.goto(each.address);
      faults.push(...(await inspect(page, each)));
    }
    expect(faults).toEqual([]);
    stage.expectQuiet();
  }, 400_000);

  it('can be walked through by keyboard: skip link, search, palette, a focus one can see', async () => {
    const { stage, admin } = furnished;
    const page = await stage.open('/app/dashboard', { as: admin });
    await untilSettled(page);
    await page.keyboard.press('Tab');
    const skip = page.getByRole('link', { name: say('skip_to_content') });
    expect(await skip.evaluate((link) => link === document.activeElement)).toBe(true);
    expect((await skip.boundingBox())?.y).toBeGreaterThanOrEqual(0);
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');

    await page.keyboard.press('Tab');
    for (let step = 0; step < 12; step++) {
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return 'nothing has the focus';
        const marks = [element, element.parentElement ?? element].map((each) => getComputedStyle(each));
        const isMarked = marks.some(({ boxShadow, outlineStyle }) => boxShadow !== 'none' || outlineStyle !== 'none');
        return isMarked ? '' : element.outerHTML.slice(0, 200);
      });
      expect(seen).toBe('');
      await page.keyboard.press('Tab');
    }

    await page.keyboard.press('/');
    const search = page.getByRole('combobox', { name: say('palette_title') });
    await search.waitFor();
    expect(await search.evaluate((field) => field === document.activeElement)).toBe(true);
    await search.fill('salt mer');
    await page
      .getByRole('option', { name: /The Salt Meridian/ })
      .first()
      .waitFor();
    expect(await faultsOf(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app/item/*');
    await page.keyboard.press('Control+k');
    await search.fill(say('nav_logs'));
    await page.getByRole('option', { name: say('nav_logs'), exact: true }).waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/app/admin/logs');
    await page.keyboard.press('Control+k');
    await search.waitFor();
    await page.keyboard.press('Escape');
    await search.waitFor({ state: 'hidden' });
    stage.expectQuiet();
  });

  it('of the set-up has no serious fault either', async () => {
    const fresh = await Stage.build();
    try {
      const page = await fresh.open('/setup');
      expect(await inspect(page, { name: 'setup', address: '/setup' })).toEqual([]);
      fresh.expectQuiet();
    } finally {
      await fresh.strike();
    }
  });
});
