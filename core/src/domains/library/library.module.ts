import type { Database } from '../../kernel/database/database.ts';
import type { EventBus } from '../../kernel/events/event-bus.ts';
import type { Jobs } from '../../kernel/jobs/job.ts';
import type { JobHistory } from '../../kernel/jobs/job-history.ts';
import type { Logger } from '../../kernel/log/logger.ts';
import type { DomainModule } from '../../kernel/module.ts';
import type { Providers } from '../../kernel/plugins/providers.ts';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import type { RefreshItem } from '../catalog/ports.ts';
import type { LibraryFiles } from './file-reader.ts';
import { askNewConnections } from './ask-new-connections.ts';
import { createIdentifyJob, identifyJob } from './identify.job.ts';
import { createIdentifyService, type IdentifyService } from './identify.service.ts';
import { createLibrariesService, type LibrariesService } from './libraries.service.ts';
import { libraryHealth } from './library-health.ts';
import { LibraryCounts } from './library-counts.ts';
import { createLibraryNews } from './library-news.ts';
import { activeScansOf, scanJobs } from './library-scan.job.ts';
import type { LibraryStore } from './library-store.ts';
import { libraryRoutes } from './library.routes.ts';
import { createManagedLibraries, type ManagedLibraries } from './managed-libraries.ts';
import { createMetadataFinder } from './metadata-finder.ts';
import type { Scanner } from './ports.ts';
import { purgeJob, purgeMissingJob } from './purge-missing.job.ts';
import { createRefreshItem } from './refresh-item.ts';
import { createReviewService, type ReviewService } from './review.service.ts';
import { createScanStarter, type ScanStarter } from './scan-starter.ts';
import { createWatchService, type WatchParts, type WatchService } from './watch.service.ts';

export interface LibraryDomainParts {
  database: Database;
  events: EventBus;
  logger: Logger;
  jobs: Jobs;
  history: Pick<JobHistory, 'active'>;
  providers: Providers;
  hooks: Hooks;
  store: LibraryStore;
  files: LibraryFiles;
  catalog: CatalogStore;
  titles: Pick<CatalogService, 'cards' | 'searchIds' | 'renewKept'>;
  scanner: Scanner;
  /** Where the configuration declares a library of this name. */
  declaredAt(name: string): string | undefined;
  /** Folders of the server itself. */
  reserved: readonly string[];
  /** After a scan that changed something. */
  afterScan(): Promise<void>;
  watch?: Pick<WatchParts, 'open' | 'delayMs' | 'intervalMs'>;
}

/** Everything the library is made of. */
export interface LibraryDomain {
  libraries: LibrariesService;
  managed: ManagedLibraries;
  scans: ScanStarter;
  review: ReviewService;
  identify: IdentifyService;
  watch: WatchService;
  refreshItem: RefreshItem;
  /** Its `start` begins to watch a moment later; declared libraries are brought up to date by `managed`. */
  module: DomainModule;
}

const schedules: DomainModule['schedules'] = [
  { name: 'library.scanAll', job: 'library.scanAll', title: 'Scan all libraries', cron: '30 2 * * *', input: {} },
  {
    name: identifyJob,
    job: identifyJob,
    title: 'Ask metadata sources about unknown titles',
    cron: '40 */3 * * *',
    input: {},
  },
  { name: purgeJob, job: purgeJob, title: 'Forget files that are gone for good', cron: '50 4 * * *', input: {} },
];

export function createLibraryDomain(parts: LibraryDomainParts): LibraryDomain {
  const { database, events, logger, jobs, providers, hooks, store, files, catalog, titles, scanner } = parts;
  const activeScans = activeScansOf(parts.history);
  const scans = createScanStarter({ store, jobs, activeScans });
  const news = createLibraryNews({ events, hooks, titles });
  const counts = new LibraryCounts(store, events);
  const { declaredAt, reserved } = parts;
  const libraries = createLibrariesService({
    database,
    store,
    catalog,
    scans,
    activeScans,
    counts,
    news,
    declaredAt,
    reserved,
  });
  const managed = createManagedLibraries({ database, store, catalog, scans, news, libraries, reserved, logger });
  const finder = createMetadataFinder({ providers, hooks });
  const identify = createIdentifyService({ database, store, catalog, finder, news });
  const review = createReviewService({ database, files, store, catalog, titles, finder, scans, news });
  const watch = createWatchService({
    store,
    scans,
    logger,
    ended: async (jobId, signal) => void (await Promise.allSettled([jobs.finished(jobId, signal)])),
    ...parts.watch,
  });

  const followUp = async (
    libraryId: number,
    { changed, refresh }: { changed: boolean; refresh: readonly number[] },
  ) => {
    if (changed) await parts.afterScan();
    if (!identify.canAsk()) return;
    if (refresh.length > 0) await jobs.start(identifyJob, { itemIds: [...refresh] });
    if ((await identify.countPending(libraryId)) > 0) await jobs.start(identifyJob, { libraryId });
  };

  let stops: (() => void)[] = [];
  return {
    libraries,
    managed,
    scans,
    review,
    identify,
    watch,
    refreshItem: createRefreshItem({ database, jobs, scans }),
    module: {
      name: 'library',
      routes: libraryRoutes({
        libraries,
        scans,
        review,
        candidates: { database, files, store, titles, finder },
        items: { database, catalog, finder, news },
      }),
      jobs: [
        ...scanJobs({ store, scanner, scans, providers, hooks, news, followUp }),
        createIdentifyJob({ identify, store }),
        purgeMissingJob({ database, store, catalog, news }),
      ],
      schedules,
      health: [libraryHealth(store)],
      async start() {
        stops = [
          libraries.onChanged(() => void watch.refresh()),
          askNewConnections({ events, providers, jobs, logger }),
        ];
        watch.start();
      },
      async stop() {
        for (const stop of stops) stop();
        counts.close();
        await watch.stop();
      },
    },
  };
}
