import { execFile } from 'node:child_process';
import { readdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { backup } from 'node:sqlite';
import type { Logger } from 'pino';
import { fromSqlite } from './database-errors.ts';
import { makeFolder } from './folder.ts';
import type { SqliteConnection } from './sqlite-connection.ts';

/** So many backups are kept; the oldest go. */
const kept = 5;

/** Copies the database while it is in use; the path of the copy. */
export async function backUpSqlite(connection: SqliteConnection, folder: string, label: string): Promise<string> {
  await makeFolder(folder);
  const file = path.join(folder, `${stamp()}-${label}.db`);
  try {
    await backup(connection.native, `${file}.part`, { rate: 10_000 });
    await rename(`${file}.part`, file);
  } catch (error) {
    await rm(`${file}.part`, { force: true });
    throw fromSqlite(error);
  }
  await prune(folder);
  return file;
}

export interface PostgresqlBackup {
  url: string;
  folder: string;
  label: string;
  logger: Logger;
}

/** Runs `pg_dump` where there is one of the server's version or newer; undefined, and a line in the log, where not. */
export async function backUpPostgresql({ url, folder, label, logger }: PostgresqlBackup): Promise<string | undefined> {
  await makeFolder(folder);
  const file = path.join(folder, `${stamp()}-${label}.dump`);
  const target = new URL(url);
  const password = decodeURIComponent(target.password);
  target.password = '';
  try {
    await promisify(execFile)('pg_dump', ['--format=custom', `--file=${file}.part`, `--dbname=${target.href}`], {
      // The password must not be seen in the list of processes.
      env: { ...process.env, ...(password && { PGPASSWORD: password }) },
    });
    await rename(`${file}.part`, file);
  } catch (error) {
    await rm(`${file}.part`, { force: true });
    const reason =
      (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? 'pg_dump was not found'
        : String((error as { stderr?: string }).stderr);
    logger.warn(
      { reason: reason.trim() },
      'No backup was made before the migration. Install pg_dump of the version of the PostgreSQL server.',
    );
    return undefined;
  }
  await prune(folder);
  return file;
}

const stamp = (): string => new Date().toISOString().replace(/[:.]/g, '-');

async function prune(folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => /\.(db|dump)$/.test(name)).sort();
  for (const name of files.slice(0, -kept)) await rm(path.join(folder, name), { force: true });
}
