import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../kernel/config/config.schema.ts';
import type { LoadedConfig } from '../../kernel/config/load-config.ts';
import type { Database } from '../../kernel/database/database.ts';
import { codeOf } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/log/logger.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { checkFolders, findFault, tidyFolder } from './folder-rules.ts';
import { forgetFiles } from './forget-files.ts';
import type { LibrariesService } from './libraries.service.ts';
import { LibrarySettings } from './library.schema.ts';
import type { LibraryKind, LibraryStore, NewRoot, Settings, StoredLibrary } from './library-store.ts';
import type { LibraryNews } from './library-news.ts';
import type { ScanStarter } from './scan-starter.ts';

export type DeclaredLibrary = Config['libraries'][number];

/** Where the configuration file declares a library: `vitascope.yaml:12`. */
export function findDeclaration({ config, sources }: LoadedConfig, name: string): string | undefined {
  const index = config.libraries.findIndex((library) => sameName(library.name, name));
  if (index < 0) return undefined;
  const source =
    sources.get(`libraries.${index}.name`) ?? sources.get(`libraries.${index}`) ?? sources.get('libraries');
  if (!source) return 'the configuration';
  return source.kind === 'file' ? `${source.file}:${source.line}` : `environment ${source.variable}`;
}

export interface ManagedLibrariesParts {
  database: Database;
  store: LibraryStore;
  catalog: CatalogStore;
  scans: ScanStarter;
  news: LibraryNews;
  libraries: Pick<LibrariesService, 'changed'>;
  reserved: readonly string[];
  logger: Logger;
}

/** Libraries that the configuration file declares, and those of the demo. */
export interface ManagedLibraries {
  /**
   * Makes the libraries that are declared what their declaration says, and scans those that changed. One that is no longer declared
   * becomes an ordinary one. Folders that cannot be read now are kept as unavailable; nothing here fails the start of the server.
   */
  sync(declared: readonly DeclaredLibrary[]): Promise<void>;
  /** Makes the libraries "Films" and "Shows" of the demo folder; jobs of the scans this started. */
  ensureDemo(folder: string): Promise<string[]>;
  /** Forgets the libraries of the demo. */
  removeDemo(): Promise<void>;
}

interface Wanted {
  name: string;
  type: LibraryKind;
  settings: Settings;
  folders: readonly string[];
  managedBy: 'config' | 'demo';
}

export function createManagedLibraries(parts: ManagedLibrariesParts): ManagedLibraries {
  const { database, store, catalog, scans, news, logger } = parts;

  const forget = (libraryId: number) => ({
    database,
    catalog,
    onForgotten: (change: { updated: number[]; removed: number[] }) => void news.announce(libraryId, change),
  });

  /** Folders that no other library has. Those that are not there now come later, most likely. */
  const usable = async (wanted: Wanted, own: StoredLibrary | undefined): Promise<NewRoot[]> => {
    const names = new Map((await store.list()).map(({ id, name }) => [id, name]));
    const taken = (await store.roots())
      .filter(({ libraryId }) => libraryId !== own?.id)
      .map(({ path, libraryId }) => ({ path, library: names.get(libraryId) ?? '' }));
    const before = own ? await store.roots(own.id) : [];
    const roots: NewRoot[] = [];
    for (const folder of wanted.folders.map(tidyFolder)) {
      const fault = await findFault(folder);
      const others = [...taken, ...roots.map(({ path }) => ({ path, library: wanted.name }))];
      // A library that is older than the rule about the server's own folders loses nothing by it.
      const reserved = before.some(({ path }) => path === folder) ? [] : parts.reserved;
      const clash = await checkFolders({ folders: [folder], taken: others, reserved }).then(
        () => undefined,
        (error: Error) => (codeOf(error) === 'conflict' ? error.message : undefined),
      );
      if (clash) logger.error({ library: wanted.name, folder }, `A folder of a library was left out. ${clash}`);
      else roots.push({ path: folder, ...(fault && { unavailableReason: fault }) });
    }
    return roots;
  };

  const tellLoss = async (library: string, roots: readonly number[]): Promise<void> => {
    const counts = await store.countByRoot();
    const matches = roots.reduce((sum, id) => sum + (counts.get(id)?.decided ?? 0), 0);
    if (matches > 0)
      logger.warn({ library, matches }, 'Matches made by hand are forgotten with the folders they are in.');
  };

  /** Makes a library what is wanted; whether it has to be scanned. */
  const ensure = async (
    wanted: Wanted,
    own: StoredLibrary | undefined,
  ): Promise<{ id: number; scan: boolean } | undefined> => {
    const roots = await usable(wanted, own);
    if (!own) {
      if (roots.length === 0) return undefined;
      return { id: await store.create(wanted, roots), scan: true };
    }
    const before = await store.roots(own.id);
    const gone = before.filter(({ path }) => !roots.some((root) => root.path === path)).map(({ id }) => id);
    const added = roots.filter(({ path }) => !before.some((root) => root.path === path));
    const { name, type, settings, managedBy } = own;
    const isSame = isDeepStrictEqual(
      { name, type, settings, managedBy },
      { name: wanted.name, type: wanted.type, settings: wanted.settings, managedBy: wanted.managedBy },
    );
    if (isSame && gone.length === 0 && added.length === 0) return { id: own.id, scan: false };
    if (gone.length > 0) await tellLoss(wanted.name, gone);
    const inGone = { sql: `root_id in (${gone.map(() => '?').join(', ') || 'null'})`, parameters: gone };
    await forgetFiles(forget(own.id), inGone, async (queries) => {
      await store.removeRoots(queries, gone);
      await store.update(queries, own.id, { ...wanted, newFolders: added });
    });
    return { id: own.id, scan: added.length > 0 || type !== wanted.type };
  };

  const bring = async (wanted: Wanted, own: StoredLibrary | undefined): Promise<string | undefined> => {
    const ensured = await ensure(wanted, own);
    if (!ensured) return undefined;
    parts.libraries.changed(ensured.id);
    return ensured.scan ? (await scans.start(ensured.id)).id : undefined;
  };

  const release = async (library: StoredLibrary): Promise<void> => {
    await database.transaction((queries) => store.update(queries, library.id, { managedBy: 'ui' }));
    parts.libraries.changed(library.id);
    logger.info(
      { library: library.name },
      'A library is no longer declared in the configuration; it is kept as it is.',
    );
  };

  return {
    async sync(declared) {
      const libraries = await store.list();
      for (const { name, type, folders, ...settings } of declared) {
        const own =
          libraries.find((library) => library.managedBy === 'config' && sameName(library.name, name)) ??
          libraries.find((library) => sameName(library.name, name));
        const wanted: Wanted = { name, type, folders, settings: LibrarySettings.parse(settings), managedBy: 'config' };
        await bring(wanted, own).catch((error: unknown) => {
          logger.error({ err: error, library: name }, 'A declared library could not be brought up to date.');
        });
      }
      for (const library of libraries) {
        const isDeclared = declared.some(({ name }) => sameName(name, library.name));
        if (library.managedBy === 'config' && !isDeclared) await release(library);
      }
    },
    async ensureDemo(folder) {
      const libraries = (await store.list()).filter(({ managedBy }) => managedBy === 'demo');
      const settings = LibrarySettings.parse({ watch: false });
      const jobs: string[] = [];
      for (const [name, type] of demoLibraries) {
        const wanted: Wanted = { name, type, folders: [join(folder, name)], settings, managedBy: 'demo' };
        const job = await bring(
          wanted,
          libraries.find((library) => library.name === name),
        );
        if (job) jobs.push(job);
      }
      return jobs;
    },
    async removeDemo() {
      for (const { id, managedBy } of await store.list()) {
        if (managedBy !== 'demo') continue;
        await scans.stop(id);
        await forgetFiles(forget(id), { sql: 'library_id = ?', parameters: [id] }, (queries) =>
          store.remove(queries, id),
        );
        parts.libraries.changed(id);
      }
    },
  };
}

const demoLibraries = [
  ['Films', 'movies'],
  ['Shows', 'shows'],
] as const;

const sameName = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
