import type { CallScope } from '@vitascope/sdk/runtime';
import { AppError, type ErrorCode, type FieldError } from '../errors.ts';
import type { PluginJobRun } from './plugin-job-run.ts';

/** What a call may reach beyond public hosts, and what must not be logged while it runs. */
export interface Reach {
  /** Hosts that a person named in settings. */
  named: ReadonlySet<string>;
  secrets: readonly string[];
}

/** On whose behalf the server calls a plugin. */
export interface HostScope extends CallScope {
  accountId?: string;
  reach: Reach;
  /** The run, inside a job. */
  job?: PluginJobRun;
  /** How many plugins deep this call is: plugins that ask each other for ever are stopped. */
  depth: number;
}

/** What callers say about themselves; the rest is filled in. */
export type ScopeInput = Partial<Pick<HostScope, 'requestId' | 'locale' | 'timeZone' | 'user' | 'accountId' | 'depth'>>;

export const nothingReached: Reach = { named: new Set(), secrets: [] };

export const scopeOf = (input: ScopeInput = {}): HostScope => ({
  requestId: '',
  locale: 'en',
  timeZone: 'UTC',
  depth: 0,
  reach: nothingReached,
  ...input,
});

/** A plugin's error as the server throws it: same code where it means something here, the plugin named. */
export function pluginError(error: unknown, who: string): AppError {
  if (error instanceof AppError) return error;
  const { code, message, fix, retryAfterMs, errors } = error as {
    code?: string;
    message?: string;
    fix?: string;
    retryAfterMs?: number;
    errors?: readonly FieldError[];
  };
  const details = retryAfterMs === undefined ? undefined : { retry_after_seconds: Math.ceil(retryAfterMs / 1000) };
  return new AppError(codes[code ?? ''] ?? 'plugin_failed', `${who}: ${message ?? String(error)}`, {
    cause: error,
    fix,
    details,
    errors,
  });
}

const codes: Record<string, ErrorCode> = {
  auth: 'auth',
  rate_limited: 'rate_limited',
  not_found: 'not_found',
  unavailable: 'unavailable',
  invalid_config: 'invalid_config',
  validation_failed: 'validation_failed',
  unsupported: 'unsupported',
  timeout: 'timeout',
  cancelled: 'cancelled',
};

/** Whether an error is the plugin's own fault, and not the remote's, the caller's or a person's. */
export function isPluginFault(error: unknown): boolean {
  const code = (error as { code?: unknown }).code;
  return typeof code !== 'string' || !Object.hasOwn(codes, code) || code === 'timeout';
}
