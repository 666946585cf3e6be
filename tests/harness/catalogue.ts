import { createCatalogStore } from '../../core/src/domains/catalog/catalog-store.ts';
import type { CatalogEntry } from '../../core/src/domains/catalog/catalog-entry.ts';
import type { FileSummaries } from '../../core/src/domains/catalog/ports.ts';
import type { Database } from '../../core/src/kernel/database/database.ts';
import { openDatabase } from '../../core/src/kernel/database/open-database.ts';
import { silentLogger } from '../../core/src/kernel/log/logger.ts';
import path from 'node:path';
import { Random } from './random.ts';

export interface CatalogueSize {
  movies: number;
  shows: number;
  /** Spread over seasons of ten. */
  episodesPerShow: number;
}

export interface SeedOptions extends CatalogueSize {
  dataDir: string;
  databaseUrl?: string | undefined;
}

/** Words that titles, names and descriptions are made of; several scripts, as libraries have them. */
const nouns = 'Harbour Lantern Orchard Compass Glacier Meadow Cathedral Engine Sparrow Canyon Telegraph Monsoon Violin Anchor Prairie Citadel Ember Quarry Lagoon Vertigo Bramble Kestrel Obsidian Paper'.split(' '); // prettier-ignore
const adjectives = 'Silent Crooked Golden Distant Hollow Restless Second Burning Northern Forgotten Electric Patient Velvet Broken Lucky Endless Frozen Scarlet Wandering Quiet'.split(' '); // prettier-ignore
const foreign = [
  'Тихая гавань',
  '静かな港',
  '조용한 항구',
  'Das stille Ufer',
  'Le Phare oublié',
  'الميناء الهادئ',
  'Cichy port',
  '金色の庭',
];
const firstNames = 'Ada Bruno Carmen Dmitri Elif Farid Greta Hiro Inés Jonas Keiko Lars Mina Nadia Oskar Priya Quentin Rosa Sven Tariq Uma Viktor Wanda Yusuf'.split(' '); // prettier-ignore
const lastNames = 'Abara Bergström Castillo Dubois Eriksen Ferreira Grünwald Hashimoto Ivanova Jansen Kowalski Lindqvist Moreau Novák Okafor Petrov Quispe Rossi Schneider Tanaka'.split(' '); // prettier-ignore
export const genres = 'Action Adventure Animation Comedy Crime Documentary Drama Family Fantasy History Horror Music Mystery Romance Thriller War Western'.split(' '); // prettier-ignore
const resolutions = ['480p', '720p', '1080p', '1080p', '1080p', '4K'];

/** A title that occurs once: its number is part of it. */
export function seedTitle(random: Random, number: number): string {
  const name = random.next() < 0.04 ? random.pick(foreign) : `${random.pick(adjectives)} ${random.pick(nouns)}`;
  const joined = random.next() < 0.3 ? `${name} of the ${random.pick(nouns)}` : name;
  return `${random.next() < 0.2 ? 'The ' : ''}${joined} ${number}`;
}

const overview = (random: Random): string =>
  Array.from({ length: 24 + random.below(30) }, () =>
    random.pick(random.next() < 0.5 ? nouns : adjectives).toLowerCase(),
  ).join(' ');
const person = (random: Random): string => `${random.pick(firstNames)} ${random.pick(lastNames)} ${random.below(60)}`;

function describe(random: Random, type: 'movie' | 'show', number: number): CatalogEntry {
  const year = 1930 + random.below(96);
  const cast = Array.from({ length: 4 }, () => ({
    name: person(random),
    role: 'actor',
    character: random.pick(firstNames),
  }));
  const data = {
    type,
    title: seedTitle(random, number),
    year,
    releaseDate: `${year}-0${1 + random.below(9)}-1${random.below(10)}`,
    overview: overview(random),
    rating: random.below(1000) / 10,
    runtimeMs: (60 + random.below(120)) * 60_000,
    ids: { tmdb: `${type}-${number}` },
    genres: random.some(genres, 1 + random.below(3)),
    credits: [...cast, { name: person(random), role: 'director' }],
  };
  return { create: true, addedAt: addedAt(random), sources: [{ provider: 'seed', data }] };
}

const addedAt = (random: Random): number =>
  Date.UTC(2022, 0, 1) + random.below(1_400) * 86_400_000 + random.below(86_400_000);

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
          addedAt: addedAt(random),
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
    return await fill(database, options);
  } finally {
    await database.close();
  }
}

async function fill(database: Database, { movies, shows, episodesPerShow }: CatalogueSize): Promise<number> {
  const random = new Random(7);
  const now = Date.now();
  const row = {
    name: 'Seeded',
    type: 'mixed',
    settings: '{"watch":false}',
    managed_by: 'ui',
    created_at: now,
    updated_at: now,
  };
  const [libraryId = 0] = await database.insert('libraries', [row], { returning: 'id' });
  const store = createCatalogStore({ files: summariesOf(libraryId, random), keepers: [] });
  const apply = async (entries: readonly CatalogEntry[]): Promise<number[]> => {
    const ids: number[] = [];
    for (let at = 0; at < entries.length; at += batchSize) {
      await database.transaction(async (queries) => {
        const applied = await store.applyBatch(queries, entries.slice(at, at + batchSize));
        ids.push(...applied.map((entry) => entry.itemId));
        await store.refreshFiles(queries, ids.slice(at));
      });
    }
    return ids;
  };
  await apply(Array.from({ length: movies }, (_, number) => describe(random, 'movie', number)));
  const showIds = await apply(Array.from({ length: shows }, (_, number) => describe(random, 'show', number)));
  await apply(
    showIds.flatMap((showId) =>
      Array.from({ length: episodesPerShow }, (_, number) => episode(showId, number, random)),
    ),
  );
  return (await database.first<{ count: number }>('select count(*) as count from media_items'))?.count ?? 0;
}

function episode(showId: number, number: number, random: Random): CatalogEntry {
  const place = { season: 1 + Math.floor(number / 10), episode: 1 + (number % 10) };
  const data = { type: 'episode' as const, title: seedTitle(random, number), ...place, overview: overview(random) };
  return { showId, addedAt: addedAt(random), sources: [{ provider: 'seed', data }] };
}
