import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Dialect } from '../database/database.ts';
import { createTestDatabase, type TestDatabase } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import type { EventBus } from '../events/event-bus.ts';
import { startTestServer, testCallers, testKey, type TestServer } from '../http/http-server.testing.ts';
import type { JobState } from '../jobs/job.ts';
import { createJobEngine, type JobEngine } from '../jobs/job-engine.ts';
import { createLog } from '../log/logger.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { createPlugins, type Plugins, type PluginsOptions } from './create-plugins.ts';

const fixtures = path.join(import.meta.dirname, '../../../../tests/fixtures/plugins');

/** The account of every test caller; PostgreSQL takes nothing but a UUID. */
export const testAccountId = '00000000-0000-4000-8000-000000000001';

/** A plugin host with a database, a job engine and an HTTP server, all real, in a folder of its own. */
export interface PluginHarness extends Plugins {
  database: TestDatabase['database'];
  events: EventBus;
  jobs: JobEngine;
  server: TestServer;
  dataDir: string;
  /** Lines of the log so far. */
  log: string[];
  /** Copies fixture plugins into the plugin folder. */
  install(...names: string[]): Promise<void>;
  /** Writes a plugin of one file into the plugin folder, its manifest by the SDK's own command. */
  write(id: string, source: string): Promise<void>;
  /** Resolves when a job is in this state. */
  inState(jobId: string, state: JobState): Promise<void>;
  /** Stops the host and starts another one on the same data. */
  restart(options?: Partial<PluginsOptions>): Promise<PluginHarness>;
  close(): Promise<void>;
}

export interface HarnessOptions extends Partial<PluginsOptions> {
  plugins?: readonly string[];
  dialect?: Dialect;
  /** Where plugins run that the configuration does not place. */
  place?: 'server' | 'process';
}

export async function createPluginHarness({
  plugins = [],
  dialect = 'sqlite',
  place,
  ...options
}: HarnessOptions = {}) {
  const test = await createTestDatabase(dialect);
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vitascope-plugins-'));
  const install = async (...names: string[]): Promise<void> => {
    await mkdir(path.join(dataDir, 'plugins'), { recursive: true });
    for (const name of names) {
      await cp(path.join(fixtures, name), path.join(dataDir, 'plugins', name), { recursive: true });
    }
  };
  const write = (id: string, source: string): Promise<void> =>
    writePlugin(path.join(dataDir, 'plugins', id), id, source);
  await install(...plugins);
  const remove = async (): Promise<void> => {
    await test.remove();
    await rm(dataDir, { recursive: true, force: true });
  };
  return open({ test, dataDir, install, write, remove, place, options });
}

const command = path.join(import.meta.dirname, '../../../../sdk/src/cli.ts');

async function writePlugin(folder: string, id: string, source: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'index.js'), source);
  const vitascope = { format: 1, id, name: id, sdk: '^0.1.0' };
  const json = { name: id, version: '1.0.0', type: 'module', exports: './index.js', vitascope };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(json));
  const run = `const { main } = await import(${JSON.stringify(pathToFileURL(command).href)}); process.exit(await main(['manifest', ${JSON.stringify(folder)}]));`;
  await promisify(execFile)(process.execPath, ['--conditions=source', '--input-type=module', '-e', run]);
}

interface Ground {
  test: TestDatabase;
  dataDir: string;
  install: PluginHarness['install'];
  write: PluginHarness['write'];
  remove(): Promise<void>;
  place: HarnessOptions['place'];
  options: Partial<PluginsOptions>;
}

async function open(ground: Ground): Promise<PluginHarness> {
  const { test, dataDir } = ground;
  const log: string[] = [];
  const { logger } = createLog({ level: 'debug', format: 'json', keepLines: 100 }, { write: (text) => log.push(text) });
  const events = createEventBus(logger);
  const jobs = createJobEngine({ database: test.database, events, logger, pollMs: 50 });
  const late: { server?: TestServer } = {};
  const made = createPlugins({
    bundledFolder: path.join(dataDir, 'bundled'),
    dataDir,
    config: {
      folders: [],
      disabled: [],
      safeMode: false,
      options: {},
      place: ground.place ? { '*': ground.place } : {},
    },
    version: '0.0.0-test',
    database: test.database,
    events,
    logger,
    secrets: createSecretBox(testKey),
    jobs,
    routes: () => late.server!,
    ...ground.options,
  });
  const server = await startTestServer(made.module.routes ?? [], {
    authenticate: ({ token = '' }) => testCallers[token] && { ...testCallers[token], accountId: testAccountId },
  });
  late.server = server;
  await made.module.start!(new AbortController().signal);
  await jobs.open();
  const stop = async (): Promise<void> => {
    await made.module.stop!();
    await jobs.close();
    await server.close({ graceMs: 100 });
  };
  return {
    ...made,
    database: test.database,
    events,
    jobs,
    server,
    dataDir,
    log,
    install: ground.install,
    write: ground.write,
    async inState(jobId, state) {
      const coming = Promise.withResolvers<void>();
      const stop = events.on(
        'job.changed',
        (job) => void (job.id === jobId && job.state === state && coming.resolve()),
      );
      if ((await jobs.store.find(jobId))?.state !== state) await coming.promise;
      stop();
    },
    async restart(options = {}) {
      await stop();
      return open({ ...ground, options: { ...ground.options, ...options } });
    },
    async close() {
      await stop();
      await ground.remove();
    },
  };
}
