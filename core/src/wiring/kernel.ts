import { createJobEngine, type JobEngine } from '../kernel/jobs/job-engine.ts';
import { createPlugins, type Plugins } from '../kernel/plugins/create-plugins.ts';
import { createSecretBox } from '../kernel/security/secret-box.ts';
import { ApiTokens } from '../domains/identity/api-tokens.ts';
import { IdentityService } from '../domains/identity/identity.service.ts';
import { Sessions } from '../domains/identity/sessions.ts';
import type { Foundation } from '../foundation.ts';
import { installPaths } from '../install-paths.ts';
import { type Get, ACCOUNTS, HTTP, JOBS, PLAYBACK, PLUGIN_CATALOG } from './tokens.ts';

export function makeJobs({ database, events, logger, config }: Foundation): JobEngine {
  return createJobEngine({ database, events, logger, workers: config.get('jobs').workers });
}

export function makePlugins(foundation: Foundation, get: Get): Plugins {
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

export function makeIdentity({ database, loaded, config }: Foundation, get: Get): IdentityService {
  const { host } = loaded.config.server;
  return new IdentityService(
    {
      accounts: get(ACCOUNTS),
      sessions: new Sessions(database, {
        ...config.get('auth'),
        onEnd: (sessionId) => get(PLAYBACK).endOfLogin(sessionId),
      }),
      apiTokens: new ApiTokens(database),
    },
    {
      registration: () => config.get('auth').registration,
      codeRequired: !isLoopback(host),
      demo: loaded.demo,
    },
  );
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || host.startsWith('127.');
