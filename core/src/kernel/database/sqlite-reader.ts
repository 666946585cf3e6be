import { Worker } from 'node:worker_threads';
import { AppError } from '../errors.ts';
import { bindForSqlite } from './bind.ts';
import type { Bindable, Reading } from './database.ts';
import { fromSqlite } from './database-errors.ts';
import type { ReadAnswer, ReadRequest } from './sqlite-reader-thread.ts';

export interface SqliteReader extends Reading {
  close(): Promise<void>;
}

interface Waiting {
  sql: string;
  late: NodeJS.Timeout;
  resolve(rows: never): void;
  reject(error: Error): void;
}

/** A thread that nobody asks anything for so long is ended, and its memory given back. */
const idleMs = 60_000;
/** As long as PostgreSQL gives a statement. */
const usualPatienceMs = 30_000;
const entry = new URL(
  import.meta.url.endsWith('.ts') ? './sqlite-reader-thread.ts' : './sqlite-reader-thread.js',
  import.meta.url,
);

/**
 * Reads a SQLite file in a thread of its own, so that statements which take long do not hold up the event loop. The thread is
 * started for the first of them. It sees what is committed, and writes nothing.
 */
export function createSqliteReader(file: string, patienceMs = usualPatienceMs): SqliteReader {
  const waiting = new Map<number, Waiting>();
  let worker: Worker | undefined;
  let idle: NodeJS.Timeout | undefined;
  let lastId = 0;
  let closed = false;

  const start = (): Worker => {
    const started = new Worker(entry, {
      workerData: file,
      env: {},
      execArgv: ['--disable-warning=ExperimentalWarning'],
      name: 'database reader',
    });
    started.unref();
    started.on('message', ({ id, rows, failed }: ReadAnswer) => {
      const call = waiting.get(id);
      if (!call) return;
      waiting.delete(id);
      clearTimeout(call.late);
      if (waiting.size === 0) rest(started);
      if (failed) call.reject(fromSqlite(Object.assign(new Error(failed.message), failed), call.sql));
      else call.resolve(rows as never);
    });
    started.on('error', (error) => fail(started, fromSqlite(error)));
    started.on('exit', () => fail(started, ended()));
    return started;
  };

  /** What waits for a thread that is gone hears so; the next call starts another. */
  const fail = (gone: Worker, error: Error): void => {
    if (worker !== gone) return;
    worker = undefined;
    refuse(error);
  };

  const refuse = (error: Error): void => {
    const calls = [...waiting.values()];
    waiting.clear();
    for (const { reject, late } of calls) {
      clearTimeout(late);
      reject(error);
    }
  };

  /** One statement must not hold up all others for ever: they go on in a new thread. */
  const giveUp = (slow: Worker, sql: string): void => {
    const what = `A question to the database took longer than ${patienceMs / 1000} s.`;
    fail(slow, new AppError('database_unavailable', what, { cause: new Error(sql), fix: 'Try again.' }));
    void slow.terminate();
  };

  const rest = (resting: Worker): void => {
    resting.unref();
    idle = setTimeout(() => void end(), idleMs);
    idle.unref();
  };

  const end = async (): Promise<void> => {
    clearTimeout(idle);
    const ending = worker;
    worker = undefined;
    await ending?.terminate();
  };

  const all = <Row extends object>(sql: string, parameters: readonly Bindable[] = []): Promise<Row[]> =>
    new Promise<Row[]>((resolve, reject) => {
      if (closed) throw ended();
      clearTimeout(idle);
      worker ??= start();
      worker.ref();
      const id = ++lastId;
      const asked = worker;
      asked.postMessage({ id, sql, values: parameters.map(bindForSqlite) } satisfies ReadRequest);
      const late = setTimeout(() => giveUp(asked, sql), patienceMs);
      late.unref();
      waiting.set(id, { sql, late, resolve, reject });
    });

  return {
    all,
    first: async <Row extends object>(sql: string, parameters?: readonly Bindable[]) =>
      (await all<Row>(sql, parameters))[0],
    async close() {
      closed = true;
      refuse(ended());
      await end();
    },
  };
}

const ended = (): AppError => new AppError('database_unavailable', 'The database was closed.');
