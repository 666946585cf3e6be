import type { MediaData } from '@vitascope/sdk';
import type { Database } from '../../core/src/kernel/database/database.ts';
import { createCatalogStore } from '../../core/src/domains/catalog/catalog-store.ts';
import type { CatalogEntry } from '../../core/src/domains/catalog/catalog-entry.ts';
import type { FileSummaries } from '../../core/src/domains/catalog/ports.ts';

/** The same numbers in every run. */
export function createDice(seed = 1): (sides: number) => number {
  let state = seed;
  return (sides) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >> 8) % sides;
  };
}

const words =
  'time river shadow garden night storm light winter the a of and lost crown silver road letter house city mother golden island bridge summer fire ghost train sea mountain broken dream silent king queen little great empire voyage stranger harbour copper lantern meadow northern orchard paper quiet rain salt tide upper valley whisper yellow'.split(
    ' ',
  );
const scripts = ['夜の海', '千の風', 'ночь и море', 'зимний сад', 'نهر الليل', 'η νύχτα', '밤의 강'];
export const genres = [
  'Drama',
  'Comedy',
  'Action',
  'Horror',
  'Crime',
  'Romance',
  'Thriller',
  'Science Fiction',
  'Family',
  'History',
];
const syllables = 'ka re mi to lan ber so vi na du el or tam is pe lu han mor ti sa'.split(' ');

const pick = <T>(dice: (sides: number) => number, from: readonly T[]): T => from[dice(from.length)]!;
const text = (dice: (sides: number) => number, length: number): string =>
  Array.from({ length }, () => pick(dice, words)).join(' ');
const name = (dice: (sides: number) => number): string => {
  const part = (): string => Array.from({ length: 2 + dice(2) }, () => pick(dice, syllables)).join('');
  return `${part()} ${part()}`.replaceAll(/\b\w/g, (letter) => letter.toUpperCase());
};

/** A film as an NFO describes it: a description, ten people, ids, pictures. */
export function filmEntry(dice: (sides: number) => number, number: number): CatalogEntry {
  const title = dice(20) === 0 ? `${pick(dice, scripts)} ${number}` : `${text(dice, 1 + dice(4))} ${number}`;
  const data: MediaData = {
    type: 'movie',
    title,
    year: 1930 + dice(96),
    overview: text(dice, 50),
    rating: dice(101),
    runtimeMs: (60 + dice(120)) * 60_000,
    ids: { tmdb: String(number) },
    genres: [pick(dice, genres), pick(dice, genres)],
    studios: [`Studio ${dice(50)}`],
    credits: Array.from({ length: 10 }, (_, index) => ({
      name: name(dice),
      role: index === 0 ? 'director' : 'actor',
      character: index === 0 ? '' : text(dice, 1),
    })),
  };
  return {
    sources: [{ provider: 'nfo', data }],
    pictures: (['poster', 'backdrop'] as const).map((kind) => ({
      kind,
      source: 'file',
      location: `/media/${number}/${kind}.jpg`,
      provider: 'file',
      version: '1',
      width: 1000,
      height: 1500,
    })),
  };
}

const resolutions = ['480p', '720p', '1080p', '1080p', '2160p'];

/** Every title has a file. */
export const everythingPresent: FileSummaries = {
  async summarise(_queries, itemIds) {
    return new Map(
      itemIds.map((id) => [
        id,
        {
          fileCount: 1,
          resolution: resolutions[id % 5]!,
          durationMs: 5_400_000,
          addedAt: 1_700_000_000_000 + id,
          libraryIds: [],
        },
      ]),
    );
  },
};

/** Fills a catalogue; milliseconds a film, spent on storing alone. */
export async function fillCatalog(database: Database, films: number, shows: number): Promise<number> {
  const store = createCatalogStore({ files: everythingPresent, keepers: [] });
  const dice = createDice();
  let spent = 0;
  for (let begin = 0; begin < films; begin += 300) {
    const entries = Array.from({ length: Math.min(300, films - begin) }, (_, index) => filmEntry(dice, begin + index));
    const started = performance.now();
    await database.transaction(async (queries) => {
      const applied = await store.applyBatch(queries, entries);
      await store.refreshFiles(
        queries,
        applied.map(({ itemId }) => itemId),
      );
    });
    spent += performance.now() - started;
  }
  for (let begin = 0; begin < shows; begin += 50) {
    await database.transaction(async (queries) => {
      const made = await store.applyBatch(
        queries,
        Array.from({ length: 50 }, (_, index) => ({
          sources: [
            {
              provider: 'nfo',
              data: { type: 'show', title: `${text(dice, 3)} show ${begin + index}`, year: 1990 + dice(35) },
            },
          ],
        })),
      );
      const episodes = made.flatMap(({ itemId }) =>
        Array.from({ length: 10 }, (_, index): CatalogEntry => ({
          showId: itemId,
          sources: [
            {
              provider: 'nfo',
              data: { type: 'episode', title: text(dice, 3), season: 1 + (index > 4 ? 1 : 0), episode: index % 5 },
            },
          ],
        })),
      );
      const applied = await store.applyBatch(queries, episodes);
      await store.refreshFiles(
        queries,
        applied.map(({ itemId }) => itemId),
      );
    });
  }
  return spent / films;
}
