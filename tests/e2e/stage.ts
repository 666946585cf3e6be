import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { launchChromium } from '../harness/chromium.ts';
import type { Client } from '../harness/client.ts';
import { startServer, type RunningServer, type ServerOptions } from '../harness/server.ts';

const screenshots = path.join(import.meta.dirname, '../screenshots');

/** Where pictures for people to look at are kept; not part of the repository. */
export function screenshotFile(...names: string[]): string {
  const file = path.join(screenshots, ...names);
  mkdirSync(path.dirname(file), { recursive: true });
  return file;
}

export interface OpenOptions extends BrowserContextOptions {
  /** Whose browser it is; a visitor's unless told. */
  as?: Client;
}

/** A real server and a real browser, shared by the tests of a file. */
export class Stage {
  readonly server: RunningServer;
  readonly #browser: Browser;
  readonly #troubles: string[] = [];
  #pictures = 0;

  private constructor(server: RunningServer, browser: Browser) {
    this.server = server;
    this.#browser = browser;
  }

  /** Starts what `npm start` starts: the built server with the built web app. */
  static async build(options: ServerOptions = {}): Promise<Stage> {
    const [server, browser] = await Promise.all([startServer({ entry: 'dist', ...options }), launchChromium()]);
    return new Stage(server, browser);
  }

  async strike(): Promise<void> {
    await this.#browser.close();
    await this.server.stop();
  }

  /** A browser of its own with one page at `path`; both end with the test. */
  async open(address: string, { as, ...options }: OpenOptions = {}): Promise<Page> {
    const context = await this.#browser.newContext({
      baseURL: this.server.url,
      viewport: { width: 1440, height: 900 },
      locale: 'en-GB',
      reducedMotion: 'reduce',
      ...options,
    });
    context.setDefaultTimeout(20_000);
    if (as) await this.signIn(context, as);
    const page = await context.newPage();
    this.#watch(page);
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'fail') await this.#keepPicture(page, task.name);
      await context.close();
    });
    await page.goto(address);
    return page;
  }

  /** Gives a browser the session of a client. */
  async signIn(context: BrowserContext, client: Client): Promise<void> {
    const cookies = [...client.cookies].map(([name, value]) => ({ name, value, url: this.server.url }));
    await context.addCookies(cookies);
  }

  /** No page has complained in the console, broken its content policy or asked another host since the last call. */
  expectQuiet(): void {
    expect(this.#troubles.splice(0)).toEqual([]);
  }

  #watch(page: Page): void {
    const where = (): string => new URL(page.url()).pathname;
    page.on('console', (message) => {
      if (message.type() !== 'error') return;
      this.#troubles.push(`${where()} console: ${message.text()} ${message.location().url}`);
    });
    page.on('pageerror', (error) => this.#troubles.push(`${where()} uncaught: ${error.message}`));
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url());
      if (/^https?:|^wss?:/.test(protocol) && origin !== this.server.url) {
        this.#troubles.push(`${where()} asked another host: ${request.url()}`);
      }
    });
  }

  async #keepPicture(page: Page, test: string): Promise<void> {
    if (page.isClosed()) return;
    const name = test.replace(/\W+/g, '-').slice(0, 80);
    await page.screenshot({ path: screenshotFile('failed', `${name}-${++this.#pictures}.png`) });
  }
}
