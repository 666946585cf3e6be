import type { ExternalIds } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import type { StoredType } from './catalog-entry.ts';
import { foldTitle } from './fold.ts';
import { inNumbers, inTexts } from '../../kernel/database/sql-fragment.ts';

/** An item as matching needs it. */
export interface FoundItem {
  id: number;
  type: StoredType;
  title: string;
  originalTitle: string | null;
  foldedTitle: string;
  year: number | null;
  fileCount: number;
  ids: ExternalIds;
}

interface FoundRow {
  id: number;
  type: StoredType;
  title: string;
  original_title: string | null;
  folded_title: string;
  year: number | null;
  file_count: number;
}
const foundColumns = 'i.id, i.type, i.title, i.original_title, i.folded_title, i.year, i.file_count';

/** A question for many items at once: titles of one type by their names. */
export interface TitleQuestion {
  type: StoredType;
  title: string;
}

/** Items of `type` that have one of these ids at a service, by `provider:value`. */
export async function findByExternalIds(
  queries: Queries,
  type: StoredType,
  ids: readonly ExternalIds[],
): Promise<Map<string, number>> {
  const wanted = ids.flatMap((each) => Object.entries(each).map(([provider, value]) => `${provider}:${value}`));
  if (wanted.length === 0) return new Map();
  const values = inTexts(queries.dialect, 'e.value', [
    ...new Set(wanted.map((key) => key.slice(key.indexOf(':') + 1))),
  ]);
  const providers = inTexts(queries.dialect, 'e.provider', [
    ...new Set(wanted.map((key) => key.slice(0, key.indexOf(':')))),
  ]);
  const rows = await queries.all<{ provider: string; value: string; item_id: number }>(
    `select e.provider, e.value, e.item_id from media_external_ids e join media_items i on i.id = e.item_id
     where ${providers.sql} and ${values.sql} and i.type = ? order by e.item_id desc`,
    [...providers.parameters, ...values.parameters, type],
  );
  return new Map(rows.map((row) => [`${row.provider}:${row.value}`, row.item_id]));
}

/** The item with one of these ids, if there is one. */
export async function findByIds(queries: Queries, type: StoredType, ids: ExternalIds): Promise<number | undefined> {
  const found = await findByExternalIds(queries, type, [ids]);
  return found.values().next().value;
}

/** Items whose title is the same when folded, oldest first, with their ids. */
export async function findByTitles(queries: Queries, questions: readonly TitleQuestion[]): Promise<FoundItem[]> {
  if (questions.length === 0) return [];
  const titles = inTexts(queries.dialect, 'i.folded_title', [
    ...new Set(questions.map(({ title }) => foldTitle(title))),
  ]);
  const types = inTexts(queries.dialect, 'i.type', [...new Set(questions.map(({ type }) => type))]);
  const rows = await queries.all<FoundRow>(
    `select ${foundColumns} from media_items i where ${titles.sql} and ${types.sql} order by i.id`,
    [...titles.parameters, ...types.parameters],
  );
  return withIds(queries, rows);
}

/**
 * Titles of one type by name, those of the nearest year first.
 * @param tolerance years that a stated year may be off; without a year any fits
 */
export async function findByTitle(
  queries: Queries,
  question: TitleQuestion & { year?: number | undefined; tolerance?: number },
): Promise<FoundItem[]> {
  const found = await findByTitles(queries, [question]);
  const { year, tolerance = 1 } = question;
  if (year === undefined) return found;
  const distance = (item: FoundItem): number => (item.year === null ? tolerance : Math.abs(item.year - year));
  return found
    .filter((item) => distance(item) <= tolerance)
    .toSorted((a, b) => distance(a) - distance(b) || a.id - b.id);
}

async function withIds(queries: Queries, rows: readonly FoundRow[]): Promise<FoundItem[]> {
  const ids = await loadExternalIds(
    queries,
    rows.map(({ id }) => id),
  );
  return rows.map((row) => ({
    id: row.id,
    type: row.type,
    title: row.title,
    originalTitle: row.original_title,
    foldedTitle: row.folded_title,
    year: row.year,
    fileCount: row.file_count,
    ids: ids.get(row.id) ?? {},
  }));
}

/** External ids by item. */
export async function loadExternalIds(
  queries: Queries,
  itemIds: readonly number[],
): Promise<Map<number, Record<string, string>>> {
  const result = new Map<number, Record<string, string>>();
  if (itemIds.length === 0) return result;
  const items = inNumbers(queries.dialect, 'item_id', itemIds);
  const rows = await queries.all<{ item_id: number; provider: string; value: string }>(
    `select item_id, provider, value from media_external_ids where ${items.sql}`,
    items.parameters,
  );
  for (const { item_id, provider, value } of rows) {
    const ids = result.get(item_id) ?? {};
    ids[provider] = value;
    result.set(item_id, ids);
  }
  return result;
}

/** Seasons or episodes of shows by `show:season` or `show:season:episode`. */
export async function findNumbered(
  queries: Queries,
  type: 'season' | 'episode',
  showIds: readonly number[],
): Promise<Map<string, number>> {
  if (showIds.length === 0) return new Map();
  const shows = inNumbers(queries.dialect, 'show_id', [...new Set(showIds)]);
  const rows = await queries.all<{ id: number; show_id: number; season_number: number; episode_number: number | null }>(
    `select id, show_id, season_number, episode_number from media_items where ${shows.sql} and type = ?`,
    [...shows.parameters, type],
  );
  return new Map(rows.map((row) => [numberedKey(row.show_id, row.season_number, row.episode_number), row.id]));
}

export const numberedKey = (showId: number, season: number, episode: number | null | undefined): string =>
  episode === null || episode === undefined ? `${showId}:${season}` : `${showId}:${season}:${episode}`;
