import type { Queries } from '../../../kernel/database/database.ts';
import { inTexts } from '../../../kernel/database/sql-fragment.ts';

/** A file as the last scan left it. */
export interface KnownFile {
  id: number;
  path: string;
  folder: string;
  size: number;
  modifiedAt: number;
  signature: string;
  fingerprint: string;
  itemId: number | null;
  matchSource: '' | 'auto' | 'manual';
  matchState: 'matched' | 'unmatched' | 'ignored';
  role: 'main' | 'part' | 'extra';
  missing: boolean;
  /** The last scan could not read it, or was killed before it did. */
  incomplete: boolean;
  /** What its name was understood as, as stored. */
  parsed: string;
}

interface Row {
  id: number;
  absolute_path: string;
  folder: string;
  file_size_bytes: number;
  modified_at: number;
  sidecar_signature: string;
  fingerprint: string;
  item_id: number | null;
  match_source: KnownFile['matchSource'];
  match_state: KnownFile['matchState'];
  role: KnownFile['role'];
  missing_since: number | null;
  scanned_at: number | null;
  parsed: unknown;
}

const columns = `id, absolute_path, folder, file_size_bytes, modified_at, sidecar_signature, fingerprint, item_id, match_source,
  match_state, role, missing_since, scanned_at, parsed`;

/** Every file of a root folder, by path. Of several with one path the present one counts. */
export async function loadKnownFiles(queries: Queries, rootId: number): Promise<Map<string, KnownFile>> {
  const rows = await queries.all<Row>(
    `select ${columns} from media_files where root_id = ? order by missing_since is null, id`,
    [rootId],
  );
  return new Map(rows.map((row) => [row.absolute_path, knownOf(row)]));
}

/** Files with one of these fingerprints, wherever they are or were. */
export async function findByFingerprint(queries: Queries, fingerprints: readonly string[]): Promise<KnownFile[]> {
  if (fingerprints.length === 0) return [];
  const { sql, parameters } = inTexts(queries.dialect, 'fingerprint', fingerprints);
  const rows = await queries.all<Row>(`select ${columns} from media_files where ${sql} order by id`, parameters);
  return rows.map(knownOf);
}

const knownOf = (row: Row): KnownFile => ({
  id: row.id,
  path: row.absolute_path,
  folder: row.folder,
  size: row.file_size_bytes,
  modifiedAt: row.modified_at,
  signature: row.sidecar_signature,
  fingerprint: row.fingerprint,
  itemId: row.item_id,
  matchSource: row.match_source,
  matchState: row.match_state,
  role: row.role,
  missing: row.missing_since !== null,
  incomplete: row.scanned_at === null,
  parsed: typeof row.parsed === 'string' ? row.parsed : JSON.stringify(row.parsed),
});

/** What each folder's main file was matched with. */
export function bestByFolder(files: Iterable<KnownFile>): Map<string, KnownFile> {
  const result = new Map<string, KnownFile>();
  for (const file of files) {
    const kept = result.get(file.folder);
    const better = file.itemId !== null && file.role === 'main' && file.matchState === 'matched';
    if (better && (!kept || kept.role !== 'main')) result.set(file.folder, file);
  }
  return result;
}
