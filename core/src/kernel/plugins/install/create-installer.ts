import { join } from 'node:path';
import type { Database } from '../../database/database.ts';
import type { Connections } from '../connections.service.ts';
import type { ContractRegistry } from '../contract-registry.ts';
import type { RemoteHttp } from '../http/remote-http.ts';
import type { PluginService } from '../plugin.service.ts';
import { Downloads } from './downloads.ts';
import { PackageFetcher } from './package-fetcher.ts';
import { PackageSwap } from './package-swap.ts';
import { PluginInstaller } from './plugin-installer.ts';
import { PluginLock } from './plugin-lock.ts';
import { PluginSnapshots } from './plugin-snapshots.ts';
import type { TrialParts } from './trial-start.ts';

export interface InstallerOptions {
  dataDir: string;
  config: { registry: string; indexes: readonly string[] };
  http: RemoteHttp;
  database: Database;
  service: PluginService;
  contracts: ContractRegistry;
  connections: Connections;
  trial: TrialParts;
}

/** The install service, put together. */
export function createInstaller(options: InstallerOptions): PluginInstaller {
  const { dataDir, config, http, database, service, contracts, connections, trial } = options;
  const folder = join(dataDir, 'plugins');
  const lock = new PluginLock(folder);
  const snapshots = new PluginSnapshots(database, join(dataDir, 'plugin-data'));
  return new PluginInstaller({
    folder,
    fetcher: new PackageFetcher({
      downloads: new Downloads(http, [config.registry, ...config.indexes]),
      registry: config.registry,
      indexes: config.indexes,
      logger: trial.logger,
    }),
    swap: new PackageSwap(folder, lock, snapshots),
    lock,
    snapshots,
    service,
    contracts,
    forgetConnections: (id) => connections.removeAll(id),
    trial,
  });
}
