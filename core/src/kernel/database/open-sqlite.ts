import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DatabaseSync } from 'node:sqlite';
import type { EntityManager, MikroORM } from '@mikro-orm/sql';
import { AppError } from '../errors.ts';
import { backUpSqlite } from './backup.ts';
import { fromSqlite, sqliteBusy, sqliteCode } from './database-errors.ts';
import { makeFolder } from './folder.ts';
import type { DialectParts, OpenDatabaseOptions } from './orm.ts';
import { connectSqlite } from './sqlite-connection.ts';
import { createSqliteQueries } from './sqlite-database.ts';
import { createSqliteReader } from './sqlite-reader.ts';
import type { TransactionScope } from './transaction-scope.ts';

export async function openSqlite(
  file: string,
  scope: TransactionScope,
  options: OpenDatabaseOptions,
): Promise<DialectParts> {
  await makeFolder(path.dirname(file));
  const connection = await connectSqlite(file).catch((error: Error) => {
    error.message = `${error.message} (${file})`;
    throw error;
  });
  const reader = createSqliteReader(file);
  let orm: MikroORM | undefined;
  const loadOrm = async (): Promise<MikroORM> => {
    const { createSqliteOrm } = await import('./sqlite-orm.ts');
    return (orm ??= createSqliteOrm({ file, connection, scope, options }));
  };
  // It takes a sixth of a second and 40 MB, which a process without entities does not pay.
  if (options.entities?.length) await loadOrm();
  return {
    loadOrm,
    fork() {
      if (!orm) throw new Error('This database was opened without entities.');
      return orm.em.fork() as EntityManager;
    },
    aside: reader,
    queries: createSqliteQueries({ connection, scope, logger: options.logger }),
    label: file,
    locked: (work) => locked(`${file}-migrating`, work),
    backup: (label) => backUpSqlite(connection, path.join(options.dataDir, 'backups'), label),
    async migrating(work) {
      // Dropping or rebuilding a table would otherwise take along all rows that refer to it.
      connection.native.exec('pragma foreign_keys = off');
      setDefensive(connection.native, false);
      try {
        return await work();
      } finally {
        setDefensive(connection.native, true);
        connection.native.exec('pragma foreign_keys = on');
        connection.forget();
      }
    },
    async close() {
      await reader.close();
      if (!connection.native.isOpen) return;
      // Not worth failing over: it only refreshes the planner's statistics, and a full or busy disk may refuse it.
      await connection
        .alone(() => connection.native.exec('pragma optimize'))
        .catch((error: Error) =>
          options.logger.debug({ err: error }, 'The statistics of the database were not refreshed.'),
        );
      await orm?.close(true);
      connection.close();
    },
  };
}

/** Restoring the tables behind a full-text table writes to them directly, which SQLite's defensive mode forbids. */
const setDefensive = (native: DatabaseSync, on: boolean): void =>
  (native as DatabaseSync & { enableDefensive(on: boolean): void }).enableDefensive(on);

/**
 * A lock that dies with the process: an exclusive transaction on an empty database beside the real one. The file stays, because
 * somebody who waits for it holds it open.
 */
async function locked<T>(file: string, work: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file, { timeout: 0 });
  const giveUpAt = performance.now() + 300_000;
  try {
    for (;;) {
      try {
        lock.exec('begin exclusive');
        break;
      } catch (error) {
        if (sqliteCode(error) !== sqliteBusy) throw fromSqlite(error);
        if (performance.now() > giveUpAt) {
          throw new AppError(
            'database_unavailable',
            'Another process has been migrating the database for five minutes.',
            { cause: error },
          );
        }
      }
      await delay(50);
    }
    return await work();
  } finally {
    lock.close();
  }
}
