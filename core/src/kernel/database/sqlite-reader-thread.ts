import { DatabaseSync } from 'node:sqlite';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';

/** The thread of `sqlite-reader.ts`: runs one statement after the other and answers with its rows. */

export interface ReadRequest {
  id: number;
  sql: string;
  values: readonly SQLInputValue[];
}

/** Errors do not cross with their properties, so these are taken along. */
export interface ReadAnswer {
  id: number;
  rows?: unknown[];
  failed?: { message: string; code?: unknown; errcode?: unknown };
}

const keptStatements = 200;

const database = new DatabaseSync(workerData as string, { readOnly: true });
// The thread may wait: nobody but reading calls does so with it.
for (const pragma of ['busy_timeout = 5000', 'cache_size = -8000', 'mmap_size = 67108864', 'temp_store = memory']) {
  database.exec(`pragma ${pragma}`);
}
const statements = new Map<string, StatementSync>();
const port = parentPort!;

function prepare(sql: string): StatementSync {
  const known = statements.get(sql);
  if (known) return known;
  const statement = database.prepare(sql);
  if (statements.size >= keptStatements) statements.delete(statements.keys().next().value!);
  statements.set(sql, statement);
  return statement;
}

function answer({ id, sql, values }: ReadRequest): ReadAnswer {
  try {
    return { id, rows: prepare(sql).all(...values) };
  } catch (error) {
    const { message, code, errcode } = error as Error & { code?: unknown; errcode?: unknown };
    return { id, failed: { message, code, errcode } };
  }
}

port.on('message', (request: ReadRequest) => port.postMessage(answer(request)));
