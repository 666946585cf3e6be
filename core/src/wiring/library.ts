import { fileURLToPath } from 'node:url';
import { createJobHistory } from '../kernel/jobs/job-history.ts';
import type { DomainModule } from '../kernel/module.ts';
import { preparePictures } from '../domains/catalog/catalog.module.ts';
import { Scanner } from '../domains/library/scan/scan-host.ts';
import { createScanHost } from '../domains/library/scan-plugins.ts';
import { createLibraryDomain, type LibraryDomain } from '../domains/library/library.module.ts';
import { findDeclaration } from '../domains/library/managed-libraries.ts';
import type { Foundation } from '../foundation.ts';
import { installPaths } from '../install-paths.ts';
import { type Get, CATALOG, CATALOG_STORE, IDENTITY, JOBS, LIBRARY_FILES, LIBRARY_STORE, PLUGINS } from './tokens.ts';

/** The library domain with what only the start of the server needs. */
export interface LibraryParts {
  domain: LibraryDomain;
  module: DomainModule;
  demoScanned(): Promise<void>;
}

export function makeLibraries(foundation: Foundation, get: Get): LibraryParts {
  const { database, events, logger, loaded } = foundation;
  const { hooks, providers } = get(PLUGINS);
  const jobs = get(JOBS);
  const scanner = new Scanner({
    entry: scanProcess,
    logger,
    host: createScanHost({ providers, hooks }),
    databaseUrl: loaded.config.database.url,
    dataDir: loaded.config.dataDir,
    migrationsDir: installPaths.migrations,
  });
  const domain = createLibraryDomain({
    database,
    events,
    logger,
    jobs,
    history: createJobHistory(database),
    providers,
    hooks,
    store: get(LIBRARY_STORE),
    files: get(LIBRARY_FILES),
    catalog: get(CATALOG_STORE),
    titles: get(CATALOG),
    scanner,
    declaredAt: (name) => findDeclaration(loaded, name),
    reserved: [loaded.config.dataDir],
    afterScan: async () => void (await jobs.start(preparePictures, {})),
  });
  const demoScans: string[] = [];
  return {
    domain,
    module: {
      ...domain.module,
      async start(signal) {
        await domain.managed.sync(loaded.config.libraries);
        if (await get(IDENTITY).demoOpen()) demoScans.push(...(await domain.managed.ensureDemo(installPaths.demo)));
        await domain.module.start?.(signal);
      },
      async stop() {
        await domain.module.stop?.();
        await scanner.stop();
      },
    },
    // A scan that fails is in the job history; the server starts all the same.
    demoScanned: async () => {
      const late = AbortSignal.timeout(demoPatienceMs);
      await Promise.allSettled(demoScans.map((id) => jobs.finished(id, late)));
    },
  };
}

/** A newcomer sees films at once rather than an empty page, but never waits long. */
const demoPatienceMs = 5000;

const scanProcess = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../scan-process.ts' : '../scan-process.js', import.meta.url),
);
