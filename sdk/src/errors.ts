import type { Fault } from './schema.ts';

/**
 * Every code a plugin fails with, and what the host does about it.
 * Compare `code`, never `instanceof`: the error may have crossed a process.
 */
export const errorCodes = {
  auth: 'The remote refused the credentials. The connection stops at once and asks a person.',
  rate_limited: 'Too many requests. The host waits `retryAfterMs`, or backs off.',
  not_found: 'The remote has no such thing. Nothing is wrong with the connection.',
  unavailable: 'The remote is down, too slow, or answers nonsense. The connection backs off.',
  invalid_config: 'The settings cannot work as they are; the message names the field.',
  validation_failed:
    'What came in is not of the declared shape; `errors` names each member. Given for `input` by itself.',
  unsupported: 'This plugin cannot do that.',
  internal: 'A fault in the plugin.',
  timeout: 'Given by the host: no answer within the deadline.',
  cancelled: 'Given by the host: the caller does not want the answer any more.',
} as const;

/** A code of {@link errorCodes}. */
export type ErrorCode = keyof typeof errorCodes;

/** An error that crosses between plugin and host: its code and these members survive, its class does not. */
export interface PluginError extends Error {
  code: ErrorCode;
  /** Milliseconds after which trying again makes sense. */
  retryAfterMs?: number;
  /** What a person can do about it, one sentence. */
  fix?: string;
  /** The faulty members of a `validation_failed`. */
  errors?: readonly Fault[];
}

/** What `fail` takes beside code and message. */
export interface FailOptions {
  /** Milliseconds after which trying again makes sense. */
  retryAfterMs?: number;
  /** What a person can do about it, one sentence. */
  fix?: string;
  /** Of `validation_failed`: each faulty member, `page` or `rules.0.name`; shown beside its field. */
  errors?: readonly Fault[];
  /** The error underneath; it is logged and does not cross. */
  cause?: unknown;
}

/**
 * Throws an error with a code; fits wherever a value is expected.
 *
 * @example
 * ```ts
 * import { fail } from '@vitascope/sdk';
 * const kinds: Record<string, string> = { movie: 'film' };
 * const kindOf = (type: string) => kinds[type] ?? fail('unsupported', `No ${type} here`);
 * ```
 */
export function fail(code: ErrorCode, message: string, options: FailOptions = {}): never {
  const { cause, ...members } = options;
  throw Object.assign(new Error(message, cause === undefined ? undefined : { cause }), { code, ...members });
}

/**
 * The code of anything thrown; `internal` where it has none of ours.
 *
 * @example
 * ```ts
 * import { codeOf, fail } from '@vitascope/sdk';
 * try {
 *   fail('not_found', 'No film 7');
 * } catch (error) {
 *   if (codeOf(error) !== 'not_found') throw error;
 * }
 * ```
 */
export function codeOf(error: unknown): ErrorCode {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'internal';
}
