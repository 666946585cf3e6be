import { stat, statfs } from 'node:fs/promises';
import type { z } from 'zod';
import type { Database } from '../../kernel/database/database.ts';
import type { HealthCheck } from '../../kernel/http/health.ts';
import type { getServerInfo } from './settings.schema.ts';

type Answer = z.input<NonNullable<(typeof getServerInfo)['response']>>;

export interface ServerInfoParts {
  version: string;
  startedAt: number;
  dataDir: string;
  database: Database;
  databaseFile: string | undefined;
  checks(): readonly HealthCheck[];
  /** Folders whose disks people want to see. */
  folders(): Promise<readonly string[]>;
  migrations(): Promise<readonly string[]>;
}

const checkMs = 3000;

/** What an administrator wants to know of the server at a glance. */
export class ServerInfo {
  readonly #parts: ServerInfoParts;

  constructor(parts: ServerInfoParts) {
    this.#parts = parts;
  }

  async read(): Promise<Answer> {
    const { version, startedAt, dataDir, database, databaseFile, folders, migrations } = this.#parts;
    const { rss, heapUsed } = process.memoryUsage();
    return {
      version,
      nodeVersion: process.version,
      startedAt: new Date(startedAt).toISOString(),
      memory: { rssBytes: rss, heapBytes: heapUsed },
      database: {
        dialect: database.dialect,
        sizeBytes: await sizeOf(databaseFile, database),
        migrations: [...(await migrations())],
      },
      dataDir,
      disks: await disksOf([dataDir, ...(await folders())]),
      checks: await Promise.all(this.#parts.checks().map(runCheck)),
    };
  }
}

async function sizeOf(file: string | undefined, database: Database): Promise<number | null> {
  if (file !== undefined) return (await bytesOf(file)) + (await bytesOf(`${file}-wal`));
  const row = await database.first<{ size: number }>('select pg_database_size(current_database()) as size');
  return row ? Number(row.size) : null;
}

/** Of a file that may not be there: SQLite removes its log when the last connection closes. */
async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** One row for each file system, however many folders lie on it; folders that are gone have none. */
async function disksOf(folders: readonly string[]): Promise<Answer['disks']> {
  const disks = new Map<number, Answer['disks'][number]>();
  for (const path of folders) {
    try {
      const { dev } = await stat(path);
      if (disks.has(dev)) continue;
      const { blocks, bavail, bsize } = await statfs(path);
      disks.set(dev, { path, totalBytes: blocks * bsize, freeBytes: bavail * bsize });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    }
  }
  return [...disks.values()];
}

async function runCheck(check: HealthCheck): Promise<Answer['checks'][number]> {
  try {
    await check.check(AbortSignal.timeout(checkMs));
    return { name: check.name, ok: true, message: '', fix: '' };
  } catch (error) {
    const { message, fix = '' } = error as Error & { fix?: string };
    return { name: check.name, ok: false, message, fix };
  }
}
