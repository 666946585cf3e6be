import { AppError } from '../errors.ts';

interface DriverFault {
  message?: string;
  /** `ERR_SQLITE_ERROR`, a SQLSTATE, or a network code such as `ECONNREFUSED`. */
  code?: unknown;
  /** SQLite's extended result code. */
  errcode?: unknown;
  /** PostgreSQL names the table of a violated constraint. */
  table?: unknown;
}

const full = (cause: unknown): AppError =>
  new AppError('storage_full', 'The disk that holds the database is full.', {
    fix: 'Free space on the disk of the data directory; what was being written was not stored.',
    cause,
  });

const damaged = (cause: unknown): AppError =>
  new AppError('database_unavailable', `The database is damaged: ${(cause as Error).message}.`, {
    fix: 'Stop the server, keep the damaged file, and put the newest file of the folder `backups` in its place.',
    cause,
  });

const unavailable = (what: string, cause: unknown, fix?: string): AppError =>
  new AppError('database_unavailable', what, { ...(fix && { fix }), cause });

const violated = (what: string, table: string | undefined, cause: unknown): AppError =>
  new AppError('conflict', what, { ...(table && { details: { resource: table } }), cause });

/** SQLite's primary result code, the low byte of the extended one. */
export const sqliteCode = (error: unknown): number => {
  const code = (error as DriverFault | undefined)?.errcode;
  return typeof code === 'number' ? code & 0xff : 0;
};

export const sqliteBusy = 5;
const sqliteLocked = 6;
const shortOfSpace = new Set([4874]); // SQLITE_IOERR_SHMSIZE: the shared memory file of the WAL could not grow

/** Tells what happened in words and codes of ours; what has none is passed on with its statement for the log. */
export function fromSqlite(error: unknown, sql?: string): Error {
  const fault = error as DriverFault;
  if (fault?.code !== 'ERR_SQLITE_ERROR') return error as Error;
  const text = fault.message ?? '';
  const table = /constraint failed: (\w+)\./.exec(text)?.[1];
  if (shortOfSpace.has(Number(fault.errcode))) return full(error);
  switch (sqliteCode(error)) {
    case 13:
      return full(error);
    case 11:
    case 26:
      return damaged(error);
    case sqliteBusy:
    case sqliteLocked:
      return unavailable(
        'Another process holds the database.',
        error,
        'Try again; if it lasts, stop the other process that works on it.',
      );
    case 8:
      return unavailable(
        'The database cannot be written: it is read-only.',
        error,
        'Give the server the right to write its data directory.',
      );
    case 10:
    case 14:
      return unavailable(
        `The database file cannot be used: ${text}.`,
        error,
        'Look at the disk and the rights of the data directory.',
      );
    case 19:
      if (fault.errcode === 2067 || fault.errcode === 1555)
        return violated('An equal entry exists already.', table, error);
      if (fault.errcode === 787)
        return violated('Something this refers to is not there, or is still in use.', table, error);
  }
  return unexpected(error as Error, sql);
}

const lost =
  /Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Cannot use a pool after/;

/** As `fromSqlite`, for PostgreSQL. */
export function fromPostgresql(error: unknown, sql?: string): Error {
  const fault = error as DriverFault;
  const code = typeof fault?.code === 'string' ? fault.code : '';
  const table = typeof fault?.table === 'string' ? fault.table : undefined;
  if (isConnectionLoss(error)) {
    return unavailable(
      'PostgreSQL does not answer.',
      error,
      'See that PostgreSQL runs and that `database.url` points to it; Vitascope goes on by itself.',
    );
  }
  if (code === '53100') return full(error);
  if (code === 'XX001' || code === 'XX002') return damaged(error);
  if (code === '57014')
    return new AppError('timeout', 'A query of the database took too long and was stopped.', { cause: error });
  if (code === '23505') return violated('An equal entry exists already.', table, error);
  if (code === '23503') return violated('Something this refers to is not there, or is still in use.', table, error);
  if (/^(28|3D)/.test(code))
    return unavailable(`PostgreSQL refused the connection: ${fault.message}.`, error, 'Correct `database.url`.');
  return code ? unexpected(error as Error, sql) : (error as Error);
}

/** The connection is gone, not the statement wrong. */
export function isConnectionLoss(error: unknown): boolean {
  const fault = error as DriverFault;
  const code = typeof fault?.code === 'string' ? fault.code : '';
  return (
    /^(08|57P0|53300)/.test(code) ||
    /^(ECONN|EPIPE|ENOTFOUND|EAI_|EHOST|ENET|ETIMEDOUT|ENOENT)/.test(code) ||
    lost.test(fault?.message ?? '')
  );
}

/** Two transactions got into each other's way; run again, either succeeds. */
export const isRetryable = (error: unknown): boolean =>
  ['40001', '40P01'].includes(String((error as DriverFault | undefined)?.code));

function unexpected(error: Error, sql: string | undefined): Error {
  if (sql === undefined) return error;
  return new AppError('internal', `${error.message} in: ${sql.replace(/\s+/g, ' ').slice(0, 400)}`, { cause: error });
}
