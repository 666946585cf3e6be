import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createTestCatalog, entryOf, viewer } from './catalog.testing.ts';
import type { TestCatalog } from './catalog.testing.ts';
import type { ItemFilter } from './item-filter.ts';

const films = [
  {
    title: 'The Amber Sea',
    year: 1990,
    rating: 80,
    genres: ['Drama'],
    releaseDate: '1990-05-01',
    runtimeMs: 6_000_000,
  },
  {
    title: 'Blue Harbour',
    year: 2005,
    rating: 55,
    genres: ['Comedy', 'Drama'],
    credits: [{ name: 'Ana Kovač', role: 'actor' }],
  },
  { title: 'Copper 10', year: 2010, rating: 70, genres: ['Action'], categories: ['Classics'], sources: ['Disc'] },
  { title: 'Copper 2', year: 2003, genres: ['Action'] },
  { title: '1000 Nights', rating: 20, overview: 'A tale of the harbour.' },
  { title: 'Ночь', originalTitle: 'The Night', year: 1977, rating: 91 },
];

describe.each(testDialects)('item list on %s', (dialect) => {
  let catalog: TestCatalog;
  let ids: number[];
  const titles = async (filter: ItemFilter, page = 1, pageSize = 50): Promise<string[]> =>
    (await catalog.service.list(filter, { page, pageSize }, viewer)).items.map(({ title }) => title);

  beforeAll(async () => {
    catalog = await createTestCatalog(dialect);
    ids = await catalog.add(...films);
    catalog.files.set(ids[3]!, { resolution: '720p' });
    const { database } = catalog.db;
    await database.insert('libraries', [{ id: 1, name: 'Films', type: 'movies', created_at: 1, updated_at: 1 }]);
    catalog.files.set(ids[0]!, { libraryIds: [1] });
    await catalog.recount(ids[0]!, ids[3]!);
    await catalog.apply(entryOf({ title: 'Wanted', year: 2020 }), entryOf({ type: 'game', title: 'A Game' }));
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Zebra Tales', year: 2011 }));
    const [episode] = await catalog.apply({
      showId: show!.itemId,
      ...entryOf({ type: 'episode', title: 'Pilot', season: 1, episode: 1 }),
    });
    await catalog.recount(episode!.itemId);
  });
  afterAll(() => catalog.remove());

  it('lists films and shows with files by title, signs first', async () => {
    const page = await catalog.service.list({}, { page: 1, pageSize: 20 }, viewer);
    expect(page.items.map(({ title }) => title)).toEqual([
      '1000 Nights',
      'The Amber Sea',
      'Blue Harbour',
      'Copper 2',
      'Copper 10',
      'Zebra Tales',
      'Ночь',
    ]);
    expect(page).toMatchObject({ page: 1, pageSize: 20, total: 7 });
  });

  it('pages without losing or repeating a title', async () => {
    const all = await titles({});
    expect([...(await titles({}, 1, 3)), ...(await titles({}, 2, 3)), ...(await titles({}, 3, 3))]).toEqual(all);
    expect(await titles({}, 9, 3)).toEqual([]);
  });

  it.each([
    [
      { sort: 'year' },
      ['Zebra Tales', 'Copper 10', 'Blue Harbour', 'Copper 2', 'The Amber Sea', 'Ночь', '1000 Nights'],
    ],
    [
      { sort: 'year', order: 'asc' },
      ['Ночь', 'The Amber Sea', 'Copper 2', 'Blue Harbour', 'Copper 10', 'Zebra Tales', '1000 Nights'],
    ],
    [
      { sort: 'rating', type: ['movie'] },
      ['Ночь', 'The Amber Sea', 'Copper 10', 'Blue Harbour', '1000 Nights', 'Copper 2'],
    ],
    [{ sort: 'title', order: 'desc', type: ['movie'], yearFrom: 2000 }, ['Copper 10', 'Copper 2', 'Blue Harbour']],
  ] as [ItemFilter, string[]][])('sorts by %o, what has no value last', async (filter, expected) => {
    expect(await titles(filter)).toEqual(expected);
  });

  it.each([
    [{ type: ['show'] }, ['Zebra Tales']],
    [{ type: ['episode'] }, ['Pilot']],
    [{ type: ['game'], includeMissing: true }, ['A Game']],
    [{ genre: ['drama'] }, ['The Amber Sea', 'Blue Harbour']],
    [{ genre: ['drama', 'ACTION'] }, ['The Amber Sea', 'Blue Harbour', 'Copper 2', 'Copper 10']],
    [{ genre: ['action'], category: ['classics'] }, ['Copper 10']],
    [{ source: ['disc'] }, ['Copper 10']],
    [{ cast: 'ana kovac' }, ['Blue Harbour']],
    [{ cast: 'nobody' }, []],
    [{ yearFrom: 2003, yearTo: 2005 }, ['Blue Harbour', 'Copper 2']],
    [{ ratingFrom: 80 }, ['The Amber Sea', 'Ночь']],
    [{ resolution: ['720p'] }, ['Copper 2']],
    [{ initial: 'c' }, ['Copper 2', 'Copper 10']],
    [{ initial: '#' }, ['1000 Nights']],
    [{ initial: 'н' }, ['Ночь']],
    [{ libraryId: 1 }, ['The Amber Sea']],
    [{ libraryId: 2 }, []],
    [{ query: 'harbour' }, ['1000 Nights', 'Blue Harbour']],
    [{ query: 'kovač' }, ['Blue Harbour']],
    [{ query: 'night ночь' }, ['Ночь']],
    [{ query: 'harbour tale' }, ['1000 Nights']],
    [{ query: 'tale harb night' }, []],
    [{ query: 'amber nights' }, []],
    [{ query: 'НОЧЬ' }, ['Ночь']],
    [{ query: 'bl' }, ['Blue Harbour']],
    [{ query: `" OR 1=1 --` }, []],
    [{ includeMissing: true, yearFrom: 2020 }, ['Wanted']],
  ] as [ItemFilter, string[]][])('filters by %o', async (filter, expected) => {
    expect(await titles(filter)).toEqual(expected);
  });

  it('knows what the account did', async () => {
    const state = { positionMs: 0, durationMs: 10, played: true, playCount: 1, lastPlayedAt: null };
    catalog.states.set(ids[0]!, state);
    catalog.states.set(ids[1]!, { ...state, played: false, positionMs: 5 });
    expect(await titles({ watched: 'watched' })).toEqual(['The Amber Sea']);
    expect(await titles({ watched: 'inProgress' })).toEqual(['Blue Harbour']);
    expect(await titles({ watched: 'unwatched' })).not.toContain('The Amber Sea');
    const { items } = await catalog.service.list({ initial: 'A' }, { page: 1, pageSize: 5 }, viewer);
    expect(items[0]!.state).toEqual(state);
    catalog.states.clear();
  });

  it('shows a change at once', async () => {
    const [id] = await catalog.add({ title: 'Quick', year: 2024 });
    expect(await titles({ initial: 'Q' })).toEqual(['Quick']);
    await catalog.service.edit(id!, { title: 'Quiet' });
    expect(await titles({ initial: 'Q' })).toEqual(['Quiet']);
    catalog.files.set(id!, { fileCount: 0 });
    await catalog.recount(id!);
    await catalog.service.remove(id!);
    expect(await titles({ initial: 'Q' })).toEqual([]);
  });

  it('counts facets under the filter, with offsets for the rail', async () => {
    const facets = await catalog.service.facets({ type: ['movie'] }, viewer);
    expect(facets.total).toBe(6);
    expect(facets.initials).toEqual([
      { initial: '#', count: 1, offset: 0 },
      { initial: 'A', count: 1, offset: 1 },
      { initial: 'B', count: 1, offset: 2 },
      { initial: 'C', count: 2, offset: 3 },
      { initial: 'Н', count: 1, offset: 5 },
    ]);
    expect(facets.genres).toEqual([
      { name: 'Action', count: 2 },
      { name: 'Drama', count: 2 },
      { name: 'Comedy', count: 1 },
    ]);
    expect(facets.resolutions).toEqual([
      { resolution: '1080p', count: 5 },
      { resolution: '720p', count: 1 },
    ]);
    expect(facets.years.map(({ year }) => year)).toEqual([2010, 2005, 2003, 1990, 1977]);
    expect((await catalog.service.facets({ genre: ['Comedy'] }, viewer)).genres).toEqual([
      { name: 'Comedy', count: 1 },
      { name: 'Drama', count: 1 },
    ]);
  });

  it('hears of changes that another process made', async () => {
    await titles({ initial: 'X' });
    const other = catalog.store;
    await catalog.db.database.transaction(async (queries) => {
      const applied = await other.applyBatch(queries, [entryOf({ title: 'Xylophone' })]);
      await other.refreshFiles(
        queries,
        applied.map(({ itemId }) => itemId),
      );
    });
    await expect.poll(() => titles({ initial: 'X' }), { timeout: 5000 }).toEqual(['Xylophone']);
  });
});
