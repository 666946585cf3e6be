import type { z } from 'zod';
import { readJson } from '../../kernel/database/database.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import type { LibraryFiles } from './file-reader.ts';
import { describeFile, parsedOf, type FileRow } from './file-rows.ts';
import type { LibraryFile } from './library.schema.ts';
import type { Reason } from './scan/decide.ts';

export type LibraryFileView = z.input<typeof LibraryFile>;

/** Who looks at files. Paths are for administrators. */
export interface Viewer {
  accountId: string;
  paths: boolean;
}

/** Files with their streams, what they were taken for and why. */
export async function viewFiles(
  { files, catalog }: { files: LibraryFiles; catalog: Pick<CatalogService, 'cards'> },
  rows: readonly FileRow[],
  { accountId, paths }: Viewer,
): Promise<LibraryFileView[]> {
  const streams = await files.streams(rows.map(({ id }) => id));
  const itemIds = [...new Set(rows.flatMap((row) => row.item_id ?? []))];
  const cards = new Map((await catalog.cards(itemIds, accountId)).map((card) => [card.id, card]));
  return rows.map((row) => ({
    ...describeFile(row, streams.get(row.id) ?? [], paths),
    libraryId: row.library_id,
    matchState: row.match_state,
    reasons: readJson<Reason[]>(row.match_reasons, []),
    parsed: parsedOf(row),
    item: (row.item_id !== null && cards.get(row.item_id)) || null,
    discoveredAt: new Date(row.discovered_at).toISOString(),
    updatedAt: new Date(row.updated_at).toISOString(),
  }));
}
