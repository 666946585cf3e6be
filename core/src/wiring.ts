import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { container, instanceCachingFactory, type DependencyContainer, type InjectionToken } from 'tsyringe';
import type { LoadedConfig } from './kernel/config/load-config.ts';
import { collectContracts } from './kernel/http/contracts.ts';
import { createDocsPage } from './kernel/http/docs-page.ts';
import { eventStreamRoute } from './kernel/http/event-stream.ts';
import { createHealthMonitor } from './kernel/http/health-monitor.ts';
import { healthRoutes } from './kernel/http/health.routes.ts';
import { refreshCookie, sessionCookie, type PageHandler } from './kernel/http/http-options.ts';
import { createHttpServer, type HttpServer } from './kernel/http/http-server.ts';
import { apiDescriptionRoute } from './kernel/http/openapi.routes.ts';
import { createSendFile, type SendFile } from './kernel/http/send-file.ts';
import { createStaticApp } from './kernel/http/static-app.ts';
import { createJobEngine, type JobEngine } from './kernel/jobs/job-engine.ts';
import { createJobHistory } from './kernel/jobs/job-history.ts';
import { createJobsModule } from './kernel/jobs/jobs.module.ts';
import type { DomainModule } from './kernel/module.ts';
import type { CatalogPort } from './kernel/plugins/ports.ts';
import { createPlugins, type Plugins } from './kernel/plugins/create-plugins.ts';
import { createCsrf, csrfCookie } from './kernel/security/csrf.ts';
import { createSigner } from './kernel/security/signer.ts';
import { createSecretBox } from './kernel/security/secret-box.ts';
import { catalogModule, preparePictures } from './domains/catalog/catalog.module.ts';
import { createCatalogService, type CatalogService } from './domains/catalog/catalog.service.ts';
import { createCatalogStore, type CatalogStore } from './domains/catalog/catalog-store.ts';
import { createPluginCatalog } from './domains/catalog/plugin-catalog.ts';
import { createPictureService, type PictureService } from './domains/catalog/pictures/picture-service.ts';
import { Accounts } from './domains/identity/accounts.ts';
import { ApiTokens } from './domains/identity/api-tokens.ts';
import { identityRoutes } from './domains/identity/identity.routes.ts';
import { IdentityService } from './domains/identity/identity.service.ts';
import { Sessions } from './domains/identity/sessions.ts';
import { fileSummaries, LibraryFiles } from './domains/library/file-reader.ts';
import { Scanner } from './domains/library/scan/scan-host.ts';
import { createScanHost } from './domains/library/scan-plugins.ts';
import { createLibraryDomain, type LibraryDomain } from './domains/library/library.module.ts';
import { LibraryStore } from './domains/library/library-store.ts';
import { playbackModule } from './domains/playback/playback.module.ts';
import { ServerInfo } from './domains/settings/server-info.ts';
import { settingsRoutes } from './domains/settings/settings.routes.ts';
import { playedItems } from './domains/tracking/item-keeper.ts';
import { rulesOf, type PresetName } from './domains/tracking/play-state.ts';
import { PlayStateStore } from './domains/tracking/play-state-store.ts';
import { trackingRoutes } from './domains/tracking/tracking.routes.ts';
import { TrackingService } from './domains/tracking/tracking.service.ts';
import * as catalogApi from './domains/catalog/catalog.schema.ts';
import * as identityApi from './domains/identity/identity.schema.ts';
import * as libraryApi from './domains/library/library.schema.ts';
import * as playbackApi from './domains/playback/playback.schema.ts';
import * as settingsApi from './domains/settings/settings.schema.ts';
import * as trackingApi from './domains/tracking/tracking.schema.ts';
import * as eventsApi from './kernel/http/events.schema.ts';
import * as healthApi from './kernel/http/health.schema.ts';
import * as openapiApi from './kernel/http/openapi.schema.ts';
import * as jobsApi from './kernel/jobs/jobs.schema.ts';
import * as pluginsApi from './kernel/plugins/plugins.schema.ts';
import type { Foundation } from './foundation.ts';
import { installPaths } from './install-paths.ts';

export interface Server {
  http: HttpServer;
  jobs: JobEngine;
  plugins: Plugins;
  identity: IdentityService;
  catalog: CatalogService;
  /** In the order in which they start. */
  modules: readonly DomainModule[];
  /** Resolves when the demo library, where one is shown, has been scanned once. */
  demoScanned(): Promise<void>;
}

/** A name for something the container keeps, with its type. */
interface Token<T> {
  readonly key: symbol;
  readonly type?: T;
}
const token = <T>(name: string): Token<T> => ({ key: Symbol(name) });
type Get = <T>(wanted: Token<T>) => T;

const ACCOUNTS = token<Accounts>('accounts');
const CATALOG = token<CatalogService>('catalog');
const CATALOG_STORE = token<CatalogStore>('catalog-store');
/** What the server promises, for the API description. */
const schemas = [
  catalogApi,
  eventsApi,
  healthApi,
  identityApi,
  jobsApi,
  libraryApi,
  openapiApi,
  playbackApi,
  pluginsApi,
  settingsApi,
  trackingApi,
];

const HTTP = token<HttpServer>('http');
const IDENTITY = token<IdentityService>('identity');
const JOBS = token<JobEngine>('jobs');
const LIBRARY_FILES = token<LibraryFiles>('library-files');
const LIBRARY_STORE = token<LibraryStore>('library-store');
const MODULES = token<readonly DomainModule[]>('modules');
const PICTURES = token<PictureService>('pictures');
const PLAYBACK = token<DomainModule>('playback');
const PLUGIN_CATALOG = token<CatalogPort>('plugin-catalog');
const PLUGINS = token<Plugins>('plugins');
const LIBRARIES = token<LibraryParts>('libraries');
const SEND_FILE = token<SendFile>('send-file');
const TRACKING = token<TrackingService>('tracking');

/** Builds every part of the server once, lazily, from the foundation. Nothing runs yet. */
export function wire(foundation: Foundation): Server {
  const scope = container.createChildContainer();
  const get: Get = (wanted) => scope.resolve(wanted.key as InjectionToken<never>);
  const provide = <T>(made: Token<T>, make: (foundation: Foundation, get: Get) => T): DependencyContainer =>
    scope.register(made.key, { useFactory: instanceCachingFactory(() => make(foundation, get)) });

  provide(JOBS, makeJobs);
  provide(PLUGINS, makePlugins);
  provide(ACCOUNTS, ({ database }) => new Accounts(database));
  provide(IDENTITY, makeIdentity);
  provide(CATALOG_STORE, () => createCatalogStore({ files: fileSummaries, keepers: [playedItems] }));
  provide(CATALOG, makeCatalog);
  provide(PLUGIN_CATALOG, ({ database }) =>
    createPluginCatalog({ database, store: get(CATALOG_STORE), catalog: get(CATALOG) }),
  );
  provide(PICTURES, makePictures);
  provide(LIBRARY_STORE, ({ database }) => new LibraryStore(database));
  provide(LIBRARY_FILES, ({ database }) => new LibraryFiles(database));
  provide(LIBRARIES, makeLibraries);
  provide(TRACKING, makeTracking);
  provide(PLAYBACK, makePlayback);
  provide(SEND_FILE, () => createSendFile());
  provide(MODULES, makeModules);
  provide(HTTP, makeHttp);

  return {
    http: get(HTTP),
    jobs: get(JOBS),
    plugins: get(PLUGINS),
    identity: get(IDENTITY),
    catalog: get(CATALOG),
    modules: get(MODULES),
    demoScanned: () => get(LIBRARIES).demoScanned(),
  };
}

function makeJobs({ database, events, logger, config }: Foundation): JobEngine {
  return createJobEngine({ database, events, logger, workers: config.get('jobs').workers });
}

function makePlugins(foundation: Foundation, get: Get): Plugins {
  const { loaded, version, database, events, logger, secretKey } = foundation;
  return createPlugins({
    bundledFolder: installPaths.bundledPlugins,
    dataDir: loaded.config.dataDir,
    config: loaded.config.plugins,
    version,
    database,
    events,
    logger,
    secrets: createSecretBox(secretKey),
    jobs: get(JOBS),
    routes: () => get(HTTP),
    catalog: {
      upsert: (items, origin) => get(PLUGIN_CATALOG).upsert(items, origin),
      find: (query) => get(PLUGIN_CATALOG).find(query),
      offerArtwork: (id, picture, origin) => get(PLUGIN_CATALOG).offerArtwork(id, picture, origin),
    },
  });
}

function makeIdentity({ database, loaded, config }: Foundation, get: Get): IdentityService {
  const { host } = loaded.config.server;
  return new IdentityService(
    {
      accounts: get(ACCOUNTS),
      sessions: new Sessions(database, config.get('auth')),
      apiTokens: new ApiTokens(database),
    },
    {
      registration: () => config.get('auth').registration,
      codeRequired: !isLoopback(host),
      demo: loaded.demo,
    },
  );
}

function makeCatalog({ database, events, loaded }: Foundation, get: Get): CatalogService {
  const { basePath } = loaded.config.server;
  const { hooks } = get(PLUGINS);
  return createCatalogService({
    database,
    store: get(CATALOG_STORE),
    events,
    states: get(TRACKING),
    files: get(LIBRARY_FILES),
    present: async (detail) => {
      if (!hooks.has('filter', 'catalog.present')) return detail;
      const { extra } = await hooks.filter('catalog.present', { item: { ...detail }, extra: {} });
      return { ...detail, extra };
    },
    refresh: (itemId, accountId) => get(LIBRARIES).domain.refreshItem(itemId, accountId),
    pictureBase: `${basePath === '/' ? '' : basePath}/api/v1/pictures`,
  });
}

function makePictures({ database, storage, logger }: Foundation, get: Get): PictureService {
  const roots = get(LIBRARY_STORE);
  return createPictureService({
    database,
    storage,
    folders: async () => (await roots.roots()).map(({ path }) => path),
    log: logger,
  });
}

interface LibraryParts {
  domain: LibraryDomain;
  module: DomainModule;
  demoScanned(): Promise<void>;
}

function makeLibraries(foundation: Foundation, get: Get): LibraryParts {
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
    declaredAt: declaredAt(loaded),
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

function makePlayback({ loaded, config, secretKey, logger }: Foundation, get: Get): DomainModule {
  return playbackModule({
    settings: () => config.get('playback'),
    dataDir: loaded.config.dataDir,
    files: get(LIBRARY_FILES),
    roots: get(LIBRARY_STORE),
    titles: get(CATALOG),
    progress: get(TRACKING),
    hooks: get(PLUGINS).hooks,
    signer: createSigner(secretKey, 'stream'),
    sendFile: get(SEND_FILE),
    logger,
  });
}

/** A newcomer sees films at once rather than an empty page, but never waits long. */
const demoPatienceMs = 5000;

const scanProcess = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? './scan-process.ts' : './scan-process.js', import.meta.url),
);

/** `config/vitascope.yaml:12` for a library that the configuration file declares. */
const declaredAt =
  ({ config, sources }: LoadedConfig) =>
  (name: string): string | undefined => {
    const source = sources.get(`libraries.${config.libraries.findIndex((library) => library.name === name)}.name`);
    return source && (source.kind === 'file' ? `${source.file}:${source.line}` : `environment ${source.variable}`);
  };

function makeTracking({ database, events, config }: Foundation, get: Get): TrackingService {
  const accounts = get(ACCOUNTS);
  return new TrackingService({
    store: new PlayStateStore(database),
    catalog: {
      places: (ids) => get(CATALOG).places(ids),
      episodesOf: (ids) => get(CATALOG).episodesOf(ids),
      cards: (ids, accountId) => get(CATALOG).cards(ids, accountId),
      recentlyAdded: (accountId, limit) => get(CATALOG).recentlyAdded(accountId, limit),
      counts: () => get(CATALOG).counts(),
    },
    events,
    async rulesFor(accountId) {
      const own = config.get('tracking');
      const preferences = (await accounts.find(accountId))?.preferences as { playStatePreset?: PresetName } | undefined;
      return rulesOf(preferences?.playStatePreset ?? own.preset, own);
    },
  });
}

function makeModules(foundation: Foundation, get: Get): readonly DomainModule[] {
  const { database, config, version, secretKey, lines, loaded } = foundation;
  const csrf = createCsrf(secretKey);
  const identity = get(IDENTITY);
  const tracking = get(TRACKING);
  const catalog = get(CATALOG);
  const libraries = get(LIBRARY_STORE);
  const plugins = get(PLUGINS);
  const jobs = get(JOBS);
  const history = createJobHistory(database);
  const running: DomainModule[] = [];
  const info = new ServerInfo({
    version,
    startedAt: Date.now(),
    dataDir: loaded.config.dataDir,
    database,
    databaseFile: foundation.databaseFile,
    checks: () => running.flatMap(({ health = [] }) => [...health]),
    folders: async () => (await libraries.roots()).map(({ path }) => path),
    migrations: async () =>
      (await database.migrations.status()).filter(({ appliedAt }) => appliedAt !== undefined).map(({ name }) => name),
  });
  running.push(
    plugins.module,
    {
      name: 'identity',
      routes: identityRoutes(identity, {
        serverName: () => config.get('server').name,
        version,
        csrfToken: ({ sessionId, accountId }) => csrf.tokenFor(sessionId ?? accountId),
        cookies: { session: sessionCookie, refresh: refreshCookie, csrf: csrfCookie },
        onSetUp: async ({ keepDemo }) => {
          if (!keepDemo) await get(LIBRARIES).domain.managed.removeDemo();
        },
      }),
    },
    { name: 'settings', routes: settingsRoutes({ config, lines, info }) },
    {
      name: 'tracking',
      routes: trackingRoutes({
        tracking,
        catalog: catalog,
        counts: async () => ({
          unmatched: [...(await libraries.countByLibrary()).values()].reduce(
            (sum, { unmatched }) => sum + unmatched,
            0,
          ),
          runningJobs: (await history.active(undefined)).filter(({ state }) => state === 'running').length,
        }),
      }),
    },
    catalogModule(catalog, get(PICTURES)),
    get(LIBRARIES).module,
    get(PLAYBACK),
    createJobsModule({ engine: jobs, database, historyDays: config.get('jobs').historyDays }),
    { name: 'database', health: [{ name: 'database', critical: true, check: () => database.ping() }] },
  );
  return running;
}

function makeHttp(foundation: Foundation, get: Get): HttpServer {
  const { loaded, logger, secretKey } = foundation;
  const { server, limits } = loaded.config;
  const identity = get(IDENTITY);
  const modules = get(MODULES);
  const checks = modules.flatMap(({ health = [] }) => [...health]);
  const stopping = new AbortController();
  const http: HttpServer = createHttpServer({
    server,
    limits,
    routes: [
      ...modules.flatMap(({ routes = [] }) => [...routes]),
      ...healthRoutes(
        createHealthMonitor(() => checks),
        () => stopping.signal.aborted,
      ),
      eventStreamRoute({
        bus: foundation.events,
        stopping: stopping.signal,
        streamsPerAccount: limits.eventStreamsPerAccount,
      }),
      apiDescriptionRoute({
        version: foundation.version,
        contracts: collectContracts(schemas),
        table: () => http.table,
      }),
    ],
    authenticate: (facts) => identity.authenticate(facts),
    csrf: createCsrf(secretKey),
    logger,
    pages: pages(get(SEND_FILE)),
    validateResponses: process.env.VITASCOPE_VALIDATE_RESPONSES === '1',
  });
  http.stopping.addEventListener('abort', () => stopping.abort());
  return http;
}

/** The API reference and the web app. */
const pages = (sendFile: SendFile): PageHandler[] =>
  [createDocsPage(), createStaticApp({ folder: installPaths.webApp, sendFile })].filter((page) => page !== undefined);

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || /^127\./.test(host);
