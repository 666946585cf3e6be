import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Bindable, InsertOptions, Queries } from './database.ts';
import { fromSqlite } from './database-errors.ts';
import { planInsert } from './insert-sql.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { TransactionScope } from './transaction-scope.ts';

/** A transaction that is open longer than this makes everybody wait and is told to the log. */
const slowMs = 500;
const none: readonly Bindable[] = [];

export type PlainDatabase = Queries & {
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  ping(timeoutMs?: number): Promise<void>;
};

export interface SqliteParts {
  connection: SqliteConnection;
  scope: TransactionScope;
  logger: Logger;
}

export function createSqliteQueries({ connection, scope, logger }: SqliteParts): PlainDatabase {
  const outside = <T>(statement: () => T, sql?: string): Promise<T> => {
    scope.assertOutside();
    return connection.alone(statement, sql);
  };

  const transaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    scope.assertOutside();
    await connection.begin();
    const begun = performance.now();
    try {
      const result = await scope.run((assertOpen) => work(createInside(connection, assertOpen)));
      connection.commit();
      return result;
    } catch (error) {
      connection.rollback();
      throw fromSqlite(error);
    } finally {
      const took = performance.now() - begun;
      if (took > slowMs)
        logger.warn({ tookMs: Math.round(took) }, 'A transaction held the database; everybody else waited for it.');
    }
  };

  return {
    dialect: 'sqlite',
    all: async <Row extends object>(sql: string, parameters = none) =>
      outside(() => connection.all<Row>(sql, parameters), sql),
    first: async <Row extends object>(sql: string, parameters = none) =>
      outside(() => connection.first<Row>(sql, parameters), sql),
    run: async (sql, parameters = none) => outside(() => connection.run(sql, parameters), sql),
    async insert(table, rows, options) {
      if (rows.length > 1) return transaction((queries) => queries.insert(table, rows, options));
      return outside(() => insertRows(connection, table, rows, options), `insert into ${table}`);
    },
    transaction,
    async ping(timeoutMs = 2000) {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<never>((_, reject) => {
        const error = new AppError('database_unavailable', `The database did not answer within ${timeoutMs} ms.`);
        timer = setTimeout(() => reject(error), timeoutMs);
      });
      const answer = connection.alone(() => connection.first('select count(*) as tables from sqlite_schema', none));
      await Promise.race([answer, late]).finally(() => clearTimeout(timer));
    },
  };
}

/** The queries of an open transaction: they run at once. */
function createInside(connection: SqliteConnection, assertOpen: () => void): Queries {
  const named = <T>(statement: () => T, sql: string): T => {
    assertOpen();
    try {
      return statement();
    } catch (error) {
      throw fromSqlite(error, sql);
    }
  };
  return {
    dialect: 'sqlite',
    all: async <Row extends object>(sql: string, parameters = none) =>
      named(() => connection.all<Row>(sql, parameters), sql),
    first: async <Row extends object>(sql: string, parameters = none) =>
      named(() => connection.first<Row>(sql, parameters), sql),
    run: async (sql, parameters = none) => named(() => connection.run(sql, parameters), sql),
    insert: async (table, rows, options) =>
      named(() => insertRows(connection, table, rows, options), `insert into ${table}`),
  };
}

/** One prepared statement run for each row: quicker here than one long statement. */
function insertRows(
  connection: SqliteConnection,
  table: string,
  rows: readonly Record<string, Bindable>[],
  options?: InsertOptions,
): number[] {
  if (rows.length === 0) return [];
  const plan = planInsert(table, rows[0]!, options);
  const sql = plan.sql(1);
  const ids: number[] = [];
  for (const row of rows) {
    if (options?.returning) ids.push(...connection.all<{ id: number }>(sql, plan.values(row)).map(({ id }) => id));
    else connection.run(sql, plan.values(row));
  }
  return ids;
}
