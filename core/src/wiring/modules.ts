import { refreshCookie, sessionCookie } from '../kernel/http/http-options.ts';
import { createJobHistory } from '../kernel/jobs/job-history.ts';
import { createJobsModule } from '../kernel/jobs/jobs.module.ts';
import type { DomainModule } from '../kernel/module.ts';
import { createCsrf, csrfCookie } from '../kernel/security/csrf.ts';
import { freeSpaceHealth } from '../kernel/storage/free-space.ts';
import { catalogModule } from '../domains/catalog/catalog.module.ts';
import { identityRoutes } from '../domains/identity/identity.routes.ts';
import { ServerInfo } from '../domains/settings/server-info.ts';
import { settingsRoutes } from '../domains/settings/settings.routes.ts';
import { trackingRoutes } from '../domains/tracking/tracking.routes.ts';
import type { Foundation } from '../foundation.ts';
import {
  type Get,
  CATALOG,
  IDENTITY,
  JOBS,
  LIBRARY_FILES,
  LIBRARY_STORE,
  PICTURES,
  PLAYBACK,
  PLUGINS,
  LIBRARIES,
  TRACKING,
} from './tokens.ts';

export function makeModules(foundation: Foundation, get: Get): readonly DomainModule[] {
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
        onAccountEnded: (accountId) => get(PLAYBACK).endOf(accountId),
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
        files: get(LIBRARY_FILES),
        counts: async () => ({
          unmatched: await get(LIBRARIES).domain.libraries.unmatchedCount(),
          runningJobs: (await history.active(undefined)).filter(({ state }) => state === 'running').length,
        }),
      }),
    },
    catalogModule(catalog, get(PICTURES)),
    get(LIBRARIES).module,
    get(PLAYBACK),
    createJobsModule({ engine: jobs, database, historyDays: config.get('jobs').historyDays }),
    { name: 'storage', health: [freeSpaceHealth(loaded.config.dataDir)] },
    { name: 'database', health: [{ name: 'database', critical: true, check: () => database.ping() }] },
  );
  return running;
}
