import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chownSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { removeFolder, temporaryFolder } from './folder.ts';
import { eventually, freePort, startChild, type Child } from './processes.ts';
import { programs } from './programs.ts';

/** A private PostgreSQL on loopback. Nothing in it survives: it writes without waiting for the disk. */
export interface PostgresCluster {
  /** Of its maintenance database, as superuser. */
  readonly url: string;
  /** Starts it again after `stop()`, on the same port with the same data. */
  start(): Promise<void>;
  /** `immediate` is a crash: nobody is waited for. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  /** Stops it and deletes its data. */
  remove(): Promise<void>;
}

const superuser = 'vitascope';
const signals = { fast: 'SIGINT', immediate: 'SIGQUIT' } as const;

/** PostgreSQL refuses to run as root: there it runs as `postgres`, or as `nobody`. */
function unprivileged(): { uid: number; gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const accounts = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const account = accounts.find(([name]) => name === 'postgres') ?? accounts.find(([name]) => name === 'nobody');
  if (!account) throw new Error('PostgreSQL cannot run as root, and there is neither an account postgres nor nobody.');
  return { uid: Number(account[2]), gid: Number(account[3]) };
}

/** Creates and starts a cluster in a temporary folder. Throws when PostgreSQL is not installed. */
export async function startPostgres(): Promise<PostgresCluster> {
  const bin = programs.postgresql.find();
  if (!bin) throw new Error(`PostgreSQL is not installed: ${programs.postgresql.otherwise}.`);
  const account = unprivileged();
  const folder = temporaryFolder('vitascope-postgres');
  if (account) chownSync(folder, account.uid, account.gid);
  const data = path.join(folder, 'data');
  const locale = process.platform === 'linux' ? 'C.UTF-8' : 'en_US.UTF-8';
  const create = ['-D', data, '-U', superuser, '-A', 'trust', '-E', 'UTF8', `--locale=${locale}`, '--no-sync'];
  const created = spawnSync(path.join(bin, 'initdb'), create, { ...account, cwd: folder, encoding: 'utf8' });
  if (created.status !== 0)
    throw new Error(`initdb failed: ${created.stdout}${created.stderr}${created.error?.message ?? ''}`);

  const port = await freePort();
  const url = `postgresql://${superuser}@127.0.0.1:${port}/postgres`;
  const settings = {
    fsync: 'off',
    synchronous_commit: 'off',
    full_page_writes: 'off',
    max_connections: '200',
    shared_buffers: '64MB',
  };
  const parameters = [
    ...['-D', data, '-p', String(port), '-k', folder, '-c', 'listen_addresses=127.0.0.1'],
    ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
  ];
  let child: Child | undefined;
  const cluster: PostgresCluster = {
    url,
    async start() {
      const started = startChild(path.join(bin, 'postgres'), parameters, { ...account, cwd: folder });
      child = started;
      const answers = (): true => {
        runSql(url, 'select 1');
        return true;
      };
      await eventually('PostgreSQL answering', answers, { child: started });
    },
    async stop(mode = 'fast') {
      const running = child;
      child = undefined;
      await running?.end(signals[mode]);
    },
    async remove() {
      await cluster.stop('immediate');
      removeFolder(folder);
    },
  };
  await cluster.start();
  return cluster;
}

/** Runs statements with psql; the answer as unaligned text, one row a line. */
export function runSql(url: string, sql: string): string {
  const psql = path.join(programs.postgresql.find() ?? '', 'psql');
  const result = spawnSync(psql, ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-d', url, '-c', sql], {
    encoding: 'utf8',
  });
  if (result.status !== 0) throw new Error(`psql: ${result.stderr}${result.error?.message ?? ''}`);
  return result.stdout.trim();
}

/** The cluster that the test run started; undefined outside the PostgreSQL group. */
export const testClusterUrl = (): string | undefined => process.env.VITASCOPE_TEST_POSTGRESQL_URL || undefined;

/** A new, empty database in the cluster at `clusterUrl`. */
export function createDatabase(clusterUrl: string): { url: string; drop(): void } {
  const name = `test_${randomBytes(6).toString('hex')}`;
  runSql(clusterUrl, `create database ${name}`);
  const url = new URL(clusterUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => void runSql(clusterUrl, `drop database if exists ${name} with (force)`) };
}
