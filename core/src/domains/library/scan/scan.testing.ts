import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MediaData } from '@vitascope/sdk';
import { createTestDatabase, type TestDatabase } from '../../../kernel/database/database.testing.ts';
import type { Dialect } from '../../../kernel/database/database.ts';
import { createCatalogStore } from '../../catalog/catalog-store.ts';
import { fileSummaries, LibraryFiles } from '../file-reader.ts';
import { LibraryStore, type LibraryKind } from '../library-store.ts';
import type { DeviceLookup } from './mounts.ts';
import { scanLibrary } from './scan-library.ts';
import type { LocalSource, ScanChange, ScanHost, ScanSummary } from './scan-types.ts';

const film = join(
  import.meta.dirname,
  '../../../../../config/demo/Films/A Quiet Arithmetic (2018)/A Quiet Arithmetic (2018).mp4',
);

/** Sidecars of tests hold JSON; what they say is handed on as it is. */
const source: LocalSource = {
  id: 'local',
  name: 'Sidecars',
  files: { movie: ['{stem}.nfo', 'movie.nfo'], episode: ['{stem}.nfo'], show: ['tvshow.nfo'], season: ['season.nfo'] },
  pictures: {
    'movie.poster': ['{stem}-poster.jpg', 'poster.{jpg,png}'],
    'show.poster': ['poster.jpg'],
    'season.poster': ['season{season}-poster.jpg'],
    'episode.still': ['{stem}-thumb.jpg'],
  },
};

export interface TestLibrary {
  db: TestDatabase;
  /** The root folder on disk. */
  root: string;
  libraryId: number;
  files: LibraryFiles;
  /** Writes a film of its own under this path; the same text makes the same file. */
  film(path: string, text?: string): Promise<string>;
  sidecar(path: string, content: MediaData | string): Promise<void>;
  scan(options?: {
    full?: boolean;
    folders?: string[];
    signal?: AbortSignal;
    onChange?(change: ScanChange): void;
    host?: Partial<ScanHost>;
    reserved?: string[];
    device?: DeviceLookup;
    exists?: (path: string) => boolean;
  }): Promise<ScanSummary>;
  /** Rows for comparing: names, states and titles. */
  rows(): Promise<{ file: string; state: string; item: string | null; missing: boolean; problem: string }[]>;
  titles(): Promise<string[]>;
  remove(): Promise<void>;
}

export async function createTestLibrary(dialect: Dialect, type: LibraryKind = 'movies'): Promise<TestLibrary> {
  const db = await createTestDatabase(dialect);
  const root = await mkdtemp(join(tmpdir(), 'vitascope-scan-'));
  const { database } = db;
  const settings = { watch: false, settleSeconds: 1, language: 'en', matchThreshold: 0.6 };
  const libraryId = await new LibraryStore(database).create({ name: 'Test', type, settings, managedBy: 'ui' }, [root]);
  const catalog = createCatalogStore({ files: fileSummaries, keepers: [] });
  const host: ScanHost = {
    readLocal: async (_, subjects) => subjects.map(({ files }) => answer(files[0]?.text ?? '')),
    filter: async (paths) => paths.map(() => false),
  };
  return {
    db,
    root,
    libraryId,
    files: new LibraryFiles(database),
    async film(path, text = path) {
      const full = join(root, path);
      await mkdir(dirname(full), { recursive: true });
      await copyFile(film, full);
      await writeFile(full, `\n${text}`, { flag: 'a' });
      return full;
    },
    async sidecar(path, content) {
      const full = join(root, path);
      await mkdir(dirname(full), { recursive: true });
      await writeFile(full, typeof content === 'string' ? content : JSON.stringify(content));
    },
    scan: ({
      full = false,
      folders,
      signal = AbortSignal.timeout(60_000),
      onChange = () => undefined,
      host: other = {},
      reserved = [],
      device,
      exists,
    } = {}) =>
      scanLibrary({
        database,
        catalog,
        host: { ...host, ...other },
        order: {
          libraryId,
          full,
          sources: [source],
          filtered: other.filter !== undefined,
          ...(folders && { folders }),
        },
        reserved,
        device,
        exists,
        signal,
        onProgress: () => undefined,
        onChange,
      }),
    async rows() {
      const rows = await database.all<{
        path: string;
        state: string;
        title: string | null;
        missing: number | null;
        problem: string;
      }>(
        `select f.absolute_path as path, f.match_state as state, i.title, f.missing_since as missing, f.problem from media_files f
         left join media_items i on i.id = f.item_id order by f.absolute_path, f.id`,
      );
      return rows.map(({ path, state, title, missing, problem }) => ({
        file: path.slice(root.length + 1),
        state,
        item: title,
        missing: missing !== null,
        problem,
      }));
    },
    async titles() {
      const rows = await database.all<{ title: string; type: string; n: number }>(
        `select i.title, i.type, i.file_count as n from media_items i where i.type in ('movie', 'show') order by i.title`,
      );
      return rows.map(({ title, n }) => `${title} ${n}`);
    },
    async remove() {
      await db.remove();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function answer(text: string) {
  try {
    return { data: JSON.parse(text) as MediaData, confidence: 1 };
  } catch {
    return { confidence: 0, problem: 'not JSON' };
  }
}
