import { readJson } from '../../kernel/database/database.ts';
import type { Bindable, Queries } from '../../kernel/database/database.ts';
import type { CatalogEntry, MetadataSource, StoredType } from './catalog-entry.ts';
import { itemRowColumns, mergeFields } from './item-fields.ts';
import type { ItemRow, MergedFields } from './item-fields.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** One title that a batch is about, with all its entries. */
export interface PlannedItem {
  id: number | undefined;
  type: StoredType;
  showId: number | null;
  parentId: number | null;
  season: number | null;
  episode: number | null;
  sources: MetadataSource[];
  pictures: CatalogEntry['pictures'];
  addedAt: number;
}

/** A title after its row was written. */
export interface StoredItem {
  id: number;
  isNew: boolean;
  merged: MergedFields;
  plan: PlannedItem;
  locked: ReadonlySet<string>;
}

/** Rows of items by id. */
export async function loadItemRows(queries: Queries, itemIds: readonly number[]): Promise<Map<number, ItemRow>> {
  if (itemIds.length === 0) return new Map();
  const items = inNumbers(queries.dialect, 'id', itemIds);
  const rows = await queries.all<ItemRow>(
    `select ${itemRowColumns} from media_items where ${items.sql}`,
    items.parameters,
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Writes the rows of planned titles: new ones at once, changed ones each. */
export async function storeItems(queries: Queries, plans: readonly PlannedItem[], now: number): Promise<StoredItem[]> {
  const current = await loadItemRows(
    queries,
    plans.flatMap(({ id }) => (id === undefined ? [] : [id])),
  );
  const merged = plans.map((plan) => {
    const row = plan.id === undefined ? undefined : current.get(plan.id);
    return { plan, row, merged: mergeFields(row, plan.sources, fallbackTitle(plan)) };
  });
  const fresh = merged.filter(({ row }) => !row);
  const ids = await queries.insert(
    'media_items',
    fresh.map(({ plan, merged: fields }) => ({
      ...placeColumns(plan),
      ...fields.columns,
      added_at: plan.addedAt,
      created_at: now,
      updated_at: now,
    })),
    { returning: 'id' },
  );
  let next = 0;
  const stored: StoredItem[] = [];
  for (const { plan, row, merged: fields } of merged) {
    if (row && fields.changed) await updateItemRow(queries, row.id, fields.columns, now);
    stored.push({
      id: row?.id ?? ids[next++]!,
      isNew: !row,
      merged: fields,
      plan,
      locked: new Set(readJson<string[]>(row?.locked, [])),
    });
  }
  return stored;
}

const placeColumns = ({ type, parentId, showId, season, episode }: PlannedItem): Record<string, Bindable> => ({
  type,
  parent_id: parentId,
  show_id: showId,
  season_number: season,
  episode_number: episode,
});

/** Writes columns of one item. */
export async function updateItemRow(
  queries: Queries,
  id: number,
  columns: Record<string, Bindable>,
  now: number,
): Promise<void> {
  const names = Object.keys(columns);
  await queries.run(
    `update media_items set ${names.map((name) => `${name} = ?`).join(', ')}, updated_at = ? where id = ?`,
    [...Object.values(columns), now, id],
  );
}

function fallbackTitle({ type, season, episode }: PlannedItem): string {
  if (type === 'season') return season === 0 ? 'Specials' : `Season ${season}`;
  if (type === 'episode') return `Episode ${episode}`;
  return 'Untitled';
}
