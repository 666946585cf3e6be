import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createTestCatalog, entryOf, viewer } from './catalog.testing.ts';
import type { TestCatalog } from './catalog.testing.ts';

const detail = (catalog: TestCatalog, id: number) => catalog.service.detail(id, { accountId: viewer, paths: false });
const count = async (catalog: TestCatalog, table: string): Promise<number> =>
  (await catalog.db.database.first<{ n: number }>(`select count(*) as n from ${table}`))!.n;

describe.each(testDialects)('catalog store on %s', (dialect) => {
  let catalog: TestCatalog;
  beforeEach(async () => {
    catalog = await createTestCatalog(dialect);
  });
  afterEach(() => catalog.remove());

  it('stores a title with people, terms, ids and pictures', async () => {
    const [id] = await catalog.add({
      title: 'The Salt Road',
      originalTitle: 'Šolná cesta',
      year: 1987,
      overview: 'A caravan crosses.',
      genres: ['Drama', 'drama', 'Travel'],
      categories: ['Classics'],
      studios: ['Northern Light'],
      ids: { tmdb: '12', imdb: 'tt0012' },
      credits: [
        { name: 'Ana Kovač', role: 'actor', character: 'Mila', ids: { tmdb: '7' } },
        { name: 'Jon Vale', role: 'director' },
      ],
      artwork: [{ kind: 'poster', url: 'https://pictures.example/1.jpg' }],
    });
    const item = await detail(catalog, id!);
    expect(item).toMatchObject({
      title: 'The Salt Road',
      sortTitle: 'Salt Road',
      originalTitle: 'Šolná cesta',
      year: 1987,
      genres: ['Drama', 'Travel'],
      categories: ['Classics'],
      studios: ['Northern Light'],
      externalIds: { tmdb: '12', imdb: 'tt0012' },
      fileCount: 1,
      resolution: '1080p',
      runtimeMs: 5_400_000,
    });
    expect(item.cast.map(({ person, character }) => [person.name, character])).toEqual([['Ana Kovač', 'Mila']]);
    expect(item.crew.map(({ person, role }) => [person.name, role])).toEqual([['Jon Vale', 'director']]);
    expect(item.poster?.url).toMatch(/^\/api\/v1\/pictures\/\d+\/1$/);
    expect(item.provenance).toMatchObject({ title: 'nfo', genres: 'nfo', runtimeMs: 'file' });
  });

  it('changes nothing when the same comes again', async () => {
    const entry = entryOf({
      title: 'Same',
      year: 2001,
      genres: ['Drama'],
      ids: { tmdb: '1' },
      credits: [{ name: 'A B', role: 'actor' }],
    });
    const [first] = await catalog.apply(entry);
    const [again] = await catalog.apply(entry);
    expect(first).toMatchObject({ created: true, changed: true });
    expect(again).toEqual({ itemId: first!.itemId, created: false, changed: false });
    expect(await count(catalog, 'credits')).toBe(1);
    expect(await count(catalog, 'people')).toBe(1);
    expect(await count(catalog, 'terms')).toBe(1);
  });

  it('makes one title of several entries in a batch, and two of titles that ids tell apart', async () => {
    const applied = await catalog.apply(
      entryOf({ title: 'Twin', year: 2000 }),
      entryOf({ title: 'TWIN!', year: 2000, overview: 'Second version.' }),
      entryOf({ title: 'Twin', year: 2000, ids: { tmdb: '5' } }),
      entryOf({ title: 'Twin', year: 2000, ids: { tmdb: '6' } }),
      entryOf({ title: 'Twin', year: 2010 }),
      entryOf({ title: 'Other name', ids: { tmdb: '6' } }),
    );
    const [a, b, c, d, e, f] = applied.map(({ itemId }) => itemId);
    expect(b).toBe(a);
    expect(c).toBe(a);
    expect(d).not.toBe(a);
    expect(e).not.toBe(a);
    expect(f).toBe(d);
    expect((await detail(catalog, a!)).overview).toBe('Second version.');
  });

  it('finds titles by id, by name and by year within a tolerance', async () => {
    const { store, db } = catalog;
    const [old, young] = await catalog.add(
      { title: 'Harbour', year: 1980, ids: { imdb: 'tt1' } },
      { title: 'Harbour', year: 1999 },
      { type: 'show', title: 'Harbour', year: 1999 },
    );
    expect(await store.findByIds(db.database, 'movie', { imdb: 'tt1' })).toBe(old);
    expect(await store.findByIds(db.database, 'show', { imdb: 'tt1' })).toBeUndefined();
    const near = await store.findByTitle(db.database, { type: 'movie', title: 'HARBOUR', year: 2000 });
    expect(near.map(({ id }) => id)).toEqual([young]);
    expect(await store.findByTitle(db.database, { type: 'movie', title: 'Harbour', year: 2003 })).toEqual([]);
    expect(await store.findByTitle(db.database, { type: 'movie', title: 'Harbour' })).toHaveLength(2);
  });

  it('never overwrites locked fields and says where each field came from', async () => {
    const [id] = await catalog.add({ title: 'First', overview: 'Old', genres: ['Drama'], year: 2000 });
    await catalog.service.edit(id!, { title: 'Mine', genres: ['Own'] });
    await catalog.apply({
      itemId: id!,
      ...entryOf({ title: 'Theirs', overview: 'New', genres: ['Comedy'], year: 2001 }, 'cinema'),
    });
    const item = await detail(catalog, id!);
    expect(item).toMatchObject({
      title: 'Mine',
      overview: 'New',
      genres: ['Own'],
      year: 2001,
      locked: ['title', 'genres'],
    });
    expect(item.provenance).toMatchObject({ title: 'manual', genres: 'manual', overview: 'cinema', year: 'cinema' });
    await catalog.service.edit(id!, { locked: [] });
    await catalog.apply({ itemId: id!, ...entryOf({ title: 'Theirs' }, 'cinema') });
    expect((await detail(catalog, id!)).title).toBe('Theirs');
  });

  it('lets what was read from a file name fill gaps only', async () => {
    const [applied] = await catalog.apply({
      sources: [
        { provider: 'nfo', data: { type: 'movie', title: 'Proper Title' } },
        { provider: 'name', data: { type: 'movie', title: 'proper.title.cut', year: 1999 } },
      ],
    });
    const id = applied!.itemId;
    await catalog.apply({ itemId: id, ...entryOf({ title: 'proper.title.v2', year: 1998 }, 'name') });
    expect(await detail(catalog, id)).toMatchObject({ title: 'Proper Title', year: 1998 });
  });

  it('keeps people of one name apart where ids say so, and joins them where nothing does', async () => {
    await catalog.apply(
      entryOf({ title: 'One', credits: [{ name: 'Kim Lee', role: 'actor', ids: { tmdb: '1' } }] }),
      entryOf({ title: 'Two', credits: [{ name: 'Kim Lee', role: 'actor', ids: { tmdb: '2' } }] }),
    );
    await catalog.apply(
      entryOf({
        title: 'Three',
        credits: [
          { name: 'KIM LEE', role: 'actor' },
          { name: 'Renamed Lee', role: 'actor', ids: { tmdb: '2' } },
        ],
      }),
    );
    expect(await count(catalog, 'people')).toBe(2);
    expect(await count(catalog, 'credits')).toBe(4);
  });

  it('makes seasons and episodes once, also when many ask at the same time', async () => {
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Tides', year: 2015 }));
    const episode = (season: number, number: number) =>
      catalog.db.database.transaction((queries) => catalog.store.episode(queries, show!.itemId, season, number));
    const ids = await Promise.all(Array.from({ length: 12 }, (_, index) => episode(index % 2, index % 3)));
    expect(new Set(ids).size).toBe(6);
    expect(await count(catalog, 'media_items')).toBe(1 + 2 + 6);
    const people = Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        catalog.apply(
          entryOf({ title: `Parallel ${index}`, genres: ['Same'], credits: [{ name: 'Same Person', role: 'actor' }] }),
        ),
      ),
    );
    await people;
    expect(await count(catalog, 'people')).toBe(1);
    expect(await count(catalog, 'terms')).toBe(1);
  });

  it('sums seasons and shows up from their episodes', async () => {
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Tides' }));
    const showId = show!.itemId;
    const applied = await catalog.apply(
      ...[1, 2, 3].map((episode) => ({
        showId,
        ...entryOf({ type: 'episode', title: `E${episode}`, season: 1, episode }),
      })),
    );
    const ids = applied.map(({ itemId }) => itemId);
    catalog.files.set(ids[0]!, { resolution: '2160p' });
    catalog.files.set(ids[2]!, { fileCount: 0 });
    await catalog.recount(...ids);
    const item = await catalog.service.detail(showId, { accountId: viewer, paths: false, season: 1 });
    expect(item).toMatchObject({ fileCount: 2, episodeCount: 2, unwatchedCount: 2, resolution: '2160p' });
    expect(item.seasons).toMatchObject([{ title: 'Season 1', seasonNumber: 1, episodeCount: 2, unwatchedCount: 2 }]);
    expect(item.episodes.map(({ title, show: of }) => [title, of?.title])).toEqual([
      ['E1', 'Tides'],
      ['E2', 'Tides'],
      ['E3', 'Tides'],
    ]);
    expect(item.playTarget).toMatchObject({ itemId: ids[0], label: 'play' });
  });

  it('forgets titles that lost their last file unless somebody edited or holds them', async () => {
    const [plain, edited, held] = await catalog.add(
      { title: 'Plain', credits: [{ name: 'Only Here', role: 'actor' }] },
      { title: 'Edited' },
      { title: 'Held' },
    );
    await catalog.service.edit(edited!, { tagline: 'Mine' });
    catalog.held.add(held!);
    for (const id of [plain!, edited!, held!]) catalog.files.set(id, { fileCount: 0 });
    await catalog.recount(plain!, edited!, held!);
    const removed = await catalog.db.database.transaction((queries) =>
      catalog.store.removeWithoutFiles(queries, [plain!, edited!, held!]),
    );
    expect(removed).toEqual([plain]);
    expect(await count(catalog, 'people')).toBe(0);
    expect((await catalog.service.search('plain', 10, viewer)).items).toEqual([]);
    expect((await detail(catalog, edited!)).fileCount).toBe(0);
  });

  it('takes empty seasons and shows along', async () => {
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Tides' }));
    const id = await catalog.db.database.transaction((queries) => catalog.store.episode(queries, show!.itemId, 1, 1));
    catalog.files.set(id, { fileCount: 0 });
    await catalog.recount(id);
    await catalog.db.database.transaction((queries) => catalog.store.removeWithoutFiles(queries, [id]));
    expect(await count(catalog, 'media_items')).toBe(0);
  });

  it('follows the pictures beside the files', async () => {
    const picture = (location: string, version: string) =>
      ({ kind: 'poster', source: 'file', location, provider: 'file', version }) as const;
    const entry = entryOf({ title: 'Pictured', artwork: [{ kind: 'poster', url: 'https://pictures.example/p.jpg' }] });
    const [applied] = await catalog.apply({
      ...entry,
      pictures: [picture('/m/poster.jpg', 'a'), picture('/m/folder.jpg', 'a')],
    });
    const id = applied!.itemId;
    const before = (await detail(catalog, id)).poster!;
    await catalog.apply({ ...entry, pictures: [picture('/m/poster.jpg', 'b')] });
    const after = (await detail(catalog, id)).poster!;
    expect(after.id).toBe(before.id);
    expect(after.url).not.toBe(before.url);
    await catalog.apply({ ...entry, pictures: [] });
    expect((await detail(catalog, id)).poster!.id).not.toBe(before.id);
    expect(await catalog.service.artwork(id)).toHaveLength(1);
  });

  it('keeps a chosen picture through rescans', async () => {
    const entry = entryOf({ title: 'Chosen' });
    const files = ['/m/a.jpg', '/m/b.jpg'].map(
      (location) => ({ kind: 'poster', source: 'file', location, provider: 'file' }) as const,
    );
    const [applied] = await catalog.apply({ ...entry, pictures: files });
    const second = (await catalog.service.artwork(applied!.itemId)).find(({ selected }) => !selected)!;
    await catalog.service.selectArtwork(applied!.itemId, second.id);
    await catalog.apply({ ...entry, pictures: files });
    expect((await detail(catalog, applied!.itemId)).poster!.id).toBe(second.id);
    expect((await catalog.service.artwork(applied!.itemId))[0]).toMatchObject({
      id: second.id,
      selected: true,
      locked: true,
    });
  });

  it('stores text that a database could choke on', async () => {
    const title = `a\0b ${'\ud800'} '; drop table media_items; -- "%_\\`;
    const [id] = await catalog.add({
      title,
      overview: 'x'.repeat(50_000),
      credits: [{ name: `O'Brien "Bob" {x,\\}`, role: 'actor' }],
    });
    const item = await detail(catalog, id!);
    expect(item.title).toBe(`ab \ufffd '; drop table media_items; -- "%_\\`);
    expect(item.cast[0]!.person.name).toBe(`O'Brien "Bob" {x,\\}`);
    expect((await catalog.apply(entryOf({ title }))).map(({ created }) => created)).toEqual([false]);
  });
});
