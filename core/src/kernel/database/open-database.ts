import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Database } from './database.ts';
import { makeFolder } from './folder.ts';
import { createMigrations } from './migrations.ts';
import type { Migrations } from './migrations.ts';
import type { OpenDatabaseOptions } from './orm.ts';
import { createTransactionScope } from './transaction-scope.ts';

export interface OpenDatabase extends Database {
  readonly migrations: Migrations;
}

/**
 * Opens the server's database.
 * @throws AppError `database_unavailable` when it cannot be reached, read or written, or is damaged; `unsupported` when a newer
 * Vitascope wrote it.
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  await makeFolder(options.dataDir);
  const target = parseDatabaseUrl(options.url, options.dataDir);
  const scope = createTransactionScope();
  const parts =
    target.dialect === 'sqlite'
      ? await (await import('./open-sqlite.ts')).openSqlite(target.file, scope, options)
      : await (await import('./open-postgresql.ts')).openPostgresql(target.url, scope, options);
  const migrations = createMigrations({
    parts,
    folder: path.join(options.migrationsDir, target.dialect),
    logger: options.logger,
  });
  const database: OpenDatabase = {
    ...parts.queries,
    migrations,
    aside: parts.aside,
    fork: () => parts.fork(),
    close: () => parts.close(),
  };
  try {
    if (options.migrate ?? true) await migrations.up();
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

export type DatabaseTarget = { dialect: 'sqlite'; file: string } | { dialect: 'postgresql'; url: string };

/** Reads `database.url`. The seeds' spellings (`sqlite:///…`, `postgresql+asyncpg://…`) are understood. */
export function parseDatabaseUrl(url: string | undefined, dataDir: string): DatabaseTarget {
  if (url === undefined || url === '') return { dialect: 'sqlite', file: path.resolve(dataDir, 'vitascope.db') };
  if (/^postgres(ql)?(\+\w+)?:\/\//.test(url))
    return { dialect: 'postgresql', url: url.replace(/^\w+(\+\w+)?:/, 'postgresql:') };
  if (url.startsWith('file:')) return { dialect: 'sqlite', file: fileURLToPath(url) };
  const file = /^sqlite(?:\+\w+)?:(?:\/\/)?(.+)$/.exec(url)?.[1];
  if (!file)
    throw new TypeError(
      `"${url.replace(/\/\/.*@/, '//…@')}" is no database URL: it begins with sqlite: or postgresql://.`,
    );
  return { dialect: 'sqlite', file: path.resolve(dataDir, decodeURIComponent(file)) };
}
