import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { Peer } from '@vitascope/sdk/runtime';
import { pino } from 'pino';
import { codeOf } from './kernel/errors.ts';
import { ipcLink } from './kernel/ipc-link.ts';
import { openDatabase } from './kernel/database/open-database.ts';
import { createCatalogStore } from './domains/catalog/catalog-store.ts';
import { fileSummaries } from './domains/library/file-reader.ts';
import { scanLibrary } from './domains/library/scan/scan-library.ts';
import { playedItems } from './domains/tracking/item-keeper.ts';
import type { ScanAnswer, ScanProcessOptions } from './domains/library/scan/scan-host.ts';
import type { LocalAnswer, ScanHost, ScanOrder } from './domains/library/scan/scan-types.ts';

/**
 * The scan's own process: walks, reads headers and writes, so that the server's event loop stays free. It asks the server over IPC
 * for what only plugins know, and ends with it.
 */
const options = JSON.parse(process.env.VITASCOPE_SCAN ?? '{}') as ScanProcessOptions;
process.on('disconnect', () => process.exit(0));
// Ctrl-C and service managers signal the whole group; the server says when it is over by hanging up.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
giveWay();

const database = await openDatabase({
  url: options.databaseUrl,
  dataDir: options.dataDir,
  migrationsDir: options.migrationsDir,
  migrate: false,
  poolSize: 2,
  logger: pino({ level: 'warn', base: { process: 'scan' } }),
});
const catalog = createCatalogStore({ files: fileSummaries, keepers: [playedItems] });

const peer: Peer = new Peer(ipcLink(process), async (method, order: ScanOrder, signal) => {
  if (method !== 'scan') throw new Error(`The scan process knows no "${method}".`);
  const host: ScanHost = {
    readLocal: (sourceId, subjects) =>
      peer.call('readLocal', { sourceId, subjects }, { signal }) as Promise<LocalAnswer[]>,
    filter: (paths) => peer.call('filter', { paths }, { signal }) as Promise<boolean[]>,
  };
  try {
    const summary = await scanLibrary({
      database,
      catalog,
      host,
      order,
      reserved: [options.dataDir],
      signal,
      onProgress: throttle((progress) => peer.note('progress', progress)),
      onChange: (change) => peer.note('change', change),
    });
    return { summary } satisfies ScanAnswer;
  } catch (error) {
    signal.throwIfAborted();
    const { message, fix } = error as Error & { fix?: string };
    return { failed: { code: codeOf(error), message, fix } } satisfies ScanAnswer;
  }
});
process.send?.({ ready: true });

const progressMs = 200;

/** Who looks at films goes first. Linux keeps a priority for each thread: those that collect garbage and compile have theirs too. */
function giveWay(): void {
  try {
    const threads = process.platform === 'linux' ? readdirSync('/proc/self/task').map(Number) : [process.pid];
    for (const thread of threads) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch (error) {
    // A thread may have ended in between, and some systems allow none of this: the scan goes on as it is.
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
  }
}

function throttle<T>(tell: (value: T) => void): (value: T) => void {
  let last = 0;
  return (value) => {
    const now = Date.now();
    if (now - last < progressMs) return;
    last = now;
    tell(value);
  };
}
