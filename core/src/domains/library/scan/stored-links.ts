import type { Bindable, Queries } from '../../../kernel/database/database.ts';
import { inNumbers } from '../../../kernel/database/sql-fragment.ts';
import { streamRows, type FileMatch } from './file-row.ts';
import type { IdentifiedFile } from './identify-files.ts';

/** A file with what it was taken for. */
export interface Matched {
  identified: IdentifiedFile;
  match: FileMatch;
  /** All titles in the file, in order. */
  itemIds: number[];
}

export async function itemsOfFiles(queries: Queries, fileIds: readonly number[]): Promise<number[]> {
  if (fileIds.length === 0) return [];
  const { sql, parameters } = inNumbers(queries.dialect, 'file_id', fileIds);
  const rows = await queries.all<{ item_id: number }>(
    `select distinct item_id from media_file_items where ${sql}`,
    parameters,
  );
  return rows.map((row) => row.item_id);
}

/** Titles that no file is linked to any more, not even a missing one. */
export async function withoutLinks(queries: Queries, itemIds: readonly number[]): Promise<number[]> {
  if (itemIds.length === 0) return [];
  const { sql, parameters } = inNumbers(queries.dialect, 'item_id', itemIds);
  const rows = await queries.all<{ item_id: number }>(
    `select distinct item_id from media_file_items where ${sql}`,
    parameters,
  );
  const linked = new Set(rows.map((row) => row.item_id));
  return itemIds.filter((id) => !linked.has(id));
}

export async function linkedItems(queries: Queries, fileId: number): Promise<number[]> {
  const rows = await queries.all<{ item_id: number }>(
    'select item_id from media_file_items where file_id = ? order by position',
    [fileId],
  );
  return rows.map((row) => row.item_id);
}

export async function updateRow(queries: Queries, id: number, columns: Record<string, Bindable>): Promise<void> {
  const names = Object.keys(columns);
  await queries.run(`update media_files set ${names.map((name) => `${name} = ?`).join(', ')} where id = ?`, [
    ...Object.values(columns),
    id,
  ]);
}

export async function storeLinks(
  queries: Queries,
  ids: ReadonlyMap<IdentifiedFile, number>,
  matched: readonly Matched[],
): Promise<void> {
  const known = matched
    .filter(({ identified }) => identified.file.known)
    .map(({ identified }) => ids.get(identified) as number);
  await deleteByFile(queries, 'media_file_items', known);
  const rows = matched.flatMap(({ identified, itemIds }) =>
    itemIds.map((itemId, position) => ({ file_id: ids.get(identified) as number, item_id: itemId, position })),
  );
  await queries.insert('media_file_items', rows);
}

export async function storeStreams(
  queries: Queries,
  ids: ReadonlyMap<IdentifiedFile, number>,
  matched: readonly Matched[],
): Promise<void> {
  const known = matched.map(({ identified }) => identified).filter(({ file }) => file.known);
  const idOf = (each: IdentifiedFile): number => ids.get(each) as number;
  await deleteByFile(queries, 'media_streams', known.filter(({ file }) => file.probed).map(idOf));
  await deleteByFile(queries, 'media_streams', known.map(idOf), 'and external_path is not null');
  const rows = matched.flatMap(({ identified }) => {
    const { own, external } = streamRows(idOf(identified), identified);
    return [...(identified.file.probed ? own : []), ...external];
  });
  await queries.insert('media_streams', rows);
}

async function deleteByFile(
  queries: Queries,
  table: 'media_file_items' | 'media_streams',
  fileIds: readonly number[],
  also = '',
): Promise<void> {
  if (fileIds.length === 0) return;
  const { sql, parameters } = inNumbers(queries.dialect, 'file_id', fileIds);
  await queries.run(`delete from ${table} where ${sql} ${also}`, parameters);
}
