import { fork } from 'node:child_process';
import { cp, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Dialect } from './database.ts';
import { createTestDatabase, repositoryMigrations, testDialects } from './database.testing.ts';
import type { TestDatabase } from './database.testing.ts';
import { findLosses } from './kept-data.ts';
import { openDatabase } from './open-database.ts';
import type { OpenDatabase } from './open-database.ts';

const initial = '2026-11-20-initial';
const later = '2027-01-01-shelves';

describe.each(testDialects)('migrations on %s', (dialect) => {
  let folder: string;
  let test: TestDatabase;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitascope-migrations-'));
    await cp(repositoryMigrations, folder, { recursive: true });
    test = await createTestDatabase(dialect, { migrationsDir: folder });
  });
  afterEach(async () => {
    await test.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const addMigration = async (name: string, up: string, down: string): Promise<void> => {
    await writeFile(path.join(folder, dialect, `${name}.up.sql`), up);
    await writeFile(path.join(folder, dialect, `${name}.down.sql`), down);
  };
  const addLater = () =>
    addMigration(
      later,
      `-- what films stand on\ncreate table shelves (id integer primary key, name text not null, library_id bigint references libraries (id) on delete cascade);
       alter table libraries add column colour text not null default 'blue';`,
      'alter table libraries drop column colour;\ndrop table shelves;',
    );
  const reopen = async (): Promise<OpenDatabase> => {
    await test.database.close();
    return (test.database = await openDatabase(test.options));
  };
  const fill = async (database: OpenDatabase): Promise<void> => {
    const time = { created_at: 1, updated_at: 1 };
    await database.insert('accounts', [
      {
        id: '11111111-1111-4111-8111-111111111111',
        name: 'A',
        folded_name: 'a',
        display_name: 'A',
        role: 'admin',
        preferences: '{"x":[1]}',
        ...time,
      },
    ]);
    const [library] = await database.insert(
      'libraries',
      [
        { name: 'Films', type: 'movies', ...time },
        { name: 'Shows', type: 'shows', ...time },
      ],
      {
        returning: 'id',
      },
    );
    await database.insert('root_folders', [{ library_id: library, path: '/films', created_at: 1 }]);
  };
  const contents = async (database: OpenDatabase): Promise<unknown> => [
    await database.all('select * from accounts order by id'),
    await database.all('select id, name, settings from libraries order by id'),
    await database.all('select * from root_folders order by id'),
  ];

  it('tells what is applied', async () => {
    await addLater();
    expect(await test.database.migrations.status()).toEqual([
      { name: initial, appliedAt: expect.any(Date) },
      { name: later, appliedAt: undefined },
    ]);
    expect(Math.abs((await test.database.migrations.status())[0]!.appliedAt!.getTime() - Date.now())).toBeLessThan(
      60_000,
    );
    expect(await test.database.migrations.up()).toEqual([later]);
    expect(await test.database.migrations.up()).toEqual([]);
  });

  it('goes all the way down and up again with every row, and hands out new ids after the old ones', async () => {
    await fill(test.database);
    const before = await contents(test.database);
    const schema = await schemaOf(test.database);
    expect(await test.database.migrations.down()).toEqual([initial]);
    await expect(test.database.all('select * from accounts')).rejects.toThrow(/accounts/);
    const opened = await reopen();
    expect(await contents(opened)).toEqual(before);
    expect(await schemaOf(opened)).toEqual(schema);
    const [next] = await opened.insert('libraries', [{ name: 'New', type: 'mixed', created_at: 1, updated_at: 1 }], {
      returning: 'id',
    });
    expect(next).toBe(3);
  });

  it('keeps columns and tables of a later migration over down and up', async () => {
    await fill(test.database);
    await addLater();
    const database = await reopen();
    await database.run(`update libraries set colour = 'red' where name = 'Shows'`);
    await database.insert('shelves', [{ id: 7, name: 'Upper', library_id: 1 }]);
    await database.migrations.down();
    await expect(database.all('select colour from libraries')).rejects.toThrow(/colour/);
    await database.run(`update libraries set name = 'Series' where name = 'Shows'`);
    await database.migrations.up();
    expect(await database.all('select name, colour from libraries order by id')).toEqual([
      { name: 'Films', colour: 'blue' },
      { name: 'Series', colour: 'red' },
    ]);
    expect(await database.all('select id, name, library_id from shelves')).toEqual([
      { id: 7, name: 'Upper', library_id: 1 },
    ]);
    expect(await database.all('select path from root_folders')).toEqual([{ path: '/films' }]);
  });

  it('undoes a migration that fails half-way, says so, and works once it is mended', async () => {
    await fill(test.database);
    const before = await contents(test.database);
    await addMigration(
      later,
      'create table shelves (id integer primary key); drop table plays; insert into nowhere values (1);',
      'drop table shelves;',
    );
    await expect(reopen()).rejects.toThrow(/nowhere/);
    await addLater();
    test.database = await openDatabase(test.options);
    expect(await contents(test.database)).toEqual(before);
    expect(await test.database.all('select * from plays')).toEqual([]);
  });

  it('refuses a database that a newer version wrote, and leaves it alone', async () => {
    await addLater();
    await reopen();
    for (const direction of ['up', 'down']) await rm(path.join(folder, dialect, `${later}.${direction}.sql`));
    await expect(reopen()).rejects.toMatchObject({
      code: 'unsupported',
      message: expect.stringContaining(later),
      fix: expect.stringContaining('backups'),
    });
    await addLater();
    test.database = await openDatabase(test.options);
    expect(await test.database.all('select * from shelves')).toEqual([]);
  });

  it('backs up before it changes anything, and keeps five backups', { timeout: 60_000 }, async () => {
    const backups = async (): Promise<string[]> => (await readdir(path.join(test.options.dataDir, 'backups'))).sort();
    for (let round = 0; round < 4; round += 1) {
      await test.database.migrations.down();
      await test.database.migrations.up();
    }
    const files = await backups();
    expect(files).toHaveLength(dialect === 'sqlite' ? 4 : files.length);
    await addLater();
    for (let round = 0; round < 4; round += 1) {
      await test.database.migrations.up();
      await test.database.migrations.down();
    }
    expect((await backups()).filter((name) => !/\.(db|dump)$/.test(name))).toEqual([]);
    expect((await backups()).length).toBeLessThanOrEqual(5);
    if (dialect === 'sqlite') expect((await backups()).at(-1)).toMatch(/before-down-2027-01-01-shelves\.db$/);
  });

  it('refuses a migration that lacks one of its files', async () => {
    await writeFile(path.join(folder, dialect, `${later}.up.sql`), 'create table shelves (id integer primary key);');
    await expect(reopen()).rejects.toThrow(/lacks its up or its down file/);
    await rm(path.join(folder, dialect, `${later}.up.sql`));
    test.database = await openDatabase(test.options);
  });

  it('is done once when several processes start at the same time', { timeout: 60_000 }, async () => {
    await test.database.migrations.down();
    await addLater();
    const { url, dataDir, migrationsDir } = test.options;
    const results = await Promise.all(Array.from({ length: 4 }, () => openInProcess({ url, dataDir, migrationsDir })));
    expect(results).toEqual([2, 2, 2, 2]);
    expect(await test.database.migrations.status()).toEqual([
      { name: initial, appliedAt: expect.any(Date) },
      { name: later, appliedAt: expect.any(Date) },
    ]);
  });
});

describe('a migration on SQLite', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitascope-migrations-'));
    await cp(repositoryMigrations, folder, { recursive: true });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('may rebuild a table without losing the rows that refer to it', async () => {
    const test = await createTestDatabase('sqlite', { migrationsDir: folder });
    const time = { created_at: 1, updated_at: 1 };
    await test.database.insert('libraries', [{ name: 'Films', type: 'movies', ...time }]);
    await test.database.insert('root_folders', [{ library_id: 1, path: '/films', created_at: 1 }]);
    const rebuild = 'create table fresh as select * from plays; drop table plays; alter table fresh rename to plays;';
    const move = `create table other (id integer primary key autoincrement, name text, type text, settings text, managed_by text, created_at integer, updated_at integer);
        insert into other select id, name, type, settings, managed_by, created_at, updated_at from libraries; drop table libraries; alter table other rename to libraries;`;
    await writeFile(path.join(folder, 'sqlite', `${later}.up.sql`), rebuild + move);
    await writeFile(path.join(folder, 'sqlite', `${later}.down.sql`), '');
    await test.database.migrations.up();
    expect(await test.database.all('select path from root_folders')).toEqual([{ path: '/films' }]);
    await test.remove();
  });

  it('is undone when it leaves rows that point nowhere', async () => {
    const test = await createTestDatabase('sqlite', { migrationsDir: folder });
    await test.database.insert('libraries', [{ name: 'Films', type: 'movies', created_at: 1, updated_at: 1 }]);
    await test.database.insert('root_folders', [{ library_id: 1, path: '/films', created_at: 1 }]);
    await writeFile(path.join(folder, 'sqlite', `${later}.up.sql`), 'delete from libraries;');
    await writeFile(path.join(folder, 'sqlite', `${later}.down.sql`), '');
    await expect(test.database.migrations.up()).rejects.toThrow(
      /1 rows would point nowhere, the first from root_folders to libraries/,
    );
    expect(await test.database.all('select name from libraries')).toEqual([{ name: 'Films' }]);
    await test.remove();
  });

  it('keeps the full-text search over down and up', async () => {
    const test = await createTestDatabase('sqlite');
    const { database } = test;
    await database.run('insert into media_search (rowid, title) values (1, ?)', ['The quiet harbour']);
    await database.migrations.down();
    await database.migrations.up();
    const find = () => database.all(`select rowid as id from media_search where media_search match 'harb'`);
    expect(await find()).toEqual([{ id: 1 }]);
    await database.run('insert into media_search (rowid, title) values (2, ?)', ['Harbour lights']);
    await database.run('delete from media_search where rowid = 1');
    expect(await find()).toEqual([{ id: 2 }]);
    await test.remove();
  });
});

describe('findLosses', () => {
  it('finds the tables and columns that are dropped', () => {
    const statements = [
      '-- gone\ndrop table if exists a',
      'DROP TABLE "b"',
      'alter table c drop column d',
      'alter table c drop column h',
      'alter table e add column f text',
      'drop index g',
    ];
    expect(findLosses(statements)).toEqual([
      { table: 'a', columns: [] },
      { table: 'b', columns: [] },
      { table: 'c', columns: ['d', 'h'] },
    ]);
  });
});

/** Everything the database knows about its tables, indexes and columns, in a fixed order. */
function schemaOf(database: OpenDatabase): Promise<object[]> {
  const queries: Record<Dialect, string> = {
    sqlite: `select type, name, tbl_name, sql from sqlite_schema where name not like 'sqlite_%' order by type, name`,
    postgresql: `select table_name, column_name, data_type, is_nullable, column_default from information_schema.columns
      where table_schema = 'public' order by table_name, column_name`,
  };
  return database.all(queries[database.dialect]);
}

/** Opens the database in a process of its own, which answers with the number of migrations that are applied. */
function openInProcess(options: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = fork(path.join(import.meta.dirname, 'open-in-process.testing.ts'), [JSON.stringify(options)], {
      execArgv: [],
      stdio: 'inherit',
    });
    child.on('message', resolve);
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`The process ended with ${code}.`)));
  });
}
