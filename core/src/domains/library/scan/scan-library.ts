import type { Database } from '../../../kernel/database/database.ts';
import { readJson } from '../../../kernel/database/database.ts';
import { notFound } from '../../../kernel/errors.ts';
import type { CatalogStore } from '../../catalog/catalog-store.ts';
import { LibrarySettings } from '../library.schema.ts';
import type { ExactNamesParts } from './exact-names.ts';
import type { DeviceLookup } from './mounts.ts';
import { RootScan, type ScannedRoot } from './scan-root.ts';
import type { ScanChange, ScanHost, ScanOrder, ScanProgress, ScanSummary } from './scan-types.ts';

export interface LibraryScanParts {
  database: Database;
  catalog: CatalogStore;
  host: ScanHost;
  order: ScanOrder;
  /** Folders of the server itself, which no scan enters. */
  reserved: readonly string[];
  device?: DeviceLookup | undefined;
  exists?: ExactNamesParts['exists'];
  signal: AbortSignal;
  onProgress(progress: ScanProgress): void;
  onChange(change: ScanChange): void;
}

/** Scans the root folders of a library, one after the other. One that is not there does not keep the others from being scanned. */
export async function scanLibrary(parts: LibraryScanParts): Promise<ScanSummary> {
  const { database, order } = parts;
  const row = await database.first<{ type: 'movies' | 'shows' | 'mixed'; settings: unknown }>(
    'select type, settings from libraries where id = ?',
    [order.libraryId],
  );
  if (!row) throw notFound('library', order.libraryId);
  const { matchThreshold } = LibrarySettings.parse(readJson(row.settings, {}));
  const roots = await database.all<ScannedRoot>(
    'select id, path, device from root_folders where library_id = ? order by id',
    [order.libraryId],
  );
  const expected = await database.first<{ n: number }>(
    'select count(*) as n from media_files where library_id = ? and missing_since is null',
    [order.libraryId],
  );
  const summary = emptySummary();
  for (const root of roots) {
    const library = { id: order.libraryId, type: row.type, threshold: matchThreshold };
    const done = { base: summary.seen, expected: Number(expected?.n ?? 0) };
    await new RootScan(root, { ...parts, library, summary }, done).run();
  }
  return summary;
}

const emptySummary = (): ScanSummary => ({
  seen: 0,
  added: 0,
  changed: 0,
  moved: 0,
  missing: 0,
  returned: 0,
  unmatched: 0,
  problems: [],
  roots: [],
});
