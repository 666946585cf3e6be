import type { Bindable, Database, Queries } from '../../kernel/database/database.ts';
import { notFound } from '../../kernel/errors.ts';
import { fold } from '../catalog/fold.ts';
import type { FileDescription, FileReader, FileSummaries, FileSummary } from '../catalog/ports.ts';
import { inNumbers, inTexts } from '../../kernel/database/sql-fragment.ts';
import { describeFile, fileColumns, type FileRow, type StreamRow } from './file-rows.ts';

export interface FileFilter {
  matchState?: readonly string[];
  mediaType?: readonly string[];
  libraryId?: number;
  query?: string;
  sort: 'updated' | 'name' | 'confidence';
  limit: number;
  offset: number;
}

const orders = {
  updated: 'f.updated_at desc, f.id desc',
  name: 'f.folded_name, f.id',
  confidence: 'f.match_confidence, f.id',
} as const;

/** Reads files of the library: for items, for lists, for the player. */
export class LibraryFiles implements FileReader {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async find(id: number, queries: Queries = this.#database): Promise<FileRow | undefined> {
    return queries.first<FileRow>(`select ${fileColumns} from media_files f where f.id = ?`, [id]);
  }

  async get(id: number, queries: Queries = this.#database): Promise<FileRow> {
    const row = await this.find(id, queries);
    if (!row) throw notFound('file', id);
    return row;
  }

  async streams(fileIds: readonly number[]): Promise<Map<number, StreamRow[]>> {
    const result = new Map<number, StreamRow[]>(fileIds.map((id) => [id, []]));
    if (fileIds.length === 0) return result;
    const files = inNumbers(this.#database.dialect, 'file_id', fileIds);
    const rows = await this.#database.all<StreamRow>(
      `select id, file_id, stream_index, stream_type, codec, codec_string, profile, language, title, channels, bitrate_kbps,
         is_default, is_forced, is_hearing_impaired, external_path, details
       from media_streams where ${files.sql} order by file_id, external_path is not null, stream_index, id`,
      files.parameters,
    );
    for (const row of rows) result.get(row.file_id)?.push(row);
    return result;
  }

  /** Files of items, main files first, then parts and extras; those that are there before those that are missing. */
  async rowsOf(itemIds: readonly number[]): Promise<Map<number, FileRow[]>> {
    const result = new Map<number, FileRow[]>();
    if (itemIds.length === 0) return result;
    const items = inNumbers(this.#database.dialect, 'l.item_id', itemIds);
    const rows = await this.#database.all<FileRow & { linked_item_id: number }>(
      `select ${fileColumns}, l.item_id as linked_item_id from media_file_items l cross join media_files f
       where ${items.sql} and f.id = l.file_id and f.match_state = 'matched'
       order by case f.role when 'main' then 0 when 'part' then 1 else 2 end, f.missing_since is not null,
         coalesce(f.part_number, 0), f.height desc, f.file_size_bytes desc, f.id`,
      items.parameters,
    );
    for (const row of rows) result.set(row.linked_item_id, [...(result.get(row.linked_item_id) ?? []), row]);
    return result;
  }

  async filesOf(
    itemIds: readonly number[],
    { paths }: { paths: boolean },
  ): Promise<ReadonlyMap<number, readonly FileDescription[]>> {
    const rows = await this.rowsOf(itemIds);
    const ids = [...new Set([...rows.values()].flat().map((row) => row.id))];
    const streams = await this.streams(ids);
    return new Map(
      [...rows].map(([itemId, files]) => [
        itemId,
        files.map((row) => describeFile(row, streams.get(row.id) ?? [], paths)),
      ]),
    );
  }

  async list(filter: FileFilter): Promise<{ rows: FileRow[]; total: number }> {
    const { sql, parameters } = this.#conditionOf(filter);
    const rows = await this.#database.all<FileRow>(
      `select ${fileColumns} from media_files f where ${sql} order by ${orders[filter.sort]} limit ? offset ?`,
      [...parameters, filter.limit, filter.offset],
    );
    const count = await this.#database.first<{ n: number }>(
      `select count(*) as n from media_files f where ${sql}`,
      parameters,
    );
    return { rows, total: Number(count?.n ?? 0) };
  }

  #conditionOf(filter: FileFilter): { sql: string; parameters: Bindable[] } {
    const conditions = ['f.missing_since is null'];
    const parameters: Bindable[] = [];
    const add = (sql: string, values: readonly Bindable[]) => {
      conditions.push(sql);
      parameters.push(...values);
    };
    const { dialect } = this.#database;
    if (filter.matchState) {
      const states = inTexts(dialect, 'f.match_state', filter.matchState);
      add(states.sql, states.parameters);
    }
    if (filter.libraryId !== undefined) add('f.library_id = ?', [filter.libraryId]);
    if (filter.query) add("f.folded_name like ? escape '!'", [`%${escapeLike(fold(filter.query))}%`]);
    if (filter.mediaType) {
      const types = inTexts(dialect, 'i.type', filter.mediaType);
      add(`exists (select 1 from media_items i where i.id = f.item_id and ${types.sql})`, types.parameters);
    }
    return { sql: conditions.join(' and '), parameters };
  }
}

const escapeLike = (text: string): string => text.replaceAll(/[!%_]/g, '!$&');

interface SummaryRow {
  item_id: number;
  library_id: number;
  role: 'main' | 'part';
  height: number | null;
  resolution_label: string;
  duration_ms: number | null;
  discovered_at: number;
}

/** Sums up the files of items; the same in the server and in the scan's process. */
export const fileSummaries: FileSummaries = {
  async summarise(queries: Queries, itemIds: readonly number[]): Promise<ReadonlyMap<number, FileSummary>> {
    if (itemIds.length === 0) return new Map();
    const items = inNumbers(queries.dialect, 'l.item_id', itemIds);
    // `cross join` keeps SQLite from reading every matched file first.
    const rows = await queries.all<SummaryRow>(
      `select l.item_id, f.library_id, f.role, f.height, f.resolution_label, f.duration_ms, f.discovered_at
       from media_file_items l cross join media_files f
       where ${items.sql} and f.id = l.file_id and f.missing_since is null and f.match_state = 'matched' and f.role <> 'extra'`,
      items.parameters,
    );
    const byItem = Map.groupBy(rows, (row) => row.item_id);
    return new Map([...byItem].map(([itemId, files]) => [itemId, summaryOf(files)]));
  },
};

function summaryOf(files: readonly SummaryRow[]): FileSummary {
  const best = files
    .filter((file) => file.resolution_label !== '')
    .toSorted((a, b) => (b.height ?? 0) - (a.height ?? 0))[0];
  const mains = files.filter((file) => file.role === 'main' && file.duration_ms !== null);
  const parts = files.filter((file) => file.role === 'part').reduce((sum, file) => sum + (file.duration_ms ?? 0), 0);
  return {
    fileCount: files.length,
    resolution: best?.resolution_label ?? '',
    durationMs: mains.length > 0 ? Math.max(...mains.map((file) => file.duration_ms ?? 0)) : parts || null,
    addedAt: Math.min(...files.map((file) => file.discovered_at)),
    libraryIds: [...new Set(files.map((file) => file.library_id))],
  };
}
