import type { Queries } from '../../kernel/database/database.ts';
import type { StoredType } from './catalog-entry.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** Where an item stands: enough to find its neighbours. */
export interface ItemPlace {
  id: number;
  type: StoredType;
  showId: number | null;
  seasonNumber: number | null;
  episodeNumber: number | null;
  runtimeMs: number | null;
  /** Present files. */
  fileCount: number;
}

const columns = `id, type, show_id as "showId", season_number as "seasonNumber", episode_number as "episodeNumber",
  runtime_ms as "runtimeMs", file_count as "fileCount"`;

export async function loadPlaces(queries: Queries, itemIds: readonly number[]): Promise<Map<number, ItemPlace>> {
  if (itemIds.length === 0) return new Map();
  const items = inNumbers(queries.dialect, 'id', itemIds);
  const rows = await queries.all<ItemPlace>(`select ${columns} from media_items where ${items.sql}`, items.parameters);
  return new Map(rows.map((row) => [row.id, row]));
}

/** Episodes with files below these shows or seasons, in order of playing: seasons, then specials. */
export async function loadEpisodes(queries: Queries, parentIds: readonly number[]): Promise<ItemPlace[]> {
  if (parentIds.length === 0) return [];
  const parts: ItemPlace[] = [];
  for (const link of ['show_id', 'parent_id']) {
    const parents = inNumbers(queries.dialect, link, parentIds);
    parts.push(
      ...(await queries.all<ItemPlace>(
        `select ${columns} from media_items where ${parents.sql} and type = 'episode' and file_count > 0`,
        parents.parameters,
      )),
    );
  }
  return [...new Map(parts.map((place) => [place.id, place])).values()].toSorted(inPlayingOrder);
}

const inPlayingOrder = (a: ItemPlace, b: ItemPlace): number =>
  (a.showId ?? 0) - (b.showId ?? 0) ||
  seasonRank(a.seasonNumber) - seasonRank(b.seasonNumber) ||
  (a.episodeNumber ?? 0) - (b.episodeNumber ?? 0);

/** Specials, season 0, come last. */
export const seasonRank = (season: number | null): number => season || Number.MAX_SAFE_INTEGER;
