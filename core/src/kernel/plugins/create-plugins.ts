import { join } from 'node:path';
import type { Database } from '../database/database.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { HealthCheck } from '../http/health.ts';
import type { Logger } from '../log/logger.ts';
import type { DomainModule } from '../module.ts';
import type { SecretBox } from '../security/secret-box.ts';
import { AppError } from '../errors.ts';
import { BootMarker } from './boot-marker.ts';
import { ConnectionStore } from './connection-store.ts';
import { Connections } from './connections.service.ts';
import { ContractRegistry } from './contract-registry.ts';
import { HookBus } from './hook-bus.ts';
import { createInstaller } from './install/create-installer.ts';
import { installRoutesOf } from './install/install.routes.ts';
import { pluginErrandJob } from './install/plugin-errand.ts';
import type { PluginInstaller } from './install/plugin-installer.ts';
import { HostLimiter } from './http/host-limiter.ts';
import { RemoteHttp } from './http/remote-http.ts';
import { PluginEntries, type JobPort } from './plugin-entries.ts';
import { PluginService } from './plugin.service.ts';
import { Orphans } from './process/orphans.ts';
import { usualLimits, type ProcessLimits } from './process/process-line.ts';
import { findPluginProgram } from './process/program.ts';
import { PluginStore } from './plugin-store.ts';
import { pluginRoutesOf } from './plugins.routes.ts';
import type { CatalogPort, RoutePort } from './ports.ts';
import { SdkProvision } from './sdk-provision.ts';

export interface PluginsOptions {
  /** Folder with the plugins that come with the server. */
  bundledFolder: string;
  /** Absolute; plugins that people add lie in its `plugins`, their data in `plugin-data`. */
  dataDir: string;
  config: {
    folders: readonly string[];
    disabled: readonly string[];
    safeMode: boolean;
    options: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    place: Readonly<Record<string, 'server' | 'process'>>;
    /** npm registry to install from; the public one unless told. */
    registry?: string;
    /** Lists of plugins to install from. */
    indexes?: readonly string[];
  };
  /** Of plugins in processes of their own; the usual ones unless told. */
  limits?: Partial<ProcessLimits>;
  version: string;
  database: Database;
  events: EventBus;
  logger: Logger;
  secrets: SecretBox;
  jobs: JobPort;
  /** Asked for when the first plugin starts: the HTTP server is built from the modules, this one among them. */
  routes(): RoutePort;
  catalog?: CatalogPort;
}

/** The plugin host, put together: hooks and providers for the domains, a module for the server. */
export interface Plugins {
  hooks: HookBus;
  providers: Connections;
  service: PluginService;
  installer: PluginInstaller;
  contracts: ContractRegistry;
  http: RemoteHttp;
  module: DomainModule;
}

export function createPlugins(options: PluginsOptions): Plugins {
  const { database, events, logger, secrets, jobs, config, dataDir } = options;
  const hooks = new HookBus();
  const contracts = new ContractRegistry();
  const http = new RemoteHttp({ limiter: new HostLimiter(), logger, userAgent: `Vitascope/${options.version}` });
  const connections: Connections = new Connections({
    store: new ConnectionStore(database, secrets),
    contracts,
    events,
    hooks,
    plugins: (id) => service.running(id),
  });
  const routes: RoutePort = {
    addRoutes: (owner, list) => options.routes().addRoutes(owner, list),
    removeRoutes: (owner) => options.routes().removeRoutes(owner),
  };
  const orphans = new Orphans(join(dataDir, 'plugin-processes.json'));
  const program = findPluginProgram();
  const limits = { ...usualLimits, ...options.limits };
  const service: PluginService = new PluginService({
    roots: [
      { folder: options.bundledFolder, bundled: true },
      ...config.folders.map((folder) => ({ folder, bundled: false })),
      { folder: join(dataDir, 'plugins'), bundled: false },
    ],
    config,
    dataFolder: join(dataDir, 'plugin-data'),
    store: new PluginStore(database, secrets),
    marker: new BootMarker(join(dataDir, 'plugin-boot.json')),
    entries: new PluginEntries({ routes, jobs, hooks, contracts, connections, logger }),
    hooks,
    provision: new SdkProvision(),
    events,
    logger,
    program,
    limits,
    orphans,
    services: { database, http, jobs, connections, contracts, logger, catalog: options.catalog },
  });
  const installer = createInstaller({
    dataDir,
    config: { registry: config.registry ?? 'https://registry.npmjs.org', indexes: config.indexes ?? [] },
    http,
    database,
    service,
    contracts,
    connections,
    trial: { program, limits, logger, orphans },
  });
  const module: DomainModule = {
    name: 'plugins',
    routes: [...installRoutesOf(installer), ...pluginRoutesOf(service, connections)],
    jobs: [pluginErrandJob({ installer, service })],
    health: healthChecks(service, connections),
    async start() {
      await installer.recover();
      await connections.load();
      await service.start();
    },
    stop: () => service.stop(),
  };
  return { hooks, providers: connections, service, installer, contracts, http, module };
}

const healthChecks = (service: PluginService, connections: Connections): HealthCheck[] => [
  {
    name: 'plugins',
    critical: false,
    async check() {
      const troubled = service.troubled();
      if (troubled.length === 0) return;
      const list = troubled.map(({ id, state, reason }) => `${id} (${state}): ${reason}`).join('; ');
      throw new AppError('plugin_failed', list, { fix: 'Look at the plugins page.' });
    },
  },
  {
    name: 'connections',
    critical: false,
    async check() {
      const bad = connections.list().filter(({ enabled, state, available }) => enabled && available && state !== 'ok');
      if (bad.length === 0) return;
      const list = bad.map(({ name, state, reason }) => `${name} (${state}): ${reason}`).join('; ');
      throw new AppError('unavailable', list, { fix: 'Look at the connections page and test them.' });
    },
  },
];
