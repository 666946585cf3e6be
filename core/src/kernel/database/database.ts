import type { EntityManager } from '@mikro-orm/sql';

export type Dialect = 'sqlite' | 'postgresql';

/** A value that both databases bind. Objects and arrays go through `json()`. */
export type Bindable = string | number | boolean | null | undefined | Uint8Array;

export interface Reading {
  /** All rows. */
  all<Row extends object>(sql: string, parameters?: readonly Bindable[]): Promise<Row[]>;
  /** The first row, if there is one. */
  first<Row extends object>(sql: string, parameters?: readonly Bindable[]): Promise<Row | undefined>;
}

/**
 * SQL on both databases, `?` for parameters. Times are milliseconds since 1970 in bigint columns, JSON columns are read with
 * `readJson` and written with `JSON.stringify`, booleans are read with `!!`.
 */
export interface Queries extends Reading {
  readonly dialect: Dialect;
  /** Runs a statement; how many rows it changed. */
  run(sql: string, parameters?: readonly Bindable[]): Promise<number>;
  /** Inserts many rows with few statements; the generated ids in order when `returning` names the id column. */
  insert(table: string, rows: readonly Record<string, Bindable>[], options?: InsertOptions): Promise<number[]>;
}

export interface InsertOptions {
  returning?: string;
  /** Columns of a unique index: a row that is there already is left alone ('ignore') or takes these columns' new values. */
  onConflict?: { columns: readonly string[]; where?: string; update: 'ignore' | readonly string[] };
}

/** The server's database. Transactions are short and await nothing but their own queries: on SQLite everybody else waits. */
export interface Database extends Queries {
  transaction<T>(work: (queries: Queries) => Promise<T>): Promise<T>;
  /** For what takes more than a few milliseconds: it does not hold up the event loop. */
  readonly aside: Reading;
  /** A fresh unit of work for loading, changing and saving single entities. */
  fork(): EntityManager;
  /** Throws when the database does not answer within `timeoutMs` (2000). */
  ping(timeoutMs?: number): Promise<void>;
  close(): Promise<void>;
}

/** A JSON column's value: PostgreSQL hands over objects, SQLite text. */
export function readJson<T>(value: unknown, fallback: T): T {
  if (value === null || value === undefined) return fallback;
  return (typeof value === 'string' ? JSON.parse(value) : value) as T;
}
