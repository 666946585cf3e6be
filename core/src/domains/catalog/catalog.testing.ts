import type { MediaData } from '@vitascope/sdk';
import { createTestDatabase } from '../../kernel/database/database.testing.ts';
import type { TestDatabase } from '../../kernel/database/database.testing.ts';
import type { Dialect } from '../../kernel/database/database.ts';
import { createEventBus } from '../../kernel/events/create-event-bus.ts';
import { silentLogger } from '../../kernel/log/logger.ts';
import type { AppliedEntry, CatalogEntry } from './catalog-entry.ts';
import { createCatalogStore } from './catalog-store.ts';
import type { CatalogStore } from './catalog-store.ts';
import { createCatalogService } from './catalog.service.ts';
import type { CatalogService } from './catalog.service.ts';
import type { FileSummary, PlayState } from './ports.ts';

/** A catalogue on a database of its own, with the neighbours it needs kept in memory. */
export interface TestCatalog {
  db: TestDatabase;
  store: CatalogStore;
  service: CatalogService;
  /** What files of an item add up to; a present file unless set here. */
  files: Map<number, Partial<FileSummary>>;
  /** Titles that somebody holds. */
  held: Set<number>;
  /** States of the account `viewer`. */
  states: Map<number, PlayState>;
  apply(...entries: CatalogEntry[]): Promise<AppliedEntry[]>;
  /** Stores titles with files; their ids. */
  add(...titles: Partial<MediaData>[]): Promise<number[]>;
  /** Counts files anew. */
  recount(...itemIds: number[]): Promise<void>;
  remove(): Promise<void>;
}

export const viewer = '01890a5d-ac96-774b-bcce-b302099a8057';

export const entryOf = (data: Partial<MediaData>, provider = 'nfo'): CatalogEntry => ({
  sources: [{ provider, data: { type: 'movie', title: 'Untitled', ...data } }],
});

export async function createTestCatalog(dialect: Dialect): Promise<TestCatalog> {
  const db = await createTestDatabase(dialect);
  const { database } = db;
  const files = new Map<number, Partial<FileSummary>>();
  const held = new Set<number>();
  const states = new Map<number, PlayState>();
  let revision = 0;
  const summary: FileSummary = {
    fileCount: 1,
    resolution: '1080p',
    durationMs: 5_400_000,
    addedAt: 1_000,
    libraryIds: [],
  };
  const store = createCatalogStore({
    files: {
      summarise: async (_, itemIds) => new Map(itemIds.map((id) => [id, { ...summary, ...files.get(id) }])),
    },
    keepers: [{ kept: async () => held }],
  });
  const service = createCatalogService({
    database,
    store,
    events: createEventBus(silentLogger()),
    states: {
      statesFor: async (_, itemIds) => new Map([...states].filter(([id]) => itemIds.includes(id))),
      watchedCondition: (_, kind) => {
        const ids = [...states]
          .filter(([, state]) => (kind === 'inProgress' ? state.positionMs > 0 : state.played))
          .map(([id]) => id);
        return { sql: `${kind === 'unwatched' ? 'not ' : ''}(i.id in (${ids.join(',') || '0'}))`, parameters: [] };
      },
      touchedItems: () => ({
        sql: `select t.id from media_items t where t.id in (${[...states.keys()].join(',') || '0'})`,
        parameters: [],
      }),
      playTarget: async (_, [first]) =>
        first
          ? {
              itemId: first.id,
              label: 'play',
              seasonNumber: first.seasonNumber,
              episodeNumber: first.episodeNumber,
              positionMs: 0,
            }
          : null,
      revision: () => (revision += 1),
    },
    files: { filesOf: async () => new Map() },
    present: async (detail) => detail,
    refresh: async () => ({ jobId: viewer }),
    pictureBase: '/api/v1/pictures',
  });
  const recount = (...itemIds: number[]): Promise<void> =>
    database.transaction((queries) => store.refreshFiles(queries, itemIds)).finally(() => service.changed());
  const apply = (...entries: CatalogEntry[]): Promise<AppliedEntry[]> =>
    database.transaction((queries) => store.applyBatch(queries, entries)).finally(() => service.changed());
  return {
    db,
    store,
    service,
    files,
    held,
    states,
    apply,
    async add(...titles) {
      const ids = (await apply(...titles.map((data) => entryOf(data)))).map(({ itemId }) => itemId);
      await recount(...ids);
      return ids;
    },
    recount,
    async remove() {
      service.close();
      await db.remove();
    },
  };
}
