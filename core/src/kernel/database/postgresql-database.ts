import { createHash } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { PostgreSqlConnection } from '@mikro-orm/postgresql';
import { AppError } from '../errors.ts';
import { bindForPostgresql } from './bind.ts';
import type { Bindable, InsertOptions, Queries } from './database.ts';
import { fromPostgresql, isRetryable } from './database-errors.ts';
import { planInsert } from './insert-sql.ts';
import { numberPlaceholders } from './sql-text.ts';
import type { PlainDatabase } from './sqlite-database.ts';
import type { TransactionScope } from './transaction-scope.ts';

export type Pool = Awaited<ReturnType<PostgreSqlConnection['getNativeClient']>>;
type Client = Awaited<ReturnType<Pool['connect']>>;

const none: readonly Bindable[] = [];
const triesOfTransaction = 5;
/** PostgreSQL takes 65,535 parameters in a statement; fewer rows at a time are just as quick. */
const parametersAtOnce = 8000;
const keptTexts = 2000;

/** Statements the server keeps parsed on each connection; long lists of parameters come in too many lengths for that. */
const longestPrepared = 32;

export function createPostgresqlQueries(pool: () => Promise<Pool>, scope: TransactionScope): PlainDatabase {
  const texts = new Map<string, { text: string; name?: string }>();
  const translate = (sql: string, count: number): { text: string; name?: string } => {
    const known = texts.get(sql);
    if (known) return known;
    const text = numberPlaceholders(sql);
    const name = count > longestPrepared ? undefined : createHash('sha1').update(text).digest('base64url');
    if (texts.size >= keptTexts) texts.delete(texts.keys().next().value!);
    const entry = { text, ...(name && { name }) };
    texts.set(sql, entry);
    return entry;
  };

  const queriesOf = (client: () => Promise<Pool | Client>): Queries => {
    const query = async <Row extends object>(sql: string, parameters: readonly Bindable[]) => {
      try {
        return await (
          await client()
        ).query<Row>({ ...translate(sql, parameters.length), values: parameters.map(bindForPostgresql) });
      } catch (error) {
        throw fromPostgresql(error, sql);
      }
    };
    return {
      dialect: 'postgresql',
      all: async <Row extends object>(sql: string, parameters = none) => (await query<Row>(sql, parameters)).rows,
      first: async <Row extends object>(sql: string, parameters = none) => (await query<Row>(sql, parameters)).rows[0],
      run: async (sql, parameters = none) => (await query(sql, parameters)).rowCount ?? 0,
      async insert(table, rows, options) {
        const ids: number[] = [];
        for (const { sql, values } of insertStatements(table, rows, options)) {
          const result = await query<{ id: number }>(sql, values);
          if (options?.returning) for (const { id } of result.rows) ids.push(id);
        }
        return ids;
      },
    };
  };

  const outside = queriesOf(async () => {
    scope.assertOutside();
    return pool();
  });

  const attempt = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    const client = await (await pool()).connect().catch((error: unknown) => {
      throw fromPostgresql(error);
    });
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await scope.run((assertOpen) =>
        work(
          queriesOf(async () => {
            assertOpen();
            return client;
          }),
        ),
      );
      await client.query('commit');
      return result;
    } catch (error) {
      // Where even this fails the connection is of no use any more, and the pool throws it away.
      await client.query('rollback').catch((lost: Error) => (broken = lost));
      throw fromPostgresql(error);
    } finally {
      client.release(broken);
    }
  };

  const transaction = async <T>(work: (queries: Queries) => Promise<T>): Promise<T> => {
    scope.assertOutside();
    for (let tries = 1; ; tries += 1) {
      try {
        return await attempt(work);
      } catch (error) {
        if (tries >= triesOfTransaction || !isRetryable(rootOf(error))) throw error;
      }
      await delay(Math.random() * 20 * 2 ** tries);
    }
  };

  return {
    ...outside,
    insert: async (table, rows, options) =>
      rows.length > 1
        ? transaction((queries) => queries.insert(table, rows, options))
        : outside.insert(table, rows, options),
    transaction,
    async ping(timeoutMs = 2000) {
      const signal = AbortSignal.timeout(timeoutMs);
      const late = new Promise<never>((_, reject) => {
        const error = new AppError('database_unavailable', `PostgreSQL did not answer within ${timeoutMs} ms.`);
        signal.addEventListener('abort', () => reject(error), { once: true });
      });
      await Promise.race([outside.first('select 1 as well'), late]);
    },
  };
}

const rootOf = (error: unknown): unknown => {
  const cause = (error as Error).cause;
  return cause === undefined ? error : cause;
};

function* insertStatements(table: string, rows: readonly Record<string, Bindable>[], options?: InsertOptions) {
  if (rows.length === 0) return;
  const plan = planInsert(table, rows[0]!, options);
  const most = Math.max(1, Math.floor(parametersAtOnce / plan.columns.length));
  for (let at = 0; at < rows.length; at += most) {
    const part = rows.slice(at, at + most);
    yield { sql: plan.sql(part.length), values: part.flatMap((row) => plan.values(row)) };
  }
}
