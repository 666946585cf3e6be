import { EventEmitter, once } from 'node:events';
import { appendFile, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { FolderWatchListeners } from './folder-watch.ts';
import { createLibraryHarness, type LibraryHarness, type LibraryHarnessOptions } from './library.testing.ts';

describe('watching libraries', () => {
  let harness: LibraryHarness;
  afterEach(() => harness.close());

  const begin = async (options: LibraryHarnessOptions['watch'] = {}): Promise<number> => {
    harness = await createLibraryHarness('sqlite', { watch: options });
    await mkdir(join(harness.media, 'films'));
    const settings = { watch: true, settleSeconds: 1 };
    const { library, jobId } = await harness.domain.libraries.create({
      name: 'Films',
      type: 'movies',
      folders: [join(harness.media, 'films')],
      settings,
    });
    await harness.host.jobs.finished(jobId);
    return library.id;
  };
  /** Scans that were asked for, by their folders. */
  const scans = async (): Promise<(string[] | null)[]> => {
    const rows = await harness.host.database.all<{ input: string }>(
      `select input from jobs where name = 'library.scan' order by created_at, id`,
    );
    return rows.map(
      ({ input }) => JSON.parse(input).folders?.map((folder: string) => folder.slice(harness.media.length + 1)) ?? null,
    );
  };
  const until = async (holds: () => Promise<boolean> | boolean): Promise<void> => {
    for (let n = 0; n < 200; n++) {
      if (await holds()) return;
      await delay(50);
    }
    throw new Error('It did not happen within ten seconds.');
  };
  const has = async (file: string, state: string): Promise<boolean> => (await harness.rows())[file] === state;

  it('brings in what appears, moves and goes, once it is still', async () => {
    await begin({ delayMs: 1 });
    await until(async () => (await scans()).length === 2); // the first one, and the one when watching begins
    await harness.film('films/Nine Tides (2018)/Nine Tides (2018).mp4', 'one');
    await harness.film('films/Glass Harbour (2011)/Glass Harbour (2011).mp4', 'two');
    await until(() => has('films/Glass Harbour (2011)/Glass Harbour (2011).mp4', 'matched auto Glass Harbour'));
    const id = await harness.fileId('films/Glass Harbour (2011)/Glass Harbour (2011).mp4');
    await rename(join(harness.media, 'films/Glass Harbour (2011)'), join(harness.media, 'films/Harbour (2011)'));
    await until(() => has('films/Harbour (2011)/Glass Harbour (2011).mp4', 'matched auto Harbour'));
    expect(await harness.fileId('films/Harbour (2011)/Glass Harbour (2011).mp4')).toBe(id);
    await rm(join(harness.media, 'films/Harbour (2011)'), { recursive: true });
    await until(() => has('films/Harbour (2011)/Glass Harbour (2011).mp4', 'missing matched auto Harbour'));
    const folders = (await scans()).flatMap((each) => each ?? []);
    expect(folders.filter((folder) => !/^films\/[^/]+$/.test(folder))).toEqual([]);
  }, 30_000);

  it('waits while a file still grows', async () => {
    await begin({ delayMs: 1 });
    await until(async () => (await scans()).length === 2);
    const path = await harness.film('films/Glass Harbour (2011).mp4');
    for (let n = 0; n < 8; n++) {
      await delay(250);
      await appendFile(path, 'more');
    }
    expect(await scans()).toHaveLength(2);
    await until(() => has('films/Glass Harbour (2011).mp4', 'matched auto Glass Harbour'));
  }, 30_000);

  it('takes no notice of what no library wants', async () => {
    await begin({ delayMs: 1 });
    await until(async () => (await scans()).length === 2);
    for (const name of ['notes.txt', '.hidden.mkv', 'film.mp4.part'])
      await writeFile(join(harness.media, 'films', name), 'x');
    await delay(2000);
    expect(await scans()).toHaveLength(2);
  }, 30_000);

  it('follows folders and settings as they change', async () => {
    const id = await begin({ delayMs: 1 });
    await until(async () => (await scans()).length === 2);
    await mkdir(join(harness.media, 'more'));
    await harness.domain.libraries.update(id, { folders: [join(harness.media, 'more')] });
    await harness.film('more/Nine Tides (2018).mp4');
    await until(() => has('more/Nine Tides (2018).mp4', 'matched auto Nine Tides'));
    await harness.domain.libraries.update(id, { settings: { watch: false } });
    await harness.idle();
    const before = (await scans()).length;
    await harness.film('more/Paper Orbit (2019).mp4');
    await delay(2000);
    expect(await scans()).toHaveLength(before);
  }, 30_000);

  it('outlives a disk that vanishes and comes back', async () => {
    const id = await begin({ delayMs: 1 });
    await until(async () => (await scans()).length === 2);
    await harness.film('films/Glass Harbour (2011).mp4');
    await until(() => has('films/Glass Harbour (2011).mp4', 'matched auto Glass Harbour'));
    await rename(join(harness.media, 'films'), join(harness.media, 'away'));
    await until(async () => !(await harness.domain.libraries.get(id)).folders[0]!.available);
    expect(await harness.rows()).toEqual({ 'films/Glass Harbour (2011).mp4': 'matched auto Glass Harbour' });
    await rename(join(harness.media, 'away'), join(harness.media, 'films'));
    await until(async () => (await harness.domain.libraries.get(id)).folders[0]!.available);
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×1']);
  }, 30_000);

  /** A system that says what a test wants it to say. */
  const system = () => {
    const opened = new EventEmitter<{ open: [FolderWatchListeners]; close: [] }>();
    return {
      opened,
      open: async (_: readonly string[], listeners: FolderWatchListeners) => {
        opened.emit('open', listeners);
        return { close: async () => void opened.emit('close') };
      },
    };
  };

  it('scans at intervals where the system has no room for more watches', async () => {
    const { opened, open } = system();
    const isOpen = once(opened, 'open') as Promise<[FolderWatchListeners]>;
    await begin({ delayMs: 1, open, intervalMs: 300 });
    const [listeners] = await isOpen;
    const isClosed = once(opened, 'close');
    for (let n = 0; n < 3; n++)
      listeners.exhausted(Object.assign(new Error('no space for watches'), { code: 'ENOSPC' }));
    await isClosed;
    await harness.film('films/Glass Harbour (2011).mp4');
    await until(() => has('films/Glass Harbour (2011).mp4', 'matched auto Glass Harbour'));
    expect((await scans()).every((folders) => folders === null)).toBe(true);
  });

  it('scans again what a scan that was under way may have passed', async () => {
    const { opened, open } = system();
    const isOpen = once(opened, 'open') as Promise<[FolderWatchListeners]>;
    const id = await begin({ delayMs: 1, open });
    const [listeners] = await isOpen;
    const path = await harness.film('films/Glass Harbour (2011).mp4');
    await harness.host.jobs.close();
    const { id: queued } = await harness.domain.scans.start(id, { folders: [join(harness.media, 'films')] });
    listeners.changed(path);
    await delay(1600);
    await harness.host.jobs.open();
    await harness.host.jobs.finished(queued);
    await until(async () => (await scans()).filter((folders) => folders?.[0] === 'films').length === 2);
    await harness.idle();
    expect(await has('films/Glass Harbour (2011).mp4', 'matched auto Glass Harbour')).toBe(true);
  });

  it('does nothing before the server had its moment, and ends at once', async () => {
    await begin({ delayMs: 60_000 });
    const started = performance.now();
    await harness.domain.watch.stop();
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(await scans()).toHaveLength(1);
  });
});
