import type { Logger } from '../../kernel/log/logger.ts';
import { isWithin } from './folder-rules.ts';
import type { LibraryStore } from './library-store.ts';
import type { ScanStarter } from './scan-starter.ts';
import { openFolderWatch, type FolderWatch, type OpenFolderWatch } from './folder-watch.ts';
import { SettlingFolders } from './settling-folders.ts';

export interface WatchParts {
  store: LibraryStore;
  scans: ScanStarter;
  /** Resolves when a job has ended, however it ended, or when nobody waits any more. */
  ended(jobId: string, signal: AbortSignal): Promise<void>;
  logger: Logger;
  /** Opens the watch of folders; the system's own unless told. */
  open?: OpenFolderWatch;
  /** Wait after the start of the server, so that watching does not delay it. */
  delayMs?: number;
  /** How often a library is scanned that the system cannot watch. */
  intervalMs?: number;
}

/** Notices what changes in libraries that want it, and scans those folders once they have been still for a while. */
export interface WatchService {
  /** Returns at once; watching begins a moment later. */
  start(): void;
  /** Takes up libraries, folders and settings as they are now. */
  refresh(): Promise<void>;
  stop(): Promise<void>;
}

const startDelayMs = 2000;
const pollIntervalMs = 15 * 60_000;

interface Watched {
  roots: readonly string[];
  settleSeconds: number;
  watch: FolderWatch | undefined;
  folders: SettlingFolders;
  poll: NodeJS.Timeout | undefined;
}

export function createWatchService(parts: WatchParts): WatchService {
  const { store, scans, logger, open = openFolderWatch, delayMs = startDelayMs, intervalMs = pollIntervalMs } = parts;
  const watched = new Map<number, Watched>();
  let timer: NodeJS.Timeout | undefined;
  let begun = false;
  const stopping = new AbortController();
  let working: Promise<void> = Promise.resolve();

  const scan = async (libraryId: number, folders?: readonly string[]): Promise<void> => {
    try {
      const { id, joined } = await scans.start(libraryId, folders && { folders });
      if (!joined || !folders) return;
      // A running scan may have passed these folders before they changed.
      await parts.ended(id, stopping.signal);
      if (!stopping.signal.aborted && watched.has(libraryId)) await scans.start(libraryId, { folders });
    } catch (error) {
      logger.warn({ err: error, library: libraryId }, 'A change was noticed, but the scan could not be started.');
    }
  };

  const settled = (libraryId: number, folders: readonly string[]): void => {
    const outermost = folders.filter((place) => !folders.some((other) => other !== place && isWithin(place, other)));
    void scan(libraryId, outermost);
  };

  const fallBack = (libraryId: number, own: Watched, error: Error): void => {
    if (own.poll || watched.get(libraryId) !== own) return;
    logger.warn(
      { err: error, library: libraryId, minutes: intervalMs / 60_000 },
      'The system cannot watch so many folders; the library is scanned at intervals instead. On Linux, raise fs.inotify.max_user_watches.',
    );
    own.poll = setInterval(() => void scan(libraryId), intervalMs);
    own.poll.unref();
    const { watch } = own;
    own.watch = undefined;
    void watch?.close();
  };

  const begin = async (libraryId: number, roots: readonly string[], settleSeconds: number): Promise<void> => {
    const folders = new SettlingFolders(settleSeconds * 1000, (ready) => settled(libraryId, ready));
    const own: Watched = { roots, settleSeconds, folders, watch: undefined, poll: undefined };
    watched.set(libraryId, own);
    const watch = await open(roots, {
      changed: (path) => own.folders.touch(path),
      // What changed before this moment, nobody saw.
      ready: () => void scan(libraryId),
      exhausted: (error) => fallBack(libraryId, own, error),
      failed: (error) => logger.warn({ err: error, library: libraryId }, 'A folder cannot be watched.'),
    });
    if (own.poll || watched.get(libraryId) !== own) await watch.close();
    else own.watch = watch;
  };

  const end = async (libraryId: number): Promise<void> => {
    const own = watched.get(libraryId);
    if (!own) return;
    watched.delete(libraryId);
    clearInterval(own.poll);
    own.folders.close();
    await own.watch?.close();
  };

  const bringUp = async (): Promise<void> => {
    const roots = await store.roots();
    const libraries = (await store.list()).filter(({ settings }) => settings.watch);
    const wanted = new Map(
      libraries.map(({ id, settings }) => [
        id,
        {
          settleSeconds: settings.settleSeconds,
          roots: roots.filter((root) => root.libraryId === id).map(({ path }) => path),
        },
      ]),
    );
    for (const [id, own] of watched) {
      const now = wanted.get(id);
      const isSame = now && now.settleSeconds === own.settleSeconds && now.roots.join('\n') === own.roots.join('\n');
      if (!isSame) await end(id);
    }
    for (const [id, { roots: paths, settleSeconds }] of wanted) {
      if (!stopping.signal.aborted && !watched.has(id) && paths.length > 0) await begin(id, paths, settleSeconds);
    }
  };

  const refresh = (): Promise<void> => {
    working = working.then(async () => {
      if (stopping.signal.aborted) return;
      await bringUp().catch((error: unknown) =>
        logger.error({ err: error }, 'Watching libraries could not be set up.'),
      );
    });
    return working;
  };

  return {
    start() {
      timer = setTimeout(() => {
        begun = true;
        void refresh();
      }, delayMs);
      timer.unref();
    },
    // Before watching has begun there is nothing to bring up to date.
    refresh: async () => (begun ? refresh() : undefined),
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await working;
      await Promise.all([...watched.keys()].map(end));
    },
  };
}
