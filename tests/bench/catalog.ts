import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { createCatalogService, type CatalogService } from '../../core/src/domains/catalog/catalog.service.ts';
import { createCatalogStore } from '../../core/src/domains/catalog/catalog-store.ts';
import type { ItemFilter } from '../../core/src/domains/catalog/item-filter.ts';
import { fileSummaries } from '../../core/src/domains/library/file-reader.ts';
import { PlayStateStore } from '../../core/src/domains/tracking/play-state-store.ts';
import { TrackingService } from '../../core/src/domains/tracking/tracking.service.ts';
import type { Database } from '../../core/src/kernel/database/database.ts';
import { openDatabase } from '../../core/src/kernel/database/open-database.ts';
import { createEventBus } from '../../core/src/kernel/events/create-event-bus.ts';
import { silentLogger } from '../../core/src/kernel/log/logger.ts';
import { genres } from '../harness/catalogue-entries.ts';
import { fillCatalogue } from '../harness/catalogue.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, startPostgres } from '../harness/postgres.ts';
import { programs } from '../harness/programs.ts';
import { Random } from '../harness/random.ts';
import { grouped, milliseconds, percentile, type Bench, type Row } from './bench.ts';

const films = 86_000;
const shows = 1_150;
const episodesPerShow = 10;
const migrationsDir = path.join(import.meta.dirname, '../../migrations');
const accounts = Array.from({ length: 8 }, () => randomUUID());

/** The catalogue on a database, with real play states and no files. */
function openCatalog(database: Database): CatalogService {
  const events = createEventBus(silentLogger());
  const store = createCatalogStore({ files: fileSummaries, keepers: [] });
  const tracking: TrackingService = new TrackingService({
    store: new PlayStateStore(database),
    catalog: {
      places: (ids) => service.places(ids),
      episodesOf: (ids) => service.episodesOf(ids),
      cards: (ids, accountId) => service.cards(ids, accountId),
      recentlyAdded: (accountId, limit) => service.recentlyAdded(accountId, limit),
      counts: () => service.counts(),
    },
    events,
    rulesFor: async () => ({}) as never,
  });
  const service = createCatalogService({
    database,
    store,
    events,
    states: tracking,
    files: { filesOf: async () => new Map() },
    present: async (detail) => detail,
    refresh: async () => ({ jobId: '' }),
    pictureBase: '/api/v1/pictures',
  });
  return service;
}

function listQueries(count: number): [ItemFilter, number][] {
  const random = new Random(5);
  const chance = (percent: number): boolean => random.below(100) < percent;
  return Array.from({ length: count }, () => [
    {
      sort: random.pick(['title', 'added', 'year', 'rating', 'runtime', 'released'] as const),
      order: random.pick(['asc', 'desc'] as const),
      ...(chance(50) && { type: random.pick([['movie'], ['show'], ['movie', 'show']] as const).slice() }),
      ...(chance(30) && { genre: [random.pick(genres)] }),
      ...(chance(20) && { yearFrom: 1940 + random.below(80) }),
      ...(chance(15) && { ratingFrom: random.below(90) }),
      ...(chance(10) && { watched: random.pick(['watched', 'unwatched', 'inProgress'] as const) }),
    },
    1 + random.below(chance(60) ? 5 : chance(75) ? 100 : 2000),
  ]);
}

const searches = [
  'the',
  't',
  'ri',
  'harbour',
  'silent har',
  'lantern',
  '静',
  '静か',
  'гавань',
  'الميناء',
  '조용한',
  'kowal',
  'golden',
  'q',
  'meadow 99',
  'zzzz',
  'ember 10',
  'oublie',
];

/** Milliseconds of each call, and how many came a second. */
async function timed(count: number, call: (index: number) => Promise<unknown>): Promise<string> {
  const samples: number[] = [];
  const begun = performance.now();
  for (let index = 0; index < count; index += 1) {
    const since = performance.now();
    await call(index);
    samples.push(performance.now() - since);
  }
  const rate = count / ((performance.now() - begun) / 1000);
  return `${grouped(rate)}/s, p50 ${milliseconds(percentile(samples, 0.5))}, p99 ${milliseconds(percentile(samples, 0.99))}`;
}

async function measure(name: string, database: Database, say: (line: string) => void): Promise<Row[]> {
  await database.insert(
    'accounts',
    accounts.map((id) => ({
      id,
      name: id,
      folded_name: id,
      display_name: id,
      role: 'user',
      created_at: 1,
      updated_at: 1,
    })),
  );
  say(`${name}: storing ${grouped(films)} films with ten people each …`);
  const size = { movies: films, shows, episodesPerShow, cast: 9, pictures: true };
  const perFilm = (await fillCatalogue(database, size)).moviesMs / films;
  const catalog = openCatalog(database);
  const queries = listQueries(2000);
  const list = (index: number): Promise<unknown> => {
    const [filter, page] = queries[index % queries.length]!;
    return catalog.list(filter, { page, pageSize: 20 }, accounts[index % accounts.length]!);
  };
  const rows: Row[] = [
    {
      what: `${name}: films stored, with NFO of ten people`,
      ours: `${grouped(1000 / perFilm)}/s, ${perFilm.toFixed(2)} ms each`,
      aim: '0.25 ms',
    },
    { what: `${name}: list of 20 of 100,000, every one another, without HTTP`, ours: await timed(2000, list) },
    { what: `${name}: list of 20, repeated`, ours: await timed(10_000, list) },
    { what: `${name}: facets, first time`, ours: await timed(1, () => catalog.facets({}, accounts[0]!)) },
    {
      what: `${name}: search`,
      ours: await timed(1000, (index) =>
        catalog.search(`${searches[index % searches.length]!}${index % 3 ? '' : index % 10}`, 10, accounts[0]!),
      ),
      aim: 'p99 25 ms',
    },
  ];
  catalog.close();
  return rows;
}

async function run(say: (line: string) => void): Promise<Row[]> {
  const dataDir = temporaryFolder('vitascope-bench-catalog');
  const options = { dataDir, migrationsDir, logger: silentLogger() };
  try {
    const sqlite = await openDatabase(options);
    const rows = await measure('SQLite', sqlite, say).finally(() => sqlite.close());
    if (!programs.postgresql.find())
      return [...rows, { what: 'PostgreSQL', ours: 'not measured: PostgreSQL is missing' }];
    const cluster = await startPostgres();
    try {
      const postgresql = await openDatabase({ ...options, url: createDatabase(cluster.url).url });
      return [...rows, ...(await measure('PostgreSQL', postgresql, say).finally(() => postgresql.close()))];
    } finally {
      await cluster.remove();
    }
  } finally {
    removeFolder(dataDir);
  }
}

export const catalog: Bench = { name: 'catalog', title: 'The catalogue on both databases', run };
