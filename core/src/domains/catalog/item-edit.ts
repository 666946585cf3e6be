import type { z } from 'zod';
import { AppError, notFound } from '../../kernel/errors.ts';
import { readJson } from '../../kernel/database/database.ts';
import type { Bindable, Queries } from '../../kernel/database/database.ts';
import { chooseArtwork, chosenKinds } from './artwork-choice.ts';
import { editableFields } from './catalog.schema.ts';
import type { updateItem } from './catalog.schema.ts';
import { listFields, titleColumns } from './item-fields.ts';
import type { ItemRow, Provenance } from './item-fields.ts';
import { loadItemRows, updateItemRow } from './item-store.ts';
import { beginCatalogChange } from './revision.ts';
import { indexItems } from './search-index.ts';
import { sortTitleOf } from './sort-title.ts';
import { storeTerms, termFields } from './term-store.ts';
import { storable } from '../../kernel/database/sql-fragment.ts';

export type ItemChanges = z.output<(typeof updateItem)['body'] & z.ZodType>;

const manual = 'manual';
const columns = {
  title: 'title',
  originalTitle: 'original_title',
  sortTitle: 'sort_title',
  year: 'year',
  releaseDate: 'release_date',
  overview: 'overview',
  tagline: 'tagline',
  contentRating: 'content_rating',
  status: 'status',
} as const;
type Column = keyof typeof columns;

/** Everything that can be locked. */
const lockable: ReadonlySet<string> = new Set([
  ...editableFields,
  ...listFields,
  'rating',
  'runtimeMs',
  'absoluteEpisode',
  ...Object.keys(chosenKinds).map((kind) => `artwork.${kind}`),
]);

/**
 * Writes what a person changed. Changed fields are locked and come from `manual`, unless `locked` says otherwise.
 * @throws AppError `not_found`, `validation_failed`
 */
export async function editItem(queries: Queries, itemId: number, changes: ItemChanges, now: number): Promise<void> {
  await beginCatalogChange(queries);
  const row = (await loadItemRows(queries, [itemId])).get(itemId);
  if (!row) throw notFound('item', itemId);
  const { locked: wantedLocks, ...fields } = changes;
  const edited = Object.keys(fields).filter((field) => fields[field as keyof typeof fields] !== undefined);
  const locked = locksAfter(row, edited, wantedLocks);
  const provenance = {
    ...readJson<Provenance>(row.provenance, {}),
    ...Object.fromEntries(edited.map((field) => [field, manual])),
  };
  await updateItemRow(
    queries,
    itemId,
    {
      ...changedColumns(row, fields, provenance),
      locked: JSON.stringify(locked),
      provenance: JSON.stringify(provenance),
    },
    now,
  );
  const lists = Object.fromEntries(
    termFields.flatMap((field) => (field in fields ? [[field, fields[field as 'genres']]] : [])),
  );
  await storeTerms(queries, [{ itemId, isNew: false, lists }]);
  await chooseArtwork(queries, [itemId]);
  await reindex(queries, itemId);
}

function locksAfter(row: ItemRow, edited: readonly string[], wanted: readonly string[] | undefined): string[] {
  const unknown = wanted?.findIndex((field) => !lockable.has(field)) ?? -1;
  if (unknown !== -1) {
    throw new AppError('validation_failed', `"${wanted![unknown]}" is no field that can be locked.`, {
      errors: [{ path: `body.locked.${unknown}`, message: `One of ${[...lockable].join(', ')}.` }],
    });
  }
  return [...new Set(wanted ?? [...readJson<string[]>(row.locked, []), ...edited])];
}

function changedColumns(
  row: ItemRow,
  fields: Omit<ItemChanges, 'locked'>,
  provenance: Provenance,
): Record<string, Bindable> {
  const changed: Record<string, Bindable> = {};
  for (const [field, column] of Object.entries(columns) as [Column, string][]) {
    const value = fields[field];
    if (value !== undefined) changed[column] = typeof value === 'string' ? storable(value) : value;
  }
  const title = String(changed.title ?? row.title);
  const sortTitle = provenance.sortTitle ? String(changed.sort_title ?? row.sort_title) : sortTitleOf(title);
  return { ...changed, sort_title: sortTitle, ...titleColumns(title, sortTitle) };
}

async function reindex(queries: Queries, itemId: number): Promise<void> {
  const row = (await loadItemRows(queries, [itemId])).get(itemId)!;
  await indexItems(queries, [
    { id: itemId, title: row.title, originalTitle: row.original_title, overview: row.overview },
  ]);
}
