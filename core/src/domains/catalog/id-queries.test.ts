import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, testDialects, type TestDatabase } from '../../kernel/database/database.testing.ts';
import { createIdQueries, type Freshness, type IdQueries } from './id-queries.ts';
import { beginCatalogChange, createCatalogRevision, type CatalogRevision } from './revision.ts';

const everything = { sql: 'select id from things order by id', parameters: [] };

describe.each(testDialects)('kept ids on %s', (dialect) => {
  let test: TestDatabase;
  let revision: CatalogRevision;
  let queries: IdQueries;
  let now: number;

  beforeEach(async () => {
    test = await createTestDatabase(dialect);
    await test.database.run('create table things (id integer primary key)');
    now = 1_000_000;
    revision = createCatalogRevision(test.database, () => now);
    queries = createIdQueries(test.database, revision);
    await add(1);
  });
  afterEach(() => test.remove());

  /** As another process does it: nobody here is told. */
  const add = (id: number): Promise<void> =>
    test.database.transaction(async (inside) => {
      await beginCatalogChange(inside);
      await inside.run('insert into things (id) values (?)', [id]);
    });
  const freshness = async (): Promise<Freshness> => ({ stamp: await revision.stamp(), states: 0 });
  const listed = async (): Promise<number[]> => [...(await queries.list(everything, await freshness()))];
  /** Made of the list: how many there are. */
  const counted = async (): Promise<number> => {
    const size = () => 1;
    const make = async (parts: Freshness) => ({ count: (await queries.list(everything, parts)).length });
    return (await queries.keep('count', await freshness(), size, make)).count;
  };
  const later = (ms: number): void => void (now += ms);

  it('lag behind a scan by two seconds, and are then given once more while they are made anew', async () => {
    expect(await listed()).toEqual([1]);
    await add(2);
    later(1500);
    expect(await listed()).toEqual([1]);
    later(1000);
    expect(await listed()).toEqual([1]);
    await expect.poll(listed).toEqual([1, 2]);
  });

  it('are waited for when they were not looked at for long', async () => {
    expect(await listed()).toEqual([1]);
    await add(2);
    later(3_600_000);
    expect(await listed()).toEqual([1, 2]);
  });

  it('count from when they were the newest last', async () => {
    expect(await listed()).toEqual([1]);
    later(3_600_000);
    expect(await listed()).toEqual([1]);
    await add(2);
    later(1000);
    expect(await listed()).toEqual([1]);
  });

  it('show an edit at once, and stay when an edit changed nothing', async () => {
    const before = await queries.list(everything, await freshness());
    revision.edited();
    later(1000);
    expect(await queries.list(everything, await freshness())).toBe(before);
    await add(2);
    revision.edited();
    expect(await listed()).toEqual([1, 2]);
  });

  it('are as old as the oldest part they were made of', async () => {
    expect(await listed()).toEqual([1]);
    await add(2);
    later(1500);
    expect(await counted()).toBe(1);
    later(1000);
    await expect.poll(counted).toBe(2);
  });

  it('are all new, and nobody waits, after they were renewed', async () => {
    expect(await listed()).toEqual([1]);
    expect(await counted()).toBe(1);
    await add(2);
    later(200);
    await queries.renewKept();
    expect(await counted()).toBe(2);
    expect(await listed()).toEqual([1, 2]);
  });

  it('are not renewed when nobody asked for them lately, however often that was done before', async () => {
    let made = 0;
    const make = async () => ({ made: (made += 1) });
    await queries.keep('old', await freshness(), () => 1, make);
    for (const id of [2, 3, 4]) {
      later(150_000);
      await add(id);
      await queries.renewKept();
    }
    expect(made).toBe(3);
    await queries.keep('old', await freshness(), () => 1, make);
    expect(made).toBe(4);
  });

  it('give way to others when what was asked is long, not only what was found', async () => {
    let made = 0;
    const make = async () => ({ made: (made += 1) });
    const ask = async (n: number) => queries.keep(`${n} ${'long '.repeat(20_000)}`, await freshness(), () => 1, make);
    for (let n = 0; n < 100; n += 1) await ask(n);
    await ask(99);
    expect(made).toBe(100);
    await ask(0);
    expect(made).toBe(101);
  });

  it('end a renewal that the database does not answer without a fault', async () => {
    expect(await listed()).toEqual([1]);
    await test.database.run('alter table things rename to others');
    await test.database.transaction(beginCatalogChange);
    later(200);
    await expect(queries.renewKept()).resolves.toBeUndefined();
    await test.database.run('drop table catalog_revision');
    later(200);
    await expect(queries.renewKept()).resolves.toBeUndefined();
  });

  it('tell a fault to who has to wait, and come back', async () => {
    expect(await listed()).toEqual([1]);
    await test.database.run('alter table things rename to others');
    await test.database.transaction(beginCatalogChange);
    later(2500);
    expect(await listed()).toEqual([1]);
    later(10_000);
    await expect(listed()).rejects.toThrow(/things/);
    await test.database.run('alter table others rename to things');
    expect(await listed()).toEqual([1]);
  });
});
