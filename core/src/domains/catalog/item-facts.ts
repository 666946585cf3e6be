import type { ExternalIds } from '@vitascope/sdk';
import type { Queries } from '../../kernel/database/database.ts';
import { readJson } from '../../kernel/database/database.ts';
import { weakProviders, type StoredType } from './catalog-entry.ts';
import type { Provenance } from './item-fields.ts';
import { loadExternalIds } from './item-finder.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** What identifies a title, and who said so. */
export interface ItemFacts {
  id: number;
  type: StoredType;
  title: string;
  originalTitle: string | null;
  year: number | null;
  showId: number | null;
  seasonNumber: number | null;
  episodeNumber: number | null;
  fileCount: number;
  ids: ExternalIds;
  locked: readonly string[];
  provenance: Provenance;
}

interface FactRow {
  id: number;
  type: StoredType;
  title: string;
  original_title: string | null;
  year: number | null;
  show_id: number | null;
  season_number: number | null;
  episode_number: number | null;
  file_count: number;
  locked: unknown;
  provenance: unknown;
}
const columns =
  'id, type, title, original_title, year, show_id, season_number, episode_number, file_count, locked, provenance';

/** Facts by item; ids that are gone are left out. */
export async function loadItemFacts(queries: Queries, itemIds: readonly number[]): Promise<Map<number, ItemFacts>> {
  if (itemIds.length === 0) return new Map();
  const items = inNumbers(queries.dialect, 'id', itemIds);
  const rows = await queries.all<FactRow>(`select ${columns} from media_items where ${items.sql}`, items.parameters);
  const ids = await loadExternalIds(queries, itemIds);
  return new Map(rows.map((row) => [row.id, factsOf(row, ids.get(row.id) ?? {})]));
}

/** Seasons and episodes of a show, whether they have files or not, in order. */
export async function loadChildFacts(queries: Queries, showId: number): Promise<ItemFacts[]> {
  const rows = await queries.all<{ id: number }>(
    `select id from media_items where show_id = ? and type in ('season', 'episode') order by season_number, episode_number`,
    [showId],
  );
  const facts = await loadItemFacts(
    queries,
    rows.map(({ id }) => id),
  );
  return rows.flatMap(({ id }) => facts.get(id) ?? []);
}

/** Nobody but a file's name said what the title is called. */
export const isKnownByNameOnly = ({ provenance, locked }: ItemFacts): boolean =>
  !locked.includes('title') && (provenance.title === undefined || weakProviders.has(provenance.title));

const factsOf = (row: FactRow, ids: ExternalIds): ItemFacts => ({
  id: row.id,
  type: row.type,
  title: row.title,
  originalTitle: row.original_title,
  year: row.year,
  showId: row.show_id,
  seasonNumber: row.season_number,
  episodeNumber: row.episode_number,
  fileCount: row.file_count,
  ids,
  locked: readJson<string[]>(row.locked, []),
  provenance: readJson<Provenance>(row.provenance, {}),
});
