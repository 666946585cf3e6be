import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { setTimeout as delay } from 'node:timers/promises';
import { bindForSqlite } from './bind.ts';
import type { Bindable } from './database.ts';
import { fromSqlite, sqliteBusy, sqliteCode } from './database-errors.ts';
import { createGate } from './gate.ts';

/** How long work waits for another process that writes, in milliseconds. */
const patienceMs = 5000;
/** SQLite itself waits only so long, because it stops the whole process meanwhile; the rest of the patience is spent asleep. */
const busyTimeoutMs = 3;
const keptStatements = 1000;

export type Values = readonly Bindable[];

/**
 * The one connection of this process, shared by plain queries, transactions and the ORM. A statement runs at once; only while
 * a transaction is open do the others queue up behind it.
 */
export interface SqliteConnection {
  readonly native: DatabaseSync;
  all<Row>(sql: string, values: Values): Row[];
  first<Row>(sql: string, values: Values): Row | undefined;
  run(sql: string, values: Values): number;
  /** Runs `statement` when no transaction of somebody else is open, again while another process writes. */
  alone<T>(statement: () => T, sql?: string): Promise<T>;
  /** Waits for its turn and begins; whoever calls it must `commit` or `rollback`. */
  begin(): Promise<void>;
  commit(): void;
  rollback(): void;
  /** Forgets prepared statements, for after the schema changed. */
  forget(): void;
  close(): void;
}

const pragmas = [
  `pragma busy_timeout = ${busyTimeoutMs}`,
  'pragma synchronous = normal',
  'pragma foreign_keys = on',
  'pragma cache_size = -16000',
  'pragma mmap_size = 67108864',
  'pragma temp_store = memory',
  'pragma journal_size_limit = 67108864',
];

export async function connectSqlite(file: string): Promise<SqliteConnection> {
  const native = await untilFree(() => open(file));
  const gate = createGate();
  const statements = new Map<string, StatementSync>();

  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known) return known;
    const statement = native.prepare(sql);
    if (statements.size >= keptStatements) statements.delete(statements.keys().next().value!);
    statements.set(sql, statement);
    return statement;
  };

  return {
    native,
    all: <Row>(sql: string, values: Values) => prepare(sql).all(...bound(values)) as Row[],
    first: <Row>(sql: string, values: Values) => {
      const statement = prepare(sql);
      // A change is committed when its last row was read, and only who reads that far hears of a full disk.
      if (changes(sql)) return statement.all(...bound(values))[0] as Row | undefined;
      return statement.get(...bound(values)) as Row | undefined;
    },
    run: (sql, values) => Number(prepare(sql).run(...bound(values)).changes),
    async alone(statement, sql) {
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        const held = gate.closed;
        if (held) await gate.enter();
        try {
          return statement();
        } catch (error) {
          if (!isBusy(error) || performance.now() > giveUpAt) throw fromSqlite(error, sql);
        } finally {
          if (held) gate.leave();
        }
        await pause();
      }
    },
    async begin() {
      const giveUpAt = performance.now() + patienceMs;
      for (;;) {
        await gate.enter();
        try {
          native.exec('begin immediate');
          return;
        } catch (error) {
          gate.leave();
          if (!isBusy(error) || performance.now() > giveUpAt) throw fromSqlite(error);
        }
        await pause();
      }
    },
    commit() {
      try {
        native.exec('commit');
      } catch (error) {
        throw fromSqlite(error);
      }
      gate.leave();
    },
    rollback() {
      try {
        // A full disk has rolled it back already.
        if (native.isTransaction) native.exec('rollback');
      } finally {
        gate.leave();
      }
    },
    forget: () => statements.clear(),
    close() {
      statements.clear();
      if (native.isOpen) native.close();
    },
  };
}

function open(file: string): DatabaseSync {
  const native = new DatabaseSync(file);
  try {
    for (const pragma of pragmas) native.exec(pragma);
    // The first statement that reads the file: it finds what is no database. Asking first spares a lock on every later start.
    const { journal_mode: mode } = native.prepare('pragma journal_mode').get() as { journal_mode: string };
    if (mode !== 'wal' && file !== ':memory:') native.exec('pragma journal_mode = wal');
    return native;
  } catch (error) {
    native.close();
    throw error;
  }
}

async function untilFree<T>(work: () => T): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (!isBusy(error) || performance.now() > giveUpAt) throw fromSqlite(error);
    }
    await pause();
  }
}

const pause = (): Promise<void> => delay(2 + Math.random() * 6);
const isBusy = (error: unknown): boolean => sqliteCode(error) === sqliteBusy;

const changes = (sql: string): boolean => /\breturning\b/i.test(sql);

const bound = (values: Values): SQLInputValue[] => values.map(bindForSqlite);
