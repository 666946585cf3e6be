import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, repositoryMigrations } from './database.testing.ts';
import type { TestDatabase } from './database.testing.ts';
import { openDatabase } from './open-database.ts';

const term = (name: string) => ({ kind: 'genre', name, folded_name: name });

describe('SQLite', () => {
  let test: TestDatabase;
  let file: string;
  const extra: (() => unknown)[] = [];
  beforeEach(async () => {
    test = await createTestDatabase('sqlite');
    file = path.join(test.options.dataDir, 'vitascope.db');
  });
  afterEach(async () => {
    for (const undo of extra.splice(0)) await undo();
    await test.remove();
  });
  const pragma = async (name: string): Promise<unknown> =>
    Object.values((await test.database.first<object>(`pragma ${name}`)) ?? {})[0];

  it('is set up for a server: WAL, foreign keys, normal syncing', async () => {
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('foreign_keys')).toBe(1);
    expect(await pragma('synchronous')).toBe(1);
  });

  /** Another process that holds the write lock. */
  const holdLock = (): DatabaseSync => {
    const other = new DatabaseSync(file);
    other.exec('begin immediate');
    extra.push(() => other.isOpen && other.close());
    return other;
  };

  it('waits for another process that writes, while reads and the event loop go on', async () => {
    const other = holdLock();
    const writes = [
      test.database.insert('terms', [term('a')]),
      test.database.insert('terms', [term('b'), term('c')]),
      test.database.transaction((queries) => queries.run(`delete from terms where name = 'nobody'`)),
    ];
    let longest = 0;
    let last = performance.now();
    const ticking = setInterval(() => {
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }, 5);
    const begun = performance.now();
    while (performance.now() - begun < 400) {
      expect(await test.database.all('select id from terms')).toEqual([]);
      await new Promise(setImmediate);
    }
    other.exec('commit');
    other.close();
    await Promise.all(writes);
    clearInterval(ticking);
    // Waiting as SQLite itself does would stop everything for the whole 400 ms.
    expect(longest).toBeLessThan(350);
    expect(await test.database.all('select id from terms')).toHaveLength(3);
  });

  it('gives up in the end, and says who is in the way', { timeout: 15_000 }, async () => {
    holdLock();
    const begun = performance.now();
    await expect(test.database.insert('terms', [term('a')])).rejects.toMatchObject({
      code: 'database_unavailable',
      message: /another process/i,
    });
    expect(performance.now() - begun).toBeGreaterThan(4500);
  });

  it('tells a full disk, undoes the transaction, and writes again when there is room', async () => {
    const pages = Number(await pragma('page_count'));
    await test.database.first(`pragma max_page_count = ${pages + 5}`);
    const fill = test.database.transaction(async (queries) => {
      for (let n = 0; n < 1000; n += 1)
        await queries.insert('settings', [{ key: `k${n}`, value: 'x'.repeat(4000), updated_at: 1 }]);
    });
    await expect(fill).rejects.toMatchObject({ code: 'storage_full' });
    expect(await test.database.all('select key from settings')).toEqual([]);
    await test.database.first('pragma max_page_count = 1000000');
    await test.database.insert('settings', [{ key: 'k', value: 'x', updated_at: 1 }]);
    expect(await pragma('integrity_check')).toBe('ok');
  });

  it('tells what goes wrong when a change that answers with a row is committed', async () => {
    const { database } = test;
    await database.run(
      `create table leaves (id integer primary key, tree integer references trees (id) deferrable initially deferred)`,
    );
    await database.run('create table trees (id integer primary key)');
    await database.run('insert into leaves (id) values (1)');
    await expect(database.first('update leaves set tree = 7 where id = 1 returning id')).rejects.toThrow(
      /refers to is not there/,
    );
    expect(await database.first('select tree from leaves')).toEqual({ tree: null });
  });

  it('opens for a second process without the ORM, and both see what the other writes', async () => {
    const second = await openDatabase({ ...test.options, migrate: false });
    extra.push(() => second.close());
    await second.insert('terms', [term('from the second')]);
    expect(await test.database.all('select name from terms')).toEqual([{ name: 'from the second' }]);
    expect(() => second.fork()).toThrow(/without entities/);
  });

  it('lets two writers take turns', async () => {
    const second = await openDatabase({ ...test.options, migrate: false });
    extra.push(() => second.close());
    await Promise.all(
      [test.database, second].flatMap((database, who) =>
        Array.from({ length: 100 }, (_, n) => database.insert('terms', [term(`${who}-${n}`)])),
      ),
    );
    expect(await test.database.all('select id from terms')).toHaveLength(200);
  });
});

describe('a database file that cannot be used', () => {
  let dataDir: string;
  let file: string;
  beforeEach(async () => {
    dataDir = await mkdtemp(path.join(tmpdir(), 'vitascope-damaged-'));
    file = path.join(dataDir, 'vitascope.db');
  });
  afterEach(() => rm(dataDir, { recursive: true, force: true }));
  const open = () => openDatabase({ dataDir, migrationsDir: repositoryMigrations, logger: pino({ enabled: false }) });

  it('is named when it is no database', async () => {
    await writeFile(file, 'this is a film, not a database'.repeat(1000));
    await expect(open()).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining(file),
      fix: expect.stringContaining('backups'),
    });
    expect(await readFile(file, 'utf8')).toContain('this is a film');
  });

  it('is told as damaged when its pages are overwritten', async () => {
    const database = await open();
    await database.insert(
      'terms',
      Array.from({ length: 5000 }, (_, n) => term(`Term ${n}`)),
    );
    await database.close();
    const bytes = await readFile(file);
    await writeFile(file, bytes.fill(0xff, 4096 * 20));
    await expect(open().then((damaged) => damaged.all('select * from terms'))).rejects.toMatchObject({
      code: 'database_unavailable',
      message: /damaged/,
    });
  });

  it('is told when it lies where nothing can be written', async () => {
    await writeFile(path.join(dataDir, 'folder'), 'a file where a folder should be');
    const url = `sqlite:${path.join(dataDir, 'folder', 'v.db')}`;
    const opening = openDatabase({
      url,
      dataDir,
      migrationsDir: repositoryMigrations,
      logger: pino({ enabled: false }),
    });
    await expect(opening).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('is told when it may only be read', async (context) => {
    await (await open()).close();
    const undo = await makeReadOnly(dataDir, file);
    if (!undo) return context.skip('root may write everywhere here, and may not mount a folder for reading only');
    try {
      const reading = open().then((database) => database.insert('terms', [term('a')]).finally(() => database.close()));
      await expect(reading).rejects.toMatchObject({ code: 'database_unavailable' });
    } finally {
      undo();
    }
  });

  it('is a copy that works, when a backup is put in its place', async () => {
    const database = await open();
    await database.insert('terms', [term('kept')]);
    await database.migrations.down();
    await database.close();
    const [backup] = await readdir(path.join(dataDir, 'backups'));
    await copyFile(path.join(dataDir, 'backups', backup!), file);
    const restored = await open();
    expect(await restored.all('select name from terms')).toEqual([{ name: 'kept' }]);
    await restored.close();
  });
});

/** Root writes whatever the rights say, but not on what is mounted for reading only; undefined where it may not mount. */
async function makeReadOnly(folder: string, file: string): Promise<(() => void) | undefined> {
  if (process.getuid?.() !== 0) {
    await chmod(folder, 0o500);
    await chmod(file, 0o400);
    return () => chmodSync(folder, 0o700);
  }
  try {
    execFileSync('mount', ['--bind', folder, folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  execFileSync('mount', ['-o', 'remount,bind,ro', folder]);
  return () => execFileSync('umount', [folder]);
}
