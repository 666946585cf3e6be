import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from './database.testing.ts';
import { createSqliteReader, type SqliteReader } from './sqlite-reader.ts';

const file = ({ options }: TestDatabase): string => path.join(options.dataDir, 'vitascope.db');
/** Counts far enough to keep a thread busy for a good while. */
const long =
  'with recursive n(x) as (select 1 union all select x + 1 from n where x < 3000000) select count(*) as n from n';

describe('reading SQLite aside', () => {
  let test: TestDatabase;
  let reader: SqliteReader;
  beforeEach(async () => {
    test = await createTestDatabase('sqlite');
    reader = createSqliteReader(file(test));
    await test.database.run('create table notes (id integer primary key, text text, done integer)');
  });
  afterEach(async () => {
    await reader.close();
    await test.remove();
  });

  it('gives rows with bound values', async () => {
    await test.database.run('insert into notes (text, done) values (?, ?), (?, ?)', ['one', true, 'two', false]);
    expect(await reader.all('select text from notes where done = ?', [false])).toEqual([{ text: 'two' }]);
    expect(await reader.first('select text from notes order by id')).toEqual({ text: 'one' });
    expect(await reader.first('select text from notes where id = ?', [99])).toBeUndefined();
  });

  it('sees what is committed, and nothing before', async () => {
    const count = async (): Promise<unknown> =>
      (await reader.first<{ n: number }>('select count(*) as n from notes'))?.n;
    await test.database.transaction(async (queries) => {
      await queries.run(`insert into notes (text) values ('one')`);
      expect(await count()).toBe(0);
    });
    expect(await count()).toBe(1);
  });

  it('leaves the event loop free while a statement runs', async () => {
    let turns = 0;
    const counting = setInterval(() => (turns += 1), 1);
    expect(await reader.first(long)).toEqual({ n: 3_000_000 });
    clearInterval(counting);
    expect(turns).toBeGreaterThan(5);
  });

  it('fails with a code, and answers the next call', async () => {
    await expect(reader.all('select * from nowhere')).rejects.toThrow(/no such table/);
    await expect(reader.all(`insert into notes (text) values ('x')`)).rejects.toMatchObject({
      code: 'database_unavailable',
    });
    expect(await reader.all('select id from notes')).toEqual([]);
  });

  it('follows a change of the schema', async () => {
    expect(await reader.all('select * from notes')).toEqual([]);
    await test.database.run('alter table notes add column extra text');
    await test.database.run(`insert into notes (text, extra) values ('a', 'b')`);
    expect(await reader.all('select * from notes')).toEqual([{ id: 1, text: 'a', done: null, extra: 'b' }]);
  });

  it('tells who waits that it was closed', async () => {
    const waiting = reader.first(long).catch((error: unknown) => error);
    await reader.close();
    expect(await waiting).toMatchObject({ code: 'database_unavailable' });
    await expect(reader.all('select 1')).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('gives up what takes too long, and answers the next call from a new thread', async () => {
    const hasty = createSqliteReader(file(test), 100);
    const endless = long.replace('3000000', '30000000');
    await expect(hasty.all(endless)).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await reader.all('select count(*) as n from notes')).toEqual([{ n: 0 }]);
    await expect.poll(() => hasty.first('select 1 as one').catch(() => undefined)).toEqual({ one: 1 });
    await hasty.close();
  });

  it('says so when the file is not there', async () => {
    const lost = createSqliteReader(path.join(test.options.dataDir, 'lost.db'));
    await expect(lost.all('select 1')).rejects.toThrow(/unable to open/);
    await lost.close();
  });
});
