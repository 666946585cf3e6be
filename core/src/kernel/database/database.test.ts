import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { JobScheduleEntity } from '../jobs/job-schedule.entity.ts';
import { SettingEntity } from '../settings/setting.entity.ts';
import { readJson } from './database.ts';
import { createTestDatabase, testDialects } from './database.testing.ts';
import type { TestDatabase } from './database.testing.ts';
import type { OpenDatabase } from './open-database.ts';
import { parseDatabaseUrl } from './open-database.ts';
import { describeSchema, findEntityFaults } from './schema.ts';

const term = (name: string) => ({ kind: 'genre', name, folded_name: name.toLowerCase() });
const setting = (key: string, value = '{}') => ({ key, value, updated_at: 1 });

describe.each(testDialects)('the database on %s', (dialect) => {
  let test: TestDatabase;
  let database: OpenDatabase;
  beforeAll(async () => {
    test = await createTestDatabase(dialect, { entities: [SettingEntity, JobScheduleEntity] });
    database = test.database;
  });
  afterAll(() => test.remove());
  beforeEach(async () => {
    for (const table of ['terms', 'settings', 'plugins', 'libraries']) await database.run(`delete from ${table}`);
  });
  const names = async (): Promise<string[]> =>
    (await database.all<{ name: string }>('select name from terms order by id')).map(({ name }) => name);

  it('answers with rows, the first row, and how many it changed', async () => {
    await database.insert('terms', [term('A'), term('B')]);
    expect(await database.all('select name from terms order by name')).toEqual([{ name: 'A' }, { name: 'B' }]);
    expect(await database.first('select name from terms where name = ?', ['B'])).toEqual({ name: 'B' });
    expect(await database.first('select name from terms where name = ?', ['C'])).toBeUndefined();
    expect(await database.run('update terms set name = ? where kind = ?', ['X', 'genre'])).toBe(2);
    expect(await database.run('delete from terms where name = ?', ['nobody'])).toBe(0);
  });

  it('binds and reads every kind of value alike', async () => {
    const text = 'Ünïcode 日本 🎬 \' " \\ ? $1';
    const document = { a: [1, null, { b: text }], t: true };
    await database.insert('plugins', [
      {
        id: text,
        version: '1',
        enabled: true,
        options: JSON.stringify(document),
        quarantine: undefined,
        installed_at: 2 ** 53 - 1,
        updated_at: -1,
      },
    ]);
    const row = (await database.first<Record<string, unknown>>('select * from plugins where id = ? and enabled = ?', [
      text,
      true,
    ]))!;
    expect(row).toMatchObject({ id: text, quarantine: null, installed_at: 2 ** 53 - 1, updated_at: -1, tap_order: 0 });
    expect(!!row.enabled).toBe(true);
    expect(readJson(row.options, {})).toEqual(document);
    expect(readJson(row.quarantine, 'nothing')).toBe('nothing');
  });

  it('leaves out U+0000, which junk brings along, and nothing else', async () => {
    const document = { text: 'a\0b', 'ke\0y': ['\\u0000', '\\\0'] };
    await database.insert('settings', [{ key: 'a\0b', value: JSON.stringify(document), updated_at: 1 }]);
    const row = await database.first<{ key: string; value: unknown }>('select key, value from settings');
    expect(row?.key).toBe('ab');
    expect(readJson(row?.value, {})).toEqual({ text: 'ab', key: ['\\u0000', '\\'] });
  });

  it('binds bytes', async () => {
    const sql = dialect === 'sqlite' ? 'select ? as bytes' : 'select cast(? as bytea) as bytes';
    const row = await database.first<{ bytes: Uint8Array }>(sql, [new Uint8Array([0, 255, 7])]);
    expect([...row!.bytes]).toEqual([0, 255, 7]);
  });

  it('reads counts, sums and averages as numbers', async () => {
    await database.insert('settings', [
      { ...setting('a'), updated_at: 9_000_000_000 },
      { ...setting('b'), updated_at: 1 },
    ]);
    expect(
      await database.first('select count(*) as n, sum(updated_at) as total, max(updated_at) as most from settings'),
    ).toEqual({
      n: 2,
      total: 9_000_000_001,
      most: 9_000_000_000,
    });
  });

  it('inserts many rows and tells their ids in order', async () => {
    const rows = Array.from({ length: 5000 }, (_, n) => term(`Term ${n}`));
    const ids = await database.insert('terms', rows, { returning: 'id' });
    expect(ids).toHaveLength(5000);
    expect(ids.every((id, index) => index === 0 || id === ids[index - 1]! + 1)).toBe(true);
    expect(await database.first('select name from terms where id = ?', [ids[4321]!])).toEqual({ name: 'Term 4321' });
    expect(await database.insert('terms', [])).toEqual([]);
  });

  it('inserts all rows or none', async () => {
    await expect(database.insert('terms', [term('A'), term('B'), term('A')])).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await names()).toEqual([]);
  });

  it('leaves rows that are there alone, or gives them new values, as told', async () => {
    const columns = ['kind', 'folded_name'];
    const [id] = await database.insert('terms', [term('a')], { returning: 'id' });
    const ignored = await database.insert('terms', [term('A'), term('B')], {
      returning: 'id',
      onConflict: { columns, update: 'ignore' },
    });
    expect(ignored).toHaveLength(1);
    expect(await names()).toEqual(['a', 'B']);
    const updated = await database.insert('terms', [term('A')], {
      returning: 'id',
      onConflict: { columns, update: ['name'] },
    });
    expect(updated).toEqual([id]);
    expect(await names()).toEqual(['A', 'B']);
  });

  it('refuses rows of different shapes and names that are no names', async () => {
    await expect(database.insert('terms', [term('A'), { kind: 'genre' }])).rejects.toThrow(/same columns/);
    await expect(database.insert('terms; drop table terms', [term('A')])).rejects.toThrow(/cannot be the name/);
  });

  it('commits a transaction that ends well and undoes one that throws', async () => {
    const result = await database.transaction(async (queries) => {
      await queries.insert('terms', [term('A')]);
      return (await queries.all('select 1 as one from terms')).length;
    });
    expect(result).toBe(1);
    const failing = database.transaction(async (queries) => {
      await queries.insert('terms', [term('B'), term('C')]);
      await queries.run('delete from terms where name = ?', ['A']);
      throw new Error('changed my mind');
    });
    await expect(failing).rejects.toThrow('changed my mind');
    expect(await names()).toEqual(['A']);
  });

  it('keeps transactions apart from each other and from plain queries', async () => {
    await database.insert('settings', [setting('n', '0')]);
    const add = () =>
      database.transaction(async (queries) => {
        const lock = dialect === 'postgresql' ? 'for update' : '';
        const row = await queries.first<{ value: unknown }>(`select value from settings where key = 'n' ${lock}`);
        await new Promise(setImmediate);
        await queries.run(`update settings set value = ? where key = 'n'`, [String(readJson(row?.value, 0) + 1)]);
      });
    const reads = Array.from({ length: 10 }, () => database.first('select value from settings'));
    await Promise.all([...Array.from({ length: 20 }, add), ...reads]);
    const row = await database.first<{ value: unknown }>(`select value from settings where key = 'n'`);
    expect(readJson(row?.value, 0)).toBe(20);
  });

  it('refuses a transaction in a transaction, and queries that go past it', async () => {
    const past: (() => Promise<unknown>)[] = [
      () => database.transaction(async () => undefined),
      () => database.all('select 1 as one'),
      () => database.insert('terms', [term('A'), term('B')]),
    ];
    for (const query of past) {
      await expect(database.transaction(async () => void (await query()))).rejects.toThrow(/transaction is open here/);
    }
    expect(await database.all('select 1 as one')).toEqual([{ one: 1 }]);
  });

  it('runs no query of a transaction that has ended', async () => {
    let late: Promise<unknown> = Promise.resolve();
    const failing = database.transaction(async (queries) => {
      const slow = new Promise((resolve) => setTimeout(resolve, 20)).then(() =>
        queries.insert('terms', [term('late')]),
      );
      late = slow.catch((error: Error) => error.message);
      await Promise.all([slow, Promise.reject(new Error('the other one failed'))]);
    });
    await expect(failing).rejects.toThrow('the other one failed');
    expect(await late).toMatch(/has ended/);
    expect(await names()).toEqual([]);
  });

  it('allows queries from work that a transaction merely began and that goes on afterwards', async () => {
    let later: Promise<unknown> = Promise.resolve();
    await database.transaction(async () => {
      later = new Promise((resolve) => setTimeout(resolve, 20)).then(() => database.all('select 1 as one'));
    });
    expect(await later).toEqual([{ one: 1 }]);
  });

  it('gives violated constraints the code of a conflict, naming the table', async () => {
    await database.insert('terms', [term('A')]);
    await expect(database.insert('terms', [term('A')])).rejects.toMatchObject({
      code: 'conflict',
      details: { resource: 'terms' },
    });
    const child = { library_id: 999_999, path: '/nowhere', created_at: 1 };
    await expect(database.insert('root_folders', [child])).rejects.toMatchObject({ code: 'conflict' });
    await expect(database.all('select nothing from nowhere where x = ?', ['secret value'])).rejects.toMatchObject({
      code: 'internal',
      message: expect.not.stringContaining('secret value'),
    });
  });

  it('removes what belongs to a removed row', async () => {
    const [library] = await database.insert(
      'libraries',
      [{ name: 'L', type: 'movies', created_at: 1, updated_at: 1 }],
      { returning: 'id' },
    );
    await database.insert('root_folders', [{ library_id: library, path: '/films', created_at: 1 }]);
    await database.run('delete from libraries where id = ?', [library]);
    expect(await database.all('select id from root_folders')).toEqual([]);
  });

  it('loads, changes and saves an entity, in a unit of work of its own', async () => {
    const orm = database.fork();
    orm.create(SettingEntity, { key: 'entity', value: { n: 1 }, updatedAt: 1 });
    await orm.flush();
    const loaded = await database.fork().findOneOrFail(SettingEntity, { key: 'entity' });
    expect(loaded.value).toEqual({ n: 1 });
    loaded.value = { n: 2 };
    loaded.updatedAt = 2 ** 40;
    expect((await database.fork().findOneOrFail(SettingEntity, { key: 'entity' })).value).toEqual({ n: 1 });
    const changing = database.fork();
    const found = await changing.findOneOrFail(SettingEntity, { key: 'entity' });
    found.value = { n: 3 };
    found.updatedAt = 2 ** 40;
    await changing.flush();
    const row = await database.first<{ value: unknown; updated_at: number }>(
      `select * from settings where key = 'entity'`,
    );
    expect([readJson(row?.value, {}), row?.updated_at]).toEqual([{ n: 3 }, 2 ** 40]);
  });

  it('gives the failures of entities the same codes', async () => {
    await database.insert('settings', [setting('entity')]);
    const orm = database.fork();
    orm.create(SettingEntity, { key: 'entity', value: {}, updatedAt: 1 });
    await expect(orm.flush()).rejects.toMatchObject({ code: 'conflict' });
  });

  it('lets units of work and plain transactions take turns', async () => {
    await Promise.all(
      Array.from({ length: 10 }, async (_, n) => {
        const orm = database.fork();
        orm.create(SettingEntity, { key: `orm ${n}`, value: {}, updatedAt: n });
        await Promise.all([
          orm.flush(),
          database.transaction((queries) => queries.insert('settings', [setting(`plain ${n}`)])),
        ]);
      }),
    );
    expect(await database.all('select key from settings')).toHaveLength(20);
  });

  it('answers a ping', async () => {
    await expect(database.ping()).resolves.toBeUndefined();
  });

  it('has every column that an entity names', async () => {
    expect(await findEntityFaults(database)).toEqual([]);
  });
});

/** PostgreSQL searches in ordinary columns what SQLite has in its full-text tables. */
const searchColumns = new Set(['people.starts']);

describe('the two schemas', () => {
  it('have the same tables, columns and indexes', async () => {
    const read = (dialect: string): Promise<string> =>
      readFile(new URL(`../../../../migrations/${dialect}/2026-11-20-initial.up.sql`, import.meta.url), 'utf8');
    const [sqlite, postgresql] = [describeSchema(await read('sqlite')), describeSchema(await read('postgresql'))];
    const shape = (schema: typeof sqlite) =>
      schema.tables
        .filter(({ virtual, name }) => !virtual && !name.endsWith('_search'))
        .map(({ name, columns }) => ({
          name,
          columns: columns.map((column) => column.name).filter((column) => !searchColumns.has(`${name}.${column}`)),
        }));
    expect(shape(sqlite)).toEqual(shape(postgresql));
    const indexes = (schema: typeof sqlite) =>
      schema.indexes
        .filter(({ name }) => !/_(trigram|words)$/.test(name))
        .map(({ name, table, columns, unique }) => ({ name, table, columns, unique }));
    expect(indexes(sqlite)).toEqual(indexes(postgresql));
  });
});

describe('parseDatabaseUrl', () => {
  it.each([
    [undefined, { dialect: 'sqlite', file: '/data/vitascope.db' }],
    ['sqlite:other.db', { dialect: 'sqlite', file: '/data/other.db' }],
    ['sqlite:///srv/my%20films.db', { dialect: 'sqlite', file: '/srv/my films.db' }],
    ['file:///srv/v.db', { dialect: 'sqlite', file: '/srv/v.db' }],
    ['postgresql://u:p@h:5432/db', { dialect: 'postgresql', url: 'postgresql://u:p@h:5432/db' }],
    ['postgres://u@h/db', { dialect: 'postgresql', url: 'postgresql://u@h/db' }],
    ['postgresql+asyncpg://u@h/db', { dialect: 'postgresql', url: 'postgresql://u@h/db' }],
  ])('reads %s', (url, expected) => {
    expect(parseDatabaseUrl(url, '/data')).toEqual(expected);
  });

  it('refuses others without repeating a password', () => {
    expect(() => parseDatabaseUrl('mysql://root:hidden@h/db', '/data')).toThrow(/is no database URL/);
    expect(() => parseDatabaseUrl('mysql://root:hidden@h/db', '/data')).not.toThrow(/hidden/);
  });
});
