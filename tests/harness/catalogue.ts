import path from 'node:path';
import { createCatalogStore } from '../../core/src/domains/catalog/catalog-store.ts';
import type { CatalogEntry } from '../../core/src/domains/catalog/catalog-entry.ts';
import type { FileSummaries } from '../../core/src/domains/catalog/ports.ts';
import type { Database } from '../../core/src/kernel/database/database.ts';
import { openDatabase } from '../../core/src/kernel/database/open-database.ts';
import { silentLogger } from '../../core/src/kernel/log/logger.ts';
import { seedEpisode, seedInstant, seedTop, type Detail } from './catalogue-entries.ts';
import { Random } from './random.ts';

export interface CatalogueSize extends Detail {
  movies: number;
  shows: number;
  /** Spread over seasons of ten. */
  episodesPerShow: number;
}

export interface SeedOptions extends CatalogueSize {
  dataDir: string;
  databaseUrl?: string | undefined;
}

const resolutions = ['480p', '720p', '1080p', '1080p', '1080p', '4K'];

/** Files are only counted, as the lists need them; there are no rows of files. */
const summariesOf = (libraryId: number, random: Random): FileSummaries => ({
  async summarise(_queries, itemIds) {
    return new Map(
      itemIds.map((itemId) => [
        itemId,
        {
          fileCount: 1,
          resolution: random.pick(resolutions),
          durationMs: null,
          addedAt: seedInstant(random),
          libraryIds: [libraryId],
        },
      ]),
    );
  },
});

const batchSize = 500;
const repositoryMigrations = path.join(import.meta.dirname, '../../migrations');

/**
 * Fills the database of a server that is not running with a large library, through the catalogue's own store.
 * @returns the number of titles, seasons and episodes included
 */
export async function seedCatalogue(options: SeedOptions): Promise<number> {
  const { dataDir, databaseUrl: url } = options;
  const database = await openDatabase({ dataDir, url, migrationsDir: repositoryMigrations, logger: silentLogger() });
  try {
    await fillCatalogue(database, options);
    return (await database.first<{ count: number }>('select count(*) as count from media_items'))?.count ?? 0;
  } finally {
    await database.close();
  }
}

/**
 * Fills a database.
 * @returns milliseconds that storing the films took, without inventing them
 */
export async function fillCatalogue(database: Database, size: CatalogueSize): Promise<{ moviesMs: number }> {
  const random = new Random(7);
  const store = createCatalogStore({ files: summariesOf(await addLibrary(database), new Random(8)), keepers: [] });
  const storeBatch = (entries: readonly CatalogEntry[]): Promise<number[]> =>
    database.transaction(async (queries) => {
      const ids = (await store.applyBatch(queries, entries)).map(({ itemId }) => itemId);
      await store.refreshFiles(queries, ids);
      return ids;
    });
  const apply = async (count: number, make: (number: number) => CatalogEntry): Promise<Stored> => {
    const stored: Stored = { ids: [], ms: 0 };
    for (let at = 0; at < count; at += batchSize) {
      const entries = Array.from({ length: Math.min(batchSize, count - at) }, (_, index) => make(at + index));
      const began = performance.now();
      stored.ids.push(...(await storeBatch(entries)));
      stored.ms += performance.now() - began;
    }
    return stored;
  };
  const { movies, shows, episodesPerShow, cast, pictures } = size;
  const detail: Detail = { cast, pictures };
  const stored = await apply(movies, (number) => seedTop(random, { type: 'movie', number, ...detail }));
  const { ids } = await apply(shows, (number) => seedTop(random, { type: 'show', number, ...detail }));
  await apply(shows * episodesPerShow, (number) =>
    seedEpisode(random, ids[Math.floor(number / episodesPerShow)] as number, number % episodesPerShow),
  );
  return { moviesMs: stored.ms };
}

interface Stored {
  ids: number[];
  ms: number;
}

async function addLibrary(database: Database): Promise<number> {
  const now = Date.now();
  const row = {
    name: 'Seeded',
    type: 'mixed',
    settings: '{"watch":false}',
    managed_by: 'ui',
    created_at: now,
    updated_at: now,
  };
  const [id = 0] = await database.insert('libraries', [row], { returning: 'id' });
  return id;
}
