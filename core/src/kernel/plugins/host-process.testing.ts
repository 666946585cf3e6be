import path from 'node:path';
import { openDatabase } from '../database/open-database.ts';
import { repositoryMigrations } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import { createJobEngine } from '../jobs/job-engine.ts';
import { createLog } from '../log/logger.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { secretKeyFrom } from '../security/secret-key.ts';
import { createPlugins } from './create-plugins.ts';

/*
 * A plugin host in a process of its own, for tests of what ends the process: `node host-process.testing.ts <data folder> <plugin>`
 * enables the plugin unless it is in quarantine, prints its state, says `app.ready` and stays until it is told to end.
 */
const [dataDir, id] = process.argv.slice(2) as [string, string];
const { logger } = createLog({ level: 'warn', format: 'json', keepLines: 100 }, process.stderr);
const database = await openDatabase({ dataDir, migrationsDir: repositoryMigrations, logger, url: undefined });
const events = createEventBus(logger);
const { service, module } = createPlugins({
  bundledFolder: path.join(dataDir, 'bundled'),
  dataDir,
  config: { folders: [], disabled: [], safeMode: false, options: {}, place: { '*': 'server' } },
  version: '0.0.0-test',
  database,
  events,
  logger,
  secrets: createSecretBox(secretKeyFrom(Buffer.alloc(32, 7))),
  jobs: createJobEngine({ database, events, logger }),
  routes: () => ({ addRoutes: () => undefined, removeRoutes: () => undefined }),
});
await module.start?.(new AbortController().signal);
if (service.get(id).state === 'discovered') await service.enable(id);
process.stdout.write(`${JSON.stringify(service.get(id))}\n`);
await service.announceReady('0.0.0-test');
process.stdin.resume();
process.stdin.once('end', () => process.exit(0));
