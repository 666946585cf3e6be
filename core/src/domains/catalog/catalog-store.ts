import type { ExternalIds } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import { chooseArtwork } from './artwork-choice.ts';
import { storeArtwork } from './artwork-store.ts';
import type { AppliedEntry, CatalogEntry, StoredType } from './catalog-entry.ts';
import { storeCredits } from './credit-store.ts';
import { refreshFileCounts } from './file-counts.ts';
import { findByIds, findByTitle, findNumbered, numberedKey } from './item-finder.ts';
import type { FoundItem, TitleQuestion } from './item-finder.ts';
import { planBatch } from './item-plan.ts';
import { removeItems, removeTitlesWithoutFiles } from './item-removal.ts';
import { storeItems } from './item-store.ts';
import type { StoredItem } from './item-store.ts';
import type { FileSummaries, ItemKeeper } from './ports.ts';
import { beginCatalogChange } from './revision.ts';
import { indexItems } from './search-index.ts';
import { storeTerms, termFields } from './term-store.ts';
import { storable } from '../../kernel/database/sql-fragment.ts';

export interface CatalogStoreOptions {
  files: FileSummaries;
  /** Who may hold titles that lost their files. */
  keepers: readonly ItemKeeper[];
  clock?: () => number;
}

/**
 * Writes and finds titles; works in the server and in the scan's own process. Everything that writes wants the queries of an open
 * transaction, so that the caller's files and these titles are stored together or not at all.
 */
export interface CatalogStore {
  /**
   * Stores many titles with people, terms, ids and pictures in few statements; one answer for each entry, in order. Entries of the
   * same title become one. Episodes need `showId`; their seasons are made.
   */
  applyBatch(queries: Queries, entries: readonly CatalogEntry[]): Promise<AppliedEntry[]>;
  findByIds(queries: Queries, type: StoredType, ids: ExternalIds): Promise<number | undefined>;
  /** Titles of the same name, those of the nearest year first; `tolerance` is in years, 1 unless told. */
  findByTitle(
    queries: Queries,
    question: TitleQuestion & { year?: number | undefined; tolerance?: number },
  ): Promise<FoundItem[]>;
  /** Finds or makes a season. */
  season(queries: Queries, showId: number, number: number): Promise<number>;
  /** Finds or makes an episode and its season. */
  episode(queries: Queries, showId: number, season: number, number: number): Promise<number>;
  /** Brings counts, resolution, running time and libraries of items, their seasons and shows up to date after files changed. */
  refreshFiles(queries: Queries, itemIds: readonly number[]): Promise<void>;
  /** Forgets titles that lost their last file where nothing else keeps them; answers which. Refresh their files first. */
  removeWithoutFiles(queries: Queries, itemIds: readonly number[]): Promise<number[]>;
  /** Forgets titles whatever they have, with their seasons and episodes. */
  remove(queries: Queries, itemIds: readonly number[]): Promise<number[]>;
}

export function createCatalogStore({ files, keepers, clock = Date.now }: CatalogStoreOptions): CatalogStore {
  const applyBatch = async (queries: Queries, entries: readonly CatalogEntry[]): Promise<AppliedEntry[]> => {
    if (entries.length === 0) return [];
    await beginCatalogChange(queries);
    return applyEntries(queries, entries, clock());
  };
  const numbered = async (queries: Queries, showId: number, season: number, episode?: number): Promise<number> => {
    const type = episode === undefined ? 'season' : 'episode';
    const known = (await findNumbered(queries, type, [showId])).get(numberedKey(showId, season, episode));
    if (known !== undefined) return known;
    const data = { type, title: '', season, ...(episode !== undefined && { episode }) } as const;
    const [applied] = await applyBatch(queries, [{ showId, sources: [{ provider: 'name', data }] }]);
    return applied!.itemId;
  };
  return {
    applyBatch,
    findByIds,
    findByTitle,
    season: (queries, showId, number) => numbered(queries, showId, number),
    episode: (queries, showId, season, number) => numbered(queries, showId, season, number),
    async refreshFiles(queries, itemIds) {
      if (itemIds.length === 0) return;
      await beginCatalogChange(queries);
      await refreshFileCounts(queries, files, itemIds);
    },
    async removeWithoutFiles(queries, itemIds) {
      if (itemIds.length === 0) return [];
      await beginCatalogChange(queries);
      return removeTitlesWithoutFiles(queries, keepers, itemIds);
    },
    async remove(queries, itemIds) {
      await beginCatalogChange(queries);
      return removeItems(queries, itemIds);
    },
  };
}

async function applyEntries(queries: Queries, entries: readonly CatalogEntry[], now: number): Promise<AppliedEntry[]> {
  const { plans, placeOf } = await planBatch(queries, entries, now);
  const episodes = plans.filter(({ type, showId }) => type === 'episode' && showId !== null);
  const seasons = await ensureSeasons(
    queries,
    episodes.map(({ showId, season }) => [showId!, season!]),
    now,
  );
  for (const plan of episodes) plan.parentId = seasons.get(numberedKey(plan.showId!, plan.season!, null))!;
  const stored = await storeItems(queries, plans, now);
  const changed = await storeBelongings(queries, stored, now);
  return placeOf.map((place) => {
    const item = stored[place]!;
    return { itemId: item.id, created: item.isNew, changed: item.isNew || item.merged.changed || changed.has(item.id) };
  });
}

async function ensureSeasons(
  queries: Queries,
  wanted: readonly [number, number][],
  now: number,
): Promise<Map<string, number>> {
  if (wanted.length === 0) return new Map();
  const known = await findNumbered(
    queries,
    'season',
    wanted.map(([showId]) => showId),
  );
  const missing = new Map(wanted.map(([showId, season]) => [numberedKey(showId, season, null), { showId, season }]));
  for (const key of known.keys()) missing.delete(key);
  const entries = [...missing.values()].map(({ showId, season }): CatalogEntry => ({
    showId,
    sources: [{ provider: 'name', data: { type: 'season', title: '', season } }],
  }));
  const applied = entries.length === 0 ? [] : await applyEntries(queries, entries, now);
  [...missing.keys()].forEach((key, index) => known.set(key, applied[index]!.itemId));
  return known;
}

/** Everything that lies in other tables; says which titles it changed. */
async function storeBelongings(queries: Queries, stored: readonly StoredItem[], now: number): Promise<Set<number>> {
  await storeExternalIds(queries, stored);
  const terms = await storeTerms(
    queries,
    stored.map(({ id, isNew, merged }) => ({
      itemId: id,
      isNew,
      lists: Object.fromEntries(
        termFields.flatMap((field) => (merged.lists[field] ? [[field, merged.lists[field]]] : [])),
      ),
    })),
  );
  const credits = await storeCredits(
    queries,
    stored.flatMap(({ id, isNew, merged }) =>
      merged.lists.credits ? [{ itemId: id, isNew, credits: merged.lists.credits }] : [],
    ),
    now,
  );
  const artwork = await storeArtwork(
    queries,
    stored.map(({ id, isNew, plan }) => ({ itemId: id, isNew, files: plan.pictures, sources: plan.sources })),
    now,
  );
  await chooseArtwork(queries, [...artwork]);
  await indexStored(queries, stored);
  return terms.union(credits).union(artwork);
}

async function storeExternalIds(queries: Queries, stored: readonly StoredItem[]): Promise<void> {
  const rows = stored.flatMap(({ id, merged }) =>
    Object.entries(merged.lists.ids ?? {}).flatMap(([provider, value]) =>
      value ? [{ item_id: id, provider, value: storable(value) }] : [],
    ),
  );
  await queries.insert('media_external_ids', rows, {
    onConflict: { columns: ['item_id', 'provider'], update: ['value'] },
  });
}

async function indexStored(queries: Queries, stored: readonly StoredItem[]): Promise<void> {
  const searched = ({ id, merged: { columns } }: StoredItem) => ({
    id,
    title: String(columns.title),
    originalTitle: (columns.original_title ?? null) as string | null,
    overview: String(columns.overview ?? ''),
  });
  await indexItems(queries, stored.filter(({ isNew }) => isNew).map(searched), true);
  await indexItems(queries, stored.filter(({ isNew, merged }) => !isNew && merged.textChanged).map(searched));
}
