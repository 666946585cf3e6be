import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createLibraryHarness, type LibraryHarness } from './library.testing.ts';
import { writeDevices } from './scan/mounts.ts';

const dayMs = 86_400_000;

describe.each(testDialects)('the jobs of the library on %s', (dialect) => {
  let harness: LibraryHarness;
  beforeEach(async () => {
    harness = await createLibraryHarness(dialect);
  });
  afterEach(() => harness.close());
  const at = (name: string): string => join(harness.media, name);
  const rows = (sql: string) => harness.host.database.all<Record<string, unknown>>(sql);

  it('scan with a result, log lines and events for everybody', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    await writeFile(at('Empty (2001).mkv'), '');
    const added: string[][] = [];
    const { hooks } = harness.host;
    hooks.add([
      {
        pluginId: 'test',
        verb: 'on',
        name: 'library.item.added',
        stage: 'normal',
        order: 0,
        run: async (payload) => void added.push((payload as { ids: string[] }).ids),
      },
    ]);
    const id = await harness.library();
    expect(added.flat()).toHaveLength(2);
    const [job] = await rows(`select id, title from jobs where name = 'library.scan'`);
    expect(job?.title).toBe('Scan "A library of movies"');
    expect(await harness.host.jobs.finished(String(job?.id))).toMatchObject({
      seen: 2,
      added: 2,
      problems: 1,
      unavailable: 0,
    });
    const lines = (await rows('select level, message from job_events order by id')).map(
      ({ level, message }) => `${level}: ${message}`,
    );
    expect(lines).toEqual([
      expect.stringMatching(/^warn: .*Empty \(2001\)\.mkv: /),
      expect.stringMatching(/^info: 2 files seen: 2 new/),
    ]);
    expect(await harness.scan(id)).toMatchObject({ seen: 2, added: 0, changed: 0 });
  });

  it('join an equal scan, and run others one after the other', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    const id = await harness.library();
    const [a, b, c] = await Promise.all([
      harness.domain.scans.start(id),
      harness.domain.scans.start(id),
      harness.domain.scans.start(id, { full: true }),
    ]);
    expect(new Set([a.id, b.id, c.id]).size).toBe(2);
    expect((await harness.domain.libraries.get(id)).scanning).toBe(true);
    await harness.idle();
    expect((await harness.domain.libraries.get(id)).scanning).toBe(false);
  });

  it('fail when no root folder is there, mark nothing missing, and health says what to do', async () => {
    await harness.film('films/Glass Harbour (2011).mp4');
    const id = await harness.library('movies', [at('films')]);
    const [check] = harness.domain.module.health!;
    await expect(check!.check(AbortSignal.timeout(1000))).resolves.toBeUndefined();
    await rename(at('films'), at('away'));
    await expect(check!.check(AbortSignal.timeout(1000))).rejects.toMatchObject({
      code: 'root_unavailable',
      message: expect.stringContaining(at('films')),
      fix: expect.stringContaining('Mount'),
    });
    const { id: jobId } = await harness.domain.scans.start(id);
    await harness.host.jobs.cancel((await harness.domain.scans.start(id, { full: true })).id);
    const waiting = harness.host.jobs.finished(jobId, AbortSignal.timeout(20_000));
    await expect(waiting).rejects.toMatchObject({ code: 'root_unavailable' });
    expect(await harness.rows()).toEqual({ 'films/Glass Harbour (2011).mp4': 'matched auto Glass Harbour' });
    expect((await harness.domain.libraries.get(id)).folders).toMatchObject([{ available: false }]);
  }, 30_000);

  it('go on in a new process when theirs dies, once', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    harness.deaths = 1;
    const id = await harness.library();
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×1']);
    harness.deaths = 2;
    await expect(harness.scan(id)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('end quietly when their library is gone', async () => {
    expect(await harness.run('library.scan', { libraryId: 4711 })).toEqual({ skipped: 'The library is gone.' });
    expect(await harness.run('library.identify', { libraryId: 4711 })).toMatchObject({});
  });

  it('forget what has been missing for long, and only that', async () => {
    await harness.film('Glass Harbour (2011).mp4', 'one');
    await harness.film('Nine Tides (2018).mp4', 'two');
    await harness.film('Paper Orbit (2019).mp4', 'three');
    const id = await harness.library();
    await rm(at('Glass Harbour (2011).mp4'));
    await rm(at('Nine Tides (2018).mp4'));
    await harness.scan(id);
    expect(await harness.titles()).toEqual([
      'movie Glass Harbour 2011 ×0',
      'movie Nine Tides 2018 ×0',
      'movie Paper Orbit 2019 ×1',
    ]);
    await harness.host.database.run('update media_files set missing_since = ? where absolute_path = ?', [
      Date.now() - 91 * dayMs,
      at('Glass Harbour (2011).mp4'),
    ]);
    expect(await harness.run('library.purgeMissing', {})).toEqual({ forgotten: 1 });
    expect(await harness.titles()).toEqual(['movie Nine Tides 2018 ×0', 'movie Paper Orbit 2019 ×1']);
  });

  it.each([
    ['is gone', async (folder: string) => rm(folder, { recursive: true })],
    [
      'is an empty mount point',
      async (folder: string) => void (await rm(folder, { recursive: true }), await mkdir(folder)),
    ],
  ])('forget nothing in a root folder that %s', async (_, take) => {
    await harness.film('films/Glass Harbour (2011).mp4');
    await harness.film('films/Nine Tides (2018).mp4', 'two');
    const id = await harness.library('movies', [at('films')]);
    await rm(at('films/Glass Harbour (2011).mp4'));
    await harness.scan(id);
    await harness.host.database.run('update media_files set missing_since = 1 where missing_since is not null');
    await take(at('films'));
    expect(await harness.run('library.purgeMissing', {})).toEqual({ forgotten: 0 });
    expect(Object.keys(await harness.rows())).toHaveLength(2);
  });

  it('forget nothing at a mount point below a root folder whose disk is away', async () => {
    await harness.film('films/Glass Harbour (2011).mp4');
    await harness.film('films/disk 2/Nine Tides (2018).mp4', 'two');
    await harness.film('films/disk 22/Paper Orbit (2019).mp4', 'three');
    await harness.library('movies', [at('films')]);
    await harness.host.database.run(`update media_files set missing_since = 1 where file_name not like 'Glass%'`);
    await harness.host.database.run('update root_folders set device = ?', [
      writeDevices({ own: '1', mounts: { 'disk 2': '2' } }),
    ]);
    expect(await harness.run('library.purgeMissing', {})).toEqual({ forgotten: 1 });
    expect(Object.keys(await harness.rows())).toEqual([
      'films/Glass Harbour (2011).mp4',
      'films/disk 2/Nine Tides (2018).mp4',
    ]);
  });

  it('stop in the middle of a folder where nothing has to be waited for', async () => {
    for (let n = 0; n < 1500; n++) await harness.film(`many/Film ${n} (${1900 + (n % 100)}).mp4`);
    const { library, jobId } = await harness.domain.libraries.create({
      name: 'Many',
      type: 'movies',
      folders: [harness.media],
    });
    const stored = async () => (await rows('select id from media_files')).length;
    await expect.poll(stored, { interval: 5, timeout: 10_000 }).toBeGreaterThan(0);
    await harness.host.jobs.cancel(jobId);
    await harness.domain.scans.stop(library.id);
    expect(await rows(`select state from jobs where name = 'library.scan'`)).toEqual([{ state: 'cancelled' }]);
    expect(await stored()).toBeLessThan(1500);
  });

  it('stop in mid-scan when they are cancelled, with whole batches stored', async () => {
    for (let n = 0; n < 50; n++) await harness.film(`a/Film ${n} (${1900 + n}).mp4`);
    await harness.film('z/Last Film (1999).mp4');
    const held = Promise.withResolvers<void>();
    harness.host.hooks.add([
      {
        pluginId: 'test',
        verb: 'decide',
        name: 'scan.filter',
        stage: 'normal',
        order: 0,
        run: async (file) => ((file as { path: string }).path.startsWith(at('z')) ? held.promise : undefined),
      },
    ]);
    const first = Promise.withResolvers<void>();
    harness.host.events.on('library.changed', ({ itemIds }) => itemIds.length > 0 && first.resolve());
    const { library, jobId } = await harness.domain.libraries.create({
      name: 'Many',
      type: 'movies',
      folders: [harness.media],
    });
    await first.promise;
    await harness.host.jobs.cancel(jobId);
    held.resolve();
    await harness.domain.scans.stop(library.id);
    await expect(harness.host.jobs.finished(jobId)).rejects.toMatchObject({ code: 'cancelled' });
    expect((await harness.domain.libraries.get(library.id)).scanning).toBe(false);
    expect(await rows(`select state from jobs where name = 'library.scan'`)).toEqual([{ state: 'cancelled' }]);
    const count = (await rows('select id from media_files')).length;
    expect(count).toBeGreaterThan(0);
    expect(count).toBeLessThan(51);
    await harness.scan(library.id);
    expect(await rows('select id from media_files')).toHaveLength(51);
  });
});
