import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApiToken } from '../../core/src/domains/identity/identity.schema.ts';
import { createLibrary, getLibrary, scanLibrary } from '../../core/src/domains/library/library.schema.ts';
import { getJob, listJobs } from '../../core/src/kernel/jobs/jobs.schema.ts';
import { enablePlugin, startPluginJob } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, runSql, testClusterUrl } from '../harness/postgres.ts';
import { eventually } from '../harness/processes.ts';
import { Random } from '../harness/random.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';

const kills = 50;
const films = 400;
const isPostgres = testDialect() === 'postgresql';

describe(`${kills} power cuts on ${testDialect()}`, () => {
  const folder = temporaryFolder('vitascope-kill');
  const dataDir = path.join(folder, 'data');
  const root = path.join(folder, 'films');
  /** In the only folder that the plugin's process may write to. */
  const journal = path.join(dataDir, 'plugin-data/keeps-journal/journal');
  const database = isPostgres ? createDatabase(testClusterUrl() ?? '') : undefined;
  const random = new Random(2024);
  const start = (): Promise<RunningServer> =>
    startServer({
      dataDir,
      databaseUrl: database?.url,
      config: { limits: { authPerMinute: 0 }, jobs: { workers: 4 } },
    });
  let server: RunningServer;
  let admin: Client;
  let libraryId = 0;
  let runs = 0;
  let secret = '';

  const pathOf = (number: number): string => path.join(root, `Film ${number} (19${10 + (number % 90)})`);
  const rows = (sql: string): string[] => {
    if (database) return runSql(database.url, sql).split('\n').filter(Boolean);
    const file = readdirSync(dataDir).find((name) => /\.(db|sqlite3?)$/.test(name)) ?? '';
    const open = new DatabaseSync(path.join(dataDir, file), { readOnly: true });
    const found = open
      .prepare(sql)
      .all()
      .map((row) => Object.values(row).join('|'));
    open.close();
    return found;
  };

  /** Work of both kinds, so that a kill always hits something. */
  async function makeWork(): Promise<string> {
    const { jobId } = await admin.call(scanLibrary, {
      params: { id: libraryId },
      body: { full: random.next() < 0.5 },
    });
    const input = { run: `run-${++runs}`, file: journal, steps: 40, pauseMs: random.below(8) };
    await admin.call(startPluginJob, { params: { id: 'keeps-journal', job: 'walk' }, body: { input } });
    return jobId;
  }

  /** In the midst of a scan, or at any moment, also before it has begun. */
  async function aMoment(scanId: string): Promise<void> {
    if (random.next() < 0.5) return pause(random.below(600));
    const hasBegun = async (): Promise<true | undefined> => {
      const { done, state } = await admin.call(getJob, { params: { id: scanId } });
      return done > 0 || !['queued', 'running'].includes(state) || undefined;
    };
    await eventually('The scan getting on', hasBegun, { withinMs: 20_000, everyMs: 10 });
    await pause(random.below(100));
  }

  /** Bears a token: nobody signs in anew after each of the restarts. */
  function robotAt(url: string): Client {
    const robot = new Client(url);
    robot.bearer = secret;
    return robot;
  }

  beforeAll(async () => {
    mkdirSync(path.join(dataDir, 'plugins'), { recursive: true });
    cpSync(
      path.join(import.meta.dirname, '../fixtures/plugins/keeps-journal'),
      path.join(dataDir, 'plugins/keeps-journal'),
      { recursive: true },
    );
    for (let number = 0; number < films; number++) {
      mkdirSync(pathOf(number), { recursive: true });
      writeFileSync(
        path.join(pathOf(number), 'film.mkv'),
        `no film, but a file of its own: ${number} ${'.'.repeat(number)}`,
      );
      writeFileSync(
        path.join(pathOf(number), 'movie.nfo'),
        `<movie><title>Title ${number}</title><year>${1910 + (number % 90)}</year><genre>Drama</genre><actor><name>Somebody ${number % 17}</name></actor></movie>`,
      );
    }
    server = await start();
    admin = await new Client(server.url).setUp();
    ({ secret } = await admin.call(createApiToken, { body: { name: 'robot', scopes: ['admin'] } }));
    await admin.call(enablePlugin, { params: { id: 'keeps-journal' } });
    ({ id: libraryId } = (
      await admin.call(createLibrary, {
        body: { name: 'Films', type: 'movies', folders: [root], settings: { watch: false } },
      })
    ).library);
  });
  afterAll(async () => {
    await server.stop();
    database?.drop();
    removeFolder(folder);
  });

  it(`at random moments: every restart is ready again`, async () => {
    const states = new Map<string, number>();
    for (let count = 0; count < kills; count++) {
      const scanId = await makeWork();
      // Some files move while nobody looks, and come to be recognised.
      const number = random.below(films);
      const moved = `${pathOf(number)} moved`;
      if (existsSync(moved)) renameSync(moved, pathOf(number));
      else if (random.next() < 0.3) renameSync(pathOf(number), moved);
      await aMoment(scanId);
      await server.kill();
      server = await start();
      admin = robotAt(server.url);
      const { items } = await admin.call(listJobs, { query: { pageSize: 5 } });
      for (const { state } of items) states.set(state, (states.get(state) ?? 0) + 1);
    }
    // The kills did hit running work.
    expect((states.get('running') ?? 0) + (states.get('queued') ?? 0)).toBeGreaterThan(kills / 5);
  }, 240_000);

  it('what was begun is finished', async () => {
    const { jobId } = await admin.call(scanLibrary, { params: { id: libraryId }, body: { full: true } });
    const busy = async (): Promise<number> => {
      const counts = await Promise.all(
        (['queued', 'running', 'waiting'] as const).map((state) => admin.call(listJobs, { query: { state } })),
      );
      return counts.reduce((sum, { total }) => sum + total, 0);
    };
    expect(
      await eventually('The end of all jobs', async () => ((await busy()) === 0 ? true : undefined), {
        withinMs: 60_000,
        everyMs: 200,
      }),
    ).toBe(true);
    const { items } = await admin.call(listJobs, { query: { pageSize: 200 } });
    expect(items.find(({ id }) => id === jobId)?.state).toBe('succeeded');
    expect(
      items.filter(({ state }) => state === 'failed').map(({ title, error }) => `${title}: ${error?.message}`),
    ).toEqual([]);
    expect(items.filter(({ name }) => name.includes('walk'))).toHaveLength(runs);
  }, 90_000);

  it('no file is lost or there twice, and no title is a duplicate', async () => {
    const onDisk = readdirSync(root, { recursive: true })
      .map(String)
      .filter((name) => name.endsWith('.mkv'))
      .map((name) => path.join(root, name))
      .sort();
    expect(onDisk).toHaveLength(films);
    expect(rows('select absolute_path from media_files where missing_since is null').sort()).toEqual(onDisk);
    expect(rows('select count(*) from media_files')).toEqual([String(films)]);
    const titles = rows("select title from media_items where type = 'movie'");
    expect(titles.sort()).toEqual(Array.from({ length: films }, (_, number) => `Title ${number}`).sort());
    expect(rows('select file_id from media_file_items group by file_id having count(*) > 1')).toEqual([]);
    expect(rows('select name from people group by name having count(*) > 1')).toEqual([]);
    expect(rows('select count(*) from people')).toEqual(['17']);
    expect(await admin.call(getLibrary, { params: { id: libraryId } })).toMatchObject({
      fileCount: films,
      itemCount: films,
      missingCount: 0,
      unmatchedCount: 0,
    });
    const search = await admin.get('/api/v1/items', { query: { query: 'title', pageSize: 1 } });
    expect(search.body).toMatchObject({ total: films });
  });

  it('no finished step was repeated', () => {
    const kept = new Set<string>();
    const repeated: string[] = [];
    for (const line of readFileSync(journal, 'utf8').trim().split('\n')) {
      const [run, step, what] = line.split(' ');
      if (what === 'kept') kept.add(`${run} ${step}`);
      else if (kept.has(`${run} ${step}`)) repeated.push(line);
    }
    expect(repeated).toEqual([]);
    expect(kept.size).toBe(runs * 40);
  });

  it('the database is whole', async () => {
    if (isPostgres) {
      const orphans = rows(
        'select count(*) from media_file_items l left join media_files f on f.id = l.file_id where f.id is null',
      );
      expect(orphans).toEqual(['0']);
      return;
    }
    expect(rows('pragma integrity_check')).toEqual(['ok']);
    expect(rows('pragma foreign_key_check')).toEqual([]);
    expect(rows('select count(*) from media_search')).not.toEqual(['0']);
  });
});
