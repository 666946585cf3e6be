import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConfigInput } from '../../core/src/kernel/config/config.schema.ts';
import type { Dialect } from '../../core/src/kernel/database/database.ts';
import { removeFolder, temporaryFolder } from './folder.ts';
import { createDatabase, testClusterUrl } from './postgres.ts';
import { eventually, freePort, startChild, type Child, type Exit } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface ServerOptions {
  /** Contents of the configuration file; port, data directory and database are set from here. */
  config?: ConfigInput;
  /** `false`: no configuration file, as after a fresh clone. */
  configFile?: boolean;
  /** Kept by the caller, for example to start again on it. A temporary one unless told, deleted by `stop()`. */
  dataDir?: string;
  /** That of the test group unless told. */
  dialect?: Dialect;
  /** A database of the caller's; a fresh one unless told. */
  databaseUrl?: string;
  env?: Record<string, string>;
  /** TypeScript as it lies there, or the build that `npm start` runs. */
  entry?: 'source' | 'dist';
  port?: number;
  readyWithinMs?: number;
}

/** A real server in a process of its own. */
export interface RunningServer {
  /** Without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  readonly dataDir: string;
  /** On PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** From start to the first 200 of /health/ready. */
  readonly readyAfterMs: number;
  readonly exited: Promise<Exit>;
  /** Standard output and error so far. */
  logs(): string;
  /** Asks it to end and cleans up what was made for it. */
  stop(): Promise<Exit>;
  /** SIGKILL, as a power cut would; its data stay. */
  kill(): Promise<void>;
}

/** The database that this test group runs on. */
export const testDialect = (): Dialect =>
  process.env.VITASCOPE_TEST_DIALECT === 'postgresql' ? 'postgresql' : 'sqlite';

/** Boots the application and waits until it is ready. The error of a failed start carries its log. */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const dataDir = options.dataDir ?? temporaryFolder('vitascope-data');
  const database = await databaseFor(options);
  const port = options.port ?? (await freePort());
  const began = performance.now();
  const child = startChild(
    process.execPath,
    [...entryPoint(options.entry ?? 'source'), ...configParameters(options, dataDir)],
    {
      cwd: options.configFile === false ? root : dataDir,
      env: environment({ ...options, dataDir, port, databaseUrl: database?.url }),
    },
  );
  const url = `http://127.0.0.1:${port}`;
  const cleanUp = (): void => {
    if (!options.databaseUrl) database?.drop();
    if (!options.dataDir) removeFolder(dataDir);
  };
  try {
    await untilReady(url, child, options.readyWithinMs ?? 60_000);
  } catch (error) {
    const log = child.output().slice(-4000);
    await child.end('SIGKILL');
    cleanUp();
    throw new Error(`The server did not start. Its log:\n${log}`, { cause: error });
  }
  return {
    url,
    port,
    pid: child.process.pid ?? 0,
    dataDir,
    databaseUrl: database?.url,
    readyAfterMs: performance.now() - began,
    exited: child.exited,
    logs: child.output,
    async stop() {
      const exit = await child.end('SIGTERM', 30_000);
      cleanUp();
      return exit;
    },
    async kill() {
      await child.end('SIGKILL');
    },
  };
}

async function databaseFor(options: ServerOptions): Promise<{ url: string; drop(): void } | undefined> {
  if ((options.dialect ?? testDialect()) === 'sqlite') return undefined;
  if (options.databaseUrl) return { url: options.databaseUrl, drop: () => undefined };
  const cluster = testClusterUrl();
  if (!cluster)
    throw new Error(
      'No PostgreSQL was started for this test; run its group with tests/run.ts or vitest --project api-postgresql.',
    );
  return createDatabase(cluster);
}

/** How the `vitascope` command is started. */
export const entryPoint = (entry: 'source' | 'dist'): string[] =>
  entry === 'source'
    ? ['--conditions=source', '--disable-warning=ExperimentalWarning', path.join(root, 'core/src/cli.ts')]
    : [path.join(root, 'core/bin/vitascope.js')];

function configParameters({ config, configFile }: ServerOptions, dataDir: string): string[] {
  if (configFile === false) return ['serve'];
  // JSON is YAML.
  const file = path.join(dataDir, 'vitascope.yaml');
  writeFileSync(file, JSON.stringify(config ?? {}, null, 2));
  return ['serve', '--config', file];
}

/** Nothing of the developer's own settings reaches the server. */
export function environment(options: ServerOptions): Record<string, string> {
  const foreign = /^(VITASCOPE|DATABASE_URL|TMDB_|TRAKT_|NZBGEEK_|DOWNLOAD_|npm_|VITEST|NODE_OPTIONS)/;
  const inherited = Object.entries(process.env).filter(([name, value]) => value !== undefined && !foreign.test(name));
  return {
    ...(Object.fromEntries(inherited) as Record<string, string>),
    NODE_ENV: 'production',
    VITASCOPE__LOG__FORMAT: 'json',
    ...(options.dataDir ? { VITASCOPE_DATA_DIR: options.dataDir } : {}),
    ...(options.port ? { VITASCOPE__SERVER__PORT: String(options.port) } : {}),
    ...(options.databaseUrl ? { VITASCOPE__DATABASE__URL: options.databaseUrl } : {}),
    ...options.env,
  };
}

function untilReady(url: string, child: Child, withinMs: number): Promise<true> {
  const ready = async (): Promise<true> => {
    const answer = await fetch(`${url}/health/ready`);
    if (!answer.ok) throw new Error(`/health/ready answered ${answer.status} ${await answer.text()}`);
    return true;
  };
  return eventually('The server being ready', ready, { withinMs, everyMs: 10, child });
}

/** The code that who is not at the server's machine needs to set it up. */
export const setupCode = (server: Pick<RunningServer, 'logs'>): Promise<string> =>
  eventually('The set-up code in the log', () => /setup code: ([A-Z0-9-]+)/.exec(server.logs())?.[1]);
