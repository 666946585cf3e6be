import type { Database } from '../../../kernel/database/database.ts';
import type { CatalogStore } from '../../catalog/catalog-store.ts';
import { inNumbers } from '../../../kernel/database/sql-fragment.ts';
import type { ScanChange } from './scan-types.ts';
import { itemsOfFiles } from './stored-links.ts';

export interface MarkParts {
  database: Database;
  catalog: CatalogStore;
  /** After each committed batch. */
  onChange(change: ScanChange): void;
}

/** Few enough that nobody else waits long for the database. */
const batchSize = 500;

/** Marks files as missing since a moment, in milliseconds since 1970, or as there again with null; their titles count them anew. */
export async function markMissing(parts: MarkParts, ids: readonly number[], since: number | null): Promise<void> {
  for (let start = 0; start < ids.length; start += batchSize)
    await markBatch(parts, ids.slice(start, start + batchSize), since);
}

async function markBatch({ database, catalog, onChange }: MarkParts, ids: readonly number[], since: number | null) {
  const updated = await database.transaction(async (queries) => {
    const files = inNumbers(queries.dialect, 'id', ids);
    await queries.run(`update media_files set missing_since = ?, updated_at = ? where ${files.sql}`, [
      since,
      Date.now(),
      ...files.parameters,
    ]);
    const itemIds = await itemsOfFiles(queries, ids);
    await catalog.refreshFiles(queries, itemIds);
    return itemIds;
  });
  onChange({ added: [], updated, removed: [], identified: [] });
}
