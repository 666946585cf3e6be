import type { z } from 'zod';
import type { Database, Queries } from '../../kernel/database/database.ts';
import { readJson } from '../../kernel/database/database.ts';
import { notFound } from '../../kernel/errors.ts';
import { LibrarySettings, type LibraryType } from './library.schema.ts';

export type LibraryKind = z.output<typeof LibraryType>;
export type Settings = z.output<typeof LibrarySettings>;

export interface StoredLibrary {
  id: number;
  name: string;
  type: LibraryKind;
  settings: Settings;
  managedBy: 'ui' | 'config' | 'demo';
  createdAt: number;
}

export interface StoredRoot {
  id: number;
  libraryId: number;
  path: string;
  /** What the last scan kept of disks: see `RootDevices`. */
  device: string | null;
  available: boolean;
  unavailableReason: string;
  lastScanAt: number | null;
}

export interface NewRoot {
  path: string;
  /** Why it cannot be read now; it is kept all the same. */
  unavailableReason?: string;
}

export interface LibraryChange {
  name?: string;
  type?: LibraryKind;
  settings?: Settings;
  managedBy?: StoredLibrary['managedBy'];
  newFolders?: readonly NewRoot[];
}

export interface FileCounts {
  files: number;
  items: number;
  unmatched: number;
  missing: number;
  /** Files of which a person said what they are, or that they are nothing. */
  decided: number;
  bytes: number;
}

interface LibraryRow {
  id: number;
  name: string;
  type: LibraryKind;
  settings: unknown;
  managed_by: StoredLibrary['managedBy'];
  created_at: number;
}

interface RootRow {
  id: number;
  library_id: number;
  path: string;
  device: string | null;
  available: boolean | number;
  unavailable_reason: string;
  last_scan_at: number | null;
}

const libraryColumns = 'id, name, type, settings, managed_by, created_at';
const rootColumns = 'id, library_id, path, device, available, unavailable_reason, last_scan_at';

/** The tables `libraries` and `root_folders`. */
export class LibraryStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async list(): Promise<StoredLibrary[]> {
    return (await this.#database.all<LibraryRow>(`select ${libraryColumns} from libraries order by id`)).map(libraryOf);
  }

  async find(id: number, queries: Queries = this.#database): Promise<StoredLibrary | undefined> {
    const row = await queries.first<LibraryRow>(`select ${libraryColumns} from libraries where id = ?`, [id]);
    return row && libraryOf(row);
  }

  async get(id: number, queries: Queries = this.#database): Promise<StoredLibrary> {
    const library = await this.find(id, queries);
    if (!library) throw notFound('library', id);
    return library;
  }

  /** Root folders of one library, or of all. */
  async roots(libraryId?: number): Promise<StoredRoot[]> {
    const rows =
      libraryId === undefined
        ? await this.#database.all<RootRow>(`select ${rootColumns} from root_folders order by id`)
        : await this.#database.all<RootRow>(
            `select ${rootColumns} from root_folders where library_id = ? order by id`,
            [libraryId],
          );
    return rows.map(rootOf);
  }

  async create(
    library: Omit<StoredLibrary, 'id' | 'createdAt'>,
    folders: readonly (string | NewRoot)[],
  ): Promise<number> {
    const now = Date.now();
    return this.#database.transaction(async (queries) => {
      const [id] = await queries.insert(
        'libraries',
        [
          {
            name: library.name,
            type: library.type,
            settings: JSON.stringify(library.settings),
            managed_by: library.managedBy,
            created_at: now,
            updated_at: now,
          },
        ],
        { returning: 'id' },
      );
      await insertRoots(queries, id as number, folders, now);
      return id as number;
    });
  }

  /** Changes a library inside a transaction and adds root folders. Those that go are `removeRoots`' business. */
  async update(queries: Queries, id: number, change: LibraryChange): Promise<void> {
    const before = await this.get(id, queries);
    const { name = before.name, type = before.type, settings = before.settings, newFolders = [] } = change;
    const now = Date.now();
    await queries.run(
      'update libraries set name = ?, type = ?, settings = ?, managed_by = ?, updated_at = ? where id = ?',
      [name, type, JSON.stringify(settings), change.managedBy ?? before.managedBy, now, id],
    );
    await insertRoots(queries, id, newFolders, now);
  }

  async removeRoots(queries: Queries, rootIds: readonly number[]): Promise<void> {
    for (const id of rootIds) await queries.run('delete from root_folders where id = ?', [id]);
  }

  async remove(queries: Queries, id: number): Promise<void> {
    await queries.run('delete from libraries where id = ?', [id]);
  }

  /** Figures of each library by its id. */
  async countByLibrary(): Promise<Map<number, FileCounts>> {
    return this.#count('library_id');
  }

  /** Figures of each root folder by its id. */
  async countByRoot(): Promise<Map<number, FileCounts>> {
    return this.#count('root_id');
  }

  async #count(column: 'library_id' | 'root_id'): Promise<Map<number, FileCounts>> {
    const rows = await this.#database.all<{
      id: number;
      files: number;
      items: number;
      unmatched: number;
      missing: number;
      decided: number;
      bytes: number;
    }>(
      `select ${column} as id,
         sum(case when missing_since is null then 1 else 0 end) as files,
         count(distinct case when missing_since is null then item_id end) as items,
         sum(case when missing_since is null and match_state = 'unmatched' then 1 else 0 end) as unmatched,
         sum(case when missing_since is null then 0 else 1 end) as missing,
         sum(case when match_source = 'manual' or match_state = 'ignored' then 1 else 0 end) as decided,
         sum(case when missing_since is null then file_size_bytes else 0 end) as bytes
       from media_files group by ${column}`,
    );
    return new Map(
      rows.map(({ id, files, items, unmatched, missing, decided, bytes }) => [
        Number(id),
        {
          files: Number(files),
          items: Number(items),
          unmatched: Number(unmatched),
          missing: Number(missing),
          decided: Number(decided),
          bytes: Number(bytes),
        },
      ]),
    );
  }
}

export const noFiles: FileCounts = { files: 0, items: 0, unmatched: 0, missing: 0, decided: 0, bytes: 0 };

async function insertRoots(
  queries: Queries,
  libraryId: number,
  folders: readonly (string | NewRoot)[],
  now: number,
): Promise<void> {
  await queries.insert(
    'root_folders',
    folders.map(rootFrom).map(({ path, unavailableReason = '' }) => ({
      library_id: libraryId,
      path,
      available: unavailableReason === '',
      unavailable_reason: unavailableReason,
      created_at: now,
    })),
  );
}

const rootFrom = (folder: string | NewRoot): NewRoot => (typeof folder === 'string' ? { path: folder } : folder);

const libraryOf = (row: LibraryRow): StoredLibrary => ({
  id: Number(row.id),
  name: row.name,
  type: row.type,
  settings: LibrarySettings.parse(readJson(row.settings, {})),
  managedBy: row.managed_by,
  createdAt: Number(row.created_at),
});

const rootOf = (row: RootRow): StoredRoot => ({
  id: Number(row.id),
  libraryId: Number(row.library_id),
  path: row.path,
  device: row.device,
  available: !!row.available,
  unavailableReason: row.unavailable_reason,
  lastScanAt: row.last_scan_at === null ? null : Number(row.last_scan_at),
});
