import { setImmediate } from 'node:timers/promises';
import type { Database, Queries } from '../../kernel/database/database.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { beginCatalogChange } from '../catalog/revision.ts';
import { inNumbers, type SqlFragment } from '../../kernel/database/sql-fragment.ts';

export interface ForgetParts {
  database: Database;
  catalog: CatalogStore;
  /** After each committed batch. */
  onForgotten(change: { updated: number[]; removed: number[] }): void;
  signal?: AbortSignal;
}

/** Few enough that nobody else waits long for the database. */
const batchSize = 200;

/**
 * Removes the rows of files, `where` being a condition on `media_files`, and the titles that only they had. Never touches the disk.
 * Goes by batches; `last` runs in the transaction that found nothing left.
 * @returns how many files were forgotten
 */
export async function forgetFiles(
  parts: ForgetParts,
  where: SqlFragment,
  last: (queries: Queries) => Promise<void> = async () => undefined,
): Promise<number> {
  for (let total = 0; ;) {
    parts.signal?.throwIfAborted();
    const batch = await parts.database.transaction((queries) => forgetBatch(queries, parts.catalog, { where, last }));
    if (!batch) return total;
    total += batch.count;
    parts.onForgotten(batch);
    await setImmediate();
  }
}

async function forgetBatch(
  queries: Queries,
  catalog: CatalogStore,
  { where, last }: { where: SqlFragment; last: (queries: Queries) => Promise<void> },
): Promise<{ count: number; updated: number[]; removed: number[] } | undefined> {
  await beginCatalogChange(queries);
  const rows = await queries.all<{ id: number }>(
    `select id from media_files where ${where.sql} order by id limit ${batchSize}`,
    where.parameters,
  );
  if (rows.length === 0) {
    await last(queries);
    return undefined;
  }
  const ids = rows.map(({ id }) => id);
  const items = await itemsOfFiles(queries, ids);
  const files = inNumbers(queries.dialect, 'id', ids);
  await queries.run(`delete from media_files where ${files.sql}`, files.parameters);
  await catalog.refreshFiles(queries, items);
  const removed = await catalog.removeWithoutFiles(queries, items);
  return { count: ids.length, removed, updated: items.filter((id) => !removed.includes(id)) };
}

/** Titles that files are linked to. */
export async function itemsOfFiles(queries: Queries, fileIds: readonly number[]): Promise<number[]> {
  if (fileIds.length === 0) return [];
  const files = inNumbers(queries.dialect, 'file_id', fileIds);
  const rows = await queries.all<{ item_id: number }>(
    `select distinct item_id from media_file_items where ${files.sql}`,
    files.parameters,
  );
  return rows.map((row) => row.item_id);
}
