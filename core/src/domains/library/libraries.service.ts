import type { z } from 'zod';
import type { Database } from '../../kernel/database/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { checkFolders, tidyFolder } from './folder-rules.ts';
import { forgetFiles } from './forget-files.ts';
import type { LibraryCounts } from './library-counts.ts';
import type { LibraryNews } from './library-news.ts';
import { LibrarySettings } from './library.schema.ts';
import type { createLibrary, Library, updateLibrary } from './library.schema.ts';
import { noFiles, type FileCounts, type LibraryStore, type StoredLibrary, type StoredRoot } from './library-store.ts';
import type { ActiveScans } from './ports.ts';
import type { ScanStarter } from './scan-starter.ts';

export type LibraryView = z.output<typeof Library>;
export type NewLibrary = z.output<typeof createLibrary.body & {}>;
export type ChangedLibrary = z.output<typeof updateLibrary.body & {}>;

export interface LibrariesParts {
  database: Database;
  store: LibraryStore;
  catalog: CatalogStore;
  scans: ScanStarter;
  activeScans: ActiveScans;
  counts: LibraryCounts;
  news: LibraryNews;
  /** Where the configuration declares a library, `vitascope.yaml:12`; undefined where it does not. */
  declaredAt(name: string): string | undefined;
  /** Folders of the server itself. */
  reserved: readonly string[];
}

/** Libraries and their root folders. Nothing here ever touches a media file. */
export interface LibrariesService {
  list(): Promise<LibraryView[]>;
  /** @throws AppError `not_found` */
  get(id: number): Promise<LibraryView>;
  /** Makes a library and starts its first scan. @throws AppError `validation_failed`, `conflict` */
  create(input: NewLibrary, accountId?: string): Promise<{ library: LibraryView; jobId: string }>;
  /** @throws AppError `not_found`, `locked`, `validation_failed`, `conflict` */
  update(id: number, change: ChangedLibrary, accountId?: string): Promise<LibraryView>;
  /** Forgets a library and the titles that only it had. @throws AppError `not_found`, `locked` */
  delete(id: number): Promise<void>;
  /** Files that wait in the review queue, in all libraries. */
  unmatchedCount(): Promise<number>;
  /** Called after libraries, folders or settings changed; returns the way to stop listening. */
  onChanged(listener: () => void): () => void;
  /** Says that libraries were changed from outside this service. */
  changed(libraryId: number): void;
}

export function createLibrariesService(parts: LibrariesParts): LibrariesService {
  const { database, store, catalog, scans, news } = parts;
  const listeners = new Set<() => void>();

  const changed = (libraryId: number): void => {
    void news.announce(libraryId, {});
    for (const listener of listeners) listener();
  };
  const forget = (libraryId: number) => ({
    database,
    catalog,
    onForgotten: (change: { updated: number[]; removed: number[] }) => void news.announce(libraryId, change),
  });

  const declaredAt = ({ managedBy, name }: StoredLibrary): string | undefined =>
    managedBy === 'config' ? parts.declaredAt(name) : undefined;

  const views = async (libraries: readonly StoredLibrary[]): Promise<LibraryView[]> => {
    const [roots, active] = await Promise.all([store.roots(), parts.activeScans()]);
    const { byLibrary, byRoot } = await parts.counts.read(active.size > 0);
    return libraries.map((library) => ({
      ...viewOf(library, byLibrary.get(library.id) ?? noFiles),
      declaredAt: declaredAt(library) ?? '',
      folders: roots
        .filter((root) => root.libraryId === library.id)
        .map((root) => rootView(root, byRoot.get(root.id) ?? noFiles)),
      scanning: active.has(library.id),
    }));
  };
  const view = async (id: number): Promise<LibraryView> => (await views([await store.get(id)]))[0]!;

  const getOpen = async (id: number): Promise<StoredLibrary> => {
    const library = await store.get(id);
    const source = declaredAt(library);
    if (source === undefined) return library;
    throw new AppError('locked', `The library "${library.name}" is declared in ${source}.`, {
      details: { resource: 'library', identifier: id, source },
      fix: 'Change it there and restart the server, or take it out there to change it here.',
    });
  };

  /** All root folders but those of `except`, with the names of their libraries. */
  const takenFolders = async (except: readonly StoredRoot[] = []) => {
    const names = new Map((await store.list()).map(({ id, name }) => [id, name]));
    return (await store.roots())
      .filter(({ id }) => !except.some((root) => root.id === id))
      .map(({ path, libraryId }) => ({ path, library: names.get(libraryId) ?? '' }));
  };

  return {
    list: async () => views(await store.list()),
    get: view,
    async create({ name, type, folders, settings }, accountId) {
      const paths = await checkFolders({ folders, taken: await takenFolders(), reserved: parts.reserved });
      const id = await store.create(
        { name, type, settings: LibrarySettings.parse(settings ?? {}), managedBy: 'ui' },
        paths,
      );
      changed(id);
      const { id: jobId } = await scans.start(id, { accountId });
      return { library: await view(id), jobId };
    },
    async update(id, change, accountId) {
      const before = await getOpen(id);
      const roots = await store.roots(id);
      const { folders = roots.map(({ path }) => path), name, type } = change;
      const wanted = new Set(folders.map(tidyFolder));
      const gone = roots.filter(({ path }) => !wanted.has(path));
      const added = await newFolders(folders, roots, async (fresh) =>
        checkFolders({ folders: fresh, taken: await takenFolders(gone), reserved: parts.reserved }),
      );
      const settings = { ...before.settings, ...change.settings };
      const apply = {
        ...(name && { name }),
        ...(type && { type }),
        settings,
        newFolders: added.map((path) => ({ path })),
      };
      if (gone.length > 0) await scans.stop(id);
      const inGone = {
        sql: `root_id in (${gone.map(() => '?').join(', ') || 'null'})`,
        parameters: gone.map((root) => root.id),
      };
      await forgetFiles(forget(id), inGone, async (queries) => {
        await store.removeRoots(queries, inGone.parameters);
        await store.update(queries, id, apply);
      });
      changed(id);
      const isOther = type !== undefined && type !== before.type;
      if (added.length > 0 || isOther) await scans.start(id, { full: isOther, accountId });
      return view(id);
    },
    async delete(id) {
      await getOpen(id);
      await scans.stop(id);
      await forgetFiles(forget(id), { sql: 'library_id = ?', parameters: [id] }, (queries) =>
        store.remove(queries, id),
      );
      changed(id);
    },
    async unmatchedCount() {
      const { byLibrary } = await parts.counts.read(true);
      return [...byLibrary.values()].reduce((sum, { unmatched }) => sum + unmatched, 0);
    },
    onChanged(listener) {
      const own = (): void => listener();
      listeners.add(own);
      return () => void listeners.delete(own);
    },
    changed,
  };
}

/** The folders that are not root folders yet, checked; faults are named by their place in the whole list. */
async function newFolders(
  folders: readonly string[],
  roots: readonly StoredRoot[],
  check: (fresh: readonly string[]) => Promise<string[]>,
): Promise<string[]> {
  const places = folders.flatMap((folder, index) =>
    roots.some((root) => root.path === tidyFolder(folder)) ? [] : [{ folder, index }],
  );
  if (places.length === 0) return [];
  try {
    return await check(places.map(({ folder }) => folder));
  } catch (error) {
    if (!(error instanceof Error) || !('errors' in error)) throw error;
    const { code, message, errors } = error as AppError;
    const moved = errors.map((each) => ({
      ...each,
      path: each.path.replace(/\d+$/, (place) => String(places[Number(place)]?.index ?? place)),
    }));
    throw new AppError(code, message, { errors: moved, cause: error });
  }
}

const viewOf = (library: StoredLibrary, counts: FileCounts) => ({
  id: library.id,
  name: library.name,
  type: library.type,
  settings: library.settings,
  managedBy: library.managedBy,
  itemCount: counts.items,
  fileCount: counts.files,
  unmatchedCount: counts.unmatched,
  missingCount: counts.missing,
  decidedCount: counts.decided,
  createdAt: new Date(library.createdAt).toISOString(),
});

const rootView = (root: StoredRoot, counts: FileCounts): LibraryView['folders'][number] => ({
  id: root.id,
  path: root.path,
  available: root.available,
  unavailableReason: root.unavailableReason,
  lastScanAt: root.lastScanAt === null ? null : new Date(root.lastScanAt).toISOString(),
  fileCount: counts.files,
  sizeBytes: counts.bytes,
  decidedCount: counts.decided,
});
