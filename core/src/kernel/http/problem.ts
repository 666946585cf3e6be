import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import { AppError, codeOf, errorCodes, type ErrorCode, type FieldError } from '../errors.ts';

/** The one error body, RFC 9457 with the members that clients of the API know. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  error_code: ErrorCode;
  timestamp: string;
  request_id: string;
  correlation_id: string;
  errors?: readonly FieldError[];
  /** Finds a server fault in the log. */
  reference?: string;
  fix?: string;
  [detail: string]: unknown;
}

export interface RequestIds {
  requestId: string;
  correlationId: string;
}

const reserved = new Set([
  'type',
  'title',
  'status',
  'detail',
  'error_code',
  'timestamp',
  'request_id',
  'correlation_id',
  'errors',
  'reference',
  'fix',
]);

/** What the caller hears of anything thrown. Only errors thrown on purpose speak for themselves. */
export function problemOf(thrown: unknown, ids: RequestIds, now = new Date()): Problem {
  const error = deliberate(thrown);
  const [status, meaning] = errorCodes[error.code];
  return {
    type: `urn:vitascope:error:${error.code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail: error.code === 'internal' ? meaning : error.message,
    error_code: error.code,
    timestamp: now.toISOString(),
    request_id: ids.requestId,
    correlation_id: ids.correlationId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...(status >= 500 ? { reference: randomUUID() } : {}),
    ...(error.fix === undefined ? {} : { fix: error.fix }),
    ...Object.fromEntries(Object.entries(error.details).filter(([key]) => !reserved.has(key))),
  };
}

/** Seconds for `Retry-After`, where the error tells or its kind is known to pass. */
export function retryAfterOf(problem: Problem): number | undefined {
  const told = Number(problem.retry_after_seconds);
  if (Number.isFinite(told) && told >= 0) return Math.max(1, Math.ceil(told));
  return problem.status === 503 ? 5 : undefined;
}

type Speaking = Pick<AppError, 'code' | 'message' | 'details' | 'fix' | 'errors'>;

/** Errors of the SDK carry the same codes without being our class; a full disk has a code of its own. */
function deliberate(thrown: unknown): Speaking {
  if ((thrown as NodeJS.ErrnoException | undefined)?.code === 'ENOSPC') {
    return new AppError('storage_full', 'The disk of the server is full.', {
      fix: 'Free some space on the server and try again.',
    });
  }
  const code = codeOf(thrown);
  if (!(thrown instanceof Error) || code === 'internal') return new AppError('internal', '');
  const { details, fix, errors } = thrown as Partial<AppError>;
  return {
    code,
    message: thrown.message,
    details: typeof details === 'object' && details !== null ? details : {},
    fix: typeof fix === 'string' ? fix : undefined,
    errors: Array.isArray(errors) ? errors : [],
  };
}
