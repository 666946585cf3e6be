import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, testDialects, type TestDatabase } from '../database/database.testing.ts';
import { PluginDocuments } from './documents.ts';

describe.each(testDialects)('documents of plugins on %s', (dialect) => {
  let test: TestDatabase;
  let docs: PluginDocuments;
  beforeEach(async () => {
    test = await createTestDatabase(dialect);
    docs = new PluginDocuments(
      test.database,
      'p',
      new Map([
        ['films', ['year']],
        ['other', []],
      ]),
    );
  });
  afterEach(() => test.remove());

  it('are written as a whole, read, and deleted', async () => {
    await docs.put('films', 'a', { title: 'Ä "x"', year: 1999, deep: { list: [1, null] } });
    expect(await docs.get('films', 'a')).toEqual({ title: 'Ä "x"', year: 1999, deep: { list: [1, null] } });
    await docs.put('films', 'a', { title: 'B' });
    expect(await docs.get('films', 'a')).toEqual({ title: 'B' });
    expect(await docs.get('other', 'a')).toBeUndefined();
    const foreign = new PluginDocuments(test.database, 'q', new Map([['films', []]]));
    expect(await foreign.get('films', 'a')).toBeUndefined();
    await foreign.delete('films', 'a');
    expect(await docs.get('films', 'a')).toBeDefined();
    await docs.delete('films', 'a');
    expect(await docs.get('films', 'a')).toBeUndefined();
  });

  it('are found by equal members, in order, page by page', async () => {
    const rows = [
      ['a', 10, 'x', true],
      ['b', 9, 'y', false],
      ['c', 100, 'x', true],
      ['d', 2, "o'x", false],
    ] as const;
    for (const [id, year, tag, seen] of rows) await docs.put('films', id, { id, year, tag, seen });
    const ids = async (query: object) =>
      (await docs.query({ collection: 'films', ...query })).items.map((doc: any) => doc.id).join('');
    expect(await ids({})).toBe('abcd');
    expect(await ids({ order: 'year' })).toBe('dbac');
    expect(await ids({ order: '-year' })).toBe('cabd');
    expect(await ids({ order: '-tag' })).toBe('bcad');
    expect(await ids({ where: { tag: 'x' } })).toBe('ac');
    expect(await ids({ where: { tag: 'x', year: 100 } })).toBe('c');
    expect(await ids({ where: { seen: false }, order: '-year' })).toBe('bd');
    expect(await ids({ where: { tag: "o'x" } })).toBe('d');
    const first = await docs.query({ collection: 'films', order: 'year', limit: 3 });
    expect([first.items.length, first.next]).toEqual([3, '3']);
    const second = await docs.query({ collection: 'films', order: 'year', limit: 3, cursor: first.next });
    expect([second.items.map((doc: any) => doc.id), second.next]).toEqual([['c'], undefined]);
  });

  it('are refused where they do not belong', async () => {
    const refused = { code: 'invalid_config' };
    await expect(docs.get('nothing', 'a')).rejects.toMatchObject(refused);
    await expect(docs.put('films', '', {})).rejects.toMatchObject(refused);
    await expect(docs.put('films', 'x'.repeat(201), {})).rejects.toMatchObject(refused);
    await expect(docs.put('films', 'big', { text: 'x'.repeat(300_000) })).rejects.toMatchObject(refused);
    await expect(docs.query({ collection: 'films', order: "year'; drop table plugins; --" })).rejects.toMatchObject(
      refused,
    );
    await expect(docs.query({ collection: 'films', where: { 'a"b': 1 } })).rejects.toMatchObject(refused);
    await expect(docs.query({ collection: 'films', cursor: '-1' })).rejects.toMatchObject(refused);
  });
});
