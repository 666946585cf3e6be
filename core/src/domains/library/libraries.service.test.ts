import { existsSync } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createLibraryHarness, type LibraryHarness } from './library.testing.ts';

describe.each(testDialects)('libraries on %s', (dialect) => {
  let harness: LibraryHarness;
  const at = (name: string): string => join(harness.media, name);
  beforeEach(async () => {
    harness = await createLibraryHarness(dialect, {
      declaredAt: (name) => (name === 'Declared' ? 'vita.yaml:7' : undefined),
    });
  });
  afterEach(() => harness.close());

  it('are made of folders, scanned, counted and listed', async () => {
    await harness.film('films/Glass Harbour (2011).mp4');
    await harness.film('films/Untitled.mp4');
    const made = await harness.ask('POST /libraries', { name: 'Films', type: 'movies', folders: [at('films')] });
    expect(made).toMatchObject({
      status: 201,
      json: { library: { name: 'Films', managedBy: 'ui', settings: { watch: true, settleSeconds: 10 } } },
    });
    await harness.host.jobs.finished(made.json.jobId);
    const { items } = (await harness.ask('GET /libraries')).json;
    expect(items).toMatchObject([
      {
        id: made.json.library.id,
        itemCount: 1,
        fileCount: 2,
        unmatchedCount: 1,
        missingCount: 0,
        scanning: false,
        folders: [{ path: at('films'), available: true, fileCount: 2, sizeBytes: expect.any(Number) }],
      },
    ]);
    expect(
      (await harness.ask(`GET /libraries/${made.json.library.id}`, undefined, { as: 'ben' })).json.folders[0].path,
    ).toBe('');
  });

  it('tell how much of what people said goes with a folder', async () => {
    for (const path of ['a/Glass Harbour (2011).mp4', 'a/Untitled.mp4', 'a/junk.mp4', 'b/Nine Tides (2018).mp4'])
      await harness.film(path);
    const id = await harness.library('movies', [at('a'), at('b')]);
    expect(await harness.domain.libraries.get(id)).toMatchObject({ decidedCount: 0 });
    const said = [
      await harness.ask(`POST /library/${await harness.fileId('a/Untitled.mp4')}/match`, {
        create: { type: 'movie', title: 'Salt Line', year: 1994 },
      }),
      await harness.ask(`POST /library/${await harness.fileId('a/junk.mp4')}/ignore`, { ignored: true }),
    ];
    expect(said.map(({ status }) => status)).toEqual([200, 200]);
    expect(await harness.domain.libraries.get(id)).toMatchObject({
      decidedCount: 2,
      folders: [
        { path: at('a'), decidedCount: 2 },
        { path: at('b'), decidedCount: 0 },
      ],
    });
  });

  it('say that they are being scanned as long as a scan waits or runs', async () => {
    await mkdir(at('films'));
    const id = await harness.library('movies', [at('films')]);
    await harness.idle();
    const { jobs, libraries } = { jobs: harness.host.jobs, libraries: harness.domain.libraries };
    const scanning = async () => (await libraries.get(id)).scanning;
    expect(await scanning()).toBe(false);
    const scan = await jobs.start('library.scan', { libraryId: id }, { runAt: Date.now() + 600_000 });
    expect(await scanning()).toBe(true);
    await jobs.cancel(scan.id);
    expect(await scanning()).toBe(false);
  });

  it('refuse folders that are not there or overlap, and name each', async () => {
    await mkdir(at('films/new'), { recursive: true });
    const missing = await harness.ask('POST /libraries', {
      name: 'Films',
      type: 'movies',
      folders: [at('films'), at('no')],
    });
    expect(missing).toMatchObject({
      status: 400,
      json: { error_code: 'validation_failed', errors: [{ path: 'body.folders.1' }] },
    });
    const id = await harness.library('movies', [at('films')]);
    const inside = await harness.ask('POST /libraries', { name: 'New', type: 'movies', folders: [at('films/new')] });
    expect(inside).toMatchObject({
      status: 409,
      json: { error_code: 'conflict', errors: [{ path: 'body.folders.0' }] },
    });
    const wider = await harness.ask(`PATCH /libraries/${id}`, { folders: [at('films'), at('films/new')] });
    expect(wider).toMatchObject({ status: 409, json: { errors: [{ path: 'body.folders.1' }] } });
    expect(await harness.domain.libraries.list()).toHaveLength(1);
  });

  it('change their settings one by one', async () => {
    await mkdir(at('films'));
    const id = await harness.library('movies', [at('films')]);
    const { json } = await harness.ask(`PATCH /libraries/${id}`, { name: 'Other', settings: { matchThreshold: 0.8 } });
    expect(json).toMatchObject({
      name: 'Other',
      settings: { watch: false, settleSeconds: 1, matchThreshold: 0.8, language: 'en' },
    });
    expect((await harness.ask('PATCH /libraries/999', { name: 'x' })).status).toBe(404);
  });

  it('take folders in and let them go with the titles that only those had', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    await harness.film('a/Nine Tides (2018).mp4', 'one');
    await harness.film('b/Nine Tides (2018).mp4', 'two');
    const id = await harness.library('movies', [at('a')]);
    await harness.ask(`PATCH /libraries/${id}`, { folders: [at('a'), at('b')] });
    await harness.idle();
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×1', 'movie Nine Tides 2018 ×2']);
    const heard: unknown[] = [];
    harness.host.events.on('library.changed', (change) => heard.push(change));
    const { json } = await harness.ask(`PATCH /libraries/${id}`, { folders: [`${at('b')}/`] });
    expect(json.folders.map(({ path }: { path: string }) => path)).toEqual([at('b')]);
    expect(await harness.titles()).toEqual(['movie Nine Tides 2018 ×1']);
    expect(heard).toContainEqual({ libraryId: id, itemIds: expect.arrayContaining([expect.any(Number)]) });
    expect(await readdir(at('a'))).toHaveLength(2);
  });

  it('are forgotten with their titles, and no file is touched', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    await harness.film('b/Nine Tides (2018).mp4', 'one');
    await harness.film('a/Nine Tides (2018).mp4', 'two');
    const first = await harness.library('movies', [at('a')]);
    const second = await harness.library('mixed', [at('b')]);
    expect((await harness.ask(`DELETE /libraries/${first}`)).json).toEqual({ ok: true });
    expect(await harness.titles()).toEqual(['movie Nine Tides 2018 ×1']);
    expect((await harness.domain.libraries.list()).map(({ id }) => id)).toEqual([second]);
    expect(existsSync(at('a/Glass Harbour (2011).mp4'))).toBe(true);
    expect((await harness.ask(`DELETE /libraries/${first}`)).status).toBe(404);
  });

  it('keep titles that somebody watched when they go', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    const id = await harness.library('movies', [at('a')]);
    const { database } = harness.host;
    await database.run(
      `insert into accounts (id, name, folded_name, display_name, role, created_at, updated_at) values (?, 'a', 'a', 'A', 'admin', 1, 1)`,
      ['00000000-0000-4000-8000-000000000001'],
    );
    const [item] = await database.all<{ id: number }>('select id from media_items');
    await database.run(
      'insert into plays (account_id, item_id, played_at, original_at, created_at) values (?, ?, 1, 1, 1)',
      ['00000000-0000-4000-8000-000000000001', item!.id],
    );
    await harness.domain.libraries.delete(id);
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×0']);
  });

  it('are locked when the configuration declares them', async () => {
    await mkdir(at('films'));
    const id = await harness.store.create(
      {
        name: 'Declared',
        type: 'movies',
        settings: (await import('./library.schema.ts')).LibrarySettings.parse({}),
        managedBy: 'config',
      },
      [at('films')],
    );
    for (const verb of ['PATCH', 'DELETE']) {
      const answer = await harness.ask(`${verb} /libraries/${id}`, verb === 'PATCH' ? { name: 'Mine' } : undefined);
      expect(answer).toMatchObject({
        status: 423,
        json: { error_code: 'locked', detail: expect.stringContaining('vita.yaml:7') },
      });
    }
  });

  it('are scanned by name, by path, or all at once', async () => {
    await harness.film('a/x/Glass Harbour (2011).mp4');
    await mkdir(at('b'));
    const first = await harness.library('movies', [at('a')]);
    const second = await harness.library('shows', [at('b')]);
    expect(await harness.ask(`POST /libraries/${first}/scan`, { full: true })).toMatchObject({ status: 202 });
    expect((await harness.ask('POST /libraries/999/scan', {})).status).toBe(404);
    await harness.idle();
    const all = await harness.ask('POST /library/rescan', {});
    expect(all).toMatchObject({ status: 202, json: { accepted: 2 } });
    await harness.idle();
    const some = await harness.ask('POST /library/rescan', { paths: [at('a/x')] });
    expect(some).toMatchObject({ status: 202, json: { accepted: 1 } });
    await harness.idle();
    const wrong = await harness.ask('POST /library/rescan', { paths: [at('a'), '/elsewhere'] });
    expect(wrong).toMatchObject({ status: 400, json: { errors: [{ path: 'body.paths.1' }] } });
    await harness.domain.libraries.delete(first);
    await harness.domain.libraries.delete(second);
    expect((await harness.ask('POST /library/rescan', {})).status).toBe(409);
  });

  it('answer only those who may', async () => {
    for (const verb of [
      'POST /libraries',
      'POST /library/rescan',
      'GET /folders',
      'GET /library/unmatched',
      'DELETE /libraries/1',
    ]) {
      expect((await harness.ask(verb, undefined, { as: 'ben' })).status, verb).toBe(403);
      expect((await harness.ask(verb, undefined, { as: undefined })).status, verb).toBe(401);
    }
  });
});
