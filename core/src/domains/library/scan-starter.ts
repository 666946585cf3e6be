import { isAbsolute } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import type { Jobs } from '../../kernel/jobs/job.ts';
import { isWithin, tidyFolder } from './folder-rules.ts';
import type { LibraryStore } from './library-store.ts';
import type { ActiveScans } from './ports.ts';

export const scanJob = 'library.scan';

export interface ScanRequest {
  /** Only these and what is below them; all root folders unless told. */
  folders?: readonly string[];
  full?: boolean;
  /** Titles to ask metadata sources about again afterwards. */
  refresh?: readonly number[];
  accountId?: string | undefined;
}

/** Starts scans. An equal one that waits or runs is joined. */
export interface ScanStarter {
  /** @throws AppError `not_found` */
  start(libraryId: number, request?: ScanRequest): Promise<{ id: string; joined: boolean }>;
  startAll(request?: ScanRequest): Promise<string[]>;
  /** Scans those folders, which lie in root folders. @throws AppError `validation_failed` that names each that does not */
  startPaths(paths: readonly string[], request?: ScanRequest): Promise<string[]>;
  /** Stops the scans of a library and waits until they have ended. */
  stop(libraryId: number): Promise<void>;
}

export interface ScanStarterParts {
  store: LibraryStore;
  jobs: Jobs;
  activeScans: ActiveScans;
}

const stopWaitMs = 15_000;

export function createScanStarter({ store, jobs, activeScans }: ScanStarterParts): ScanStarter {
  const start: ScanStarter['start'] = async (libraryId, request = {}) => {
    const { name } = await store.get(libraryId);
    const { folders, full, refresh, accountId } = request;
    const input = { libraryId, name, ...(folders && { folders }), ...(full && { full }), ...(refresh && { refresh }) };
    return jobs.start(scanJob, input, accountId === undefined ? {} : { accountId });
  };
  return {
    start,
    async startAll(request) {
      const started: string[] = [];
      for (const library of await store.list()) started.push((await start(library.id, request)).id);
      return started;
    },
    async startPaths(paths, request) {
      const roots = await store.roots();
      const found = paths.map((path) => {
        const folder = tidyFolder(path);
        return { folder, root: isAbsolute(folder) ? roots.find((root) => isWithin(folder, root.path)) : undefined };
      });
      const errors = found.flatMap(({ folder, root }, index) =>
        root ? [] : [{ path: `body.paths.${index}`, message: `${folder} lies in no root folder of any library.` }],
      );
      if (errors.length > 0)
        throw new AppError('validation_failed', errors.map(({ message }) => message).join(' '), { errors });
      const byLibrary = Map.groupBy(found, ({ root }) => root!.libraryId);
      const started: string[] = [];
      for (const [libraryId, folders] of byLibrary) {
        started.push((await start(libraryId, { ...request, folders: folders.map(({ folder }) => folder) })).id);
      }
      return started;
    },
    async stop(libraryId) {
      const ids = (await activeScans()).get(libraryId) ?? [];
      for (const id of ids) await jobs.cancel(id);
      // How a cancelled job ended is of no interest here, only that it did.
      await Promise.allSettled(ids.map((id) => jobs.finished(id, AbortSignal.timeout(stopWaitMs))));
    },
  };
}
