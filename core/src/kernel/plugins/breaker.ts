import type { ConnectionState } from './plugins.schema.ts';

const minute = 60_000;
/** How long a connection rests after its first, second, … failure in a row. */
export const ladderMs = [0, 1, 5, 15, 30, 60, 180, 360, 720, 1440].map((minutes) => minutes * minute);

/** Where a connection stands, as it is stored. */
export interface Standing {
  state: ConnectionState;
  reason: string;
  /** Failures counted, at most the length of the ladder. */
  step: number;
  /** Milliseconds since 1970. */
  until?: number;
}

export interface Failure {
  code: string;
  message: string;
  retryAfterMs?: number;
}

const temporary = new Set(['unavailable', 'rate_limited', 'timeout']);

/**
 * The standing after a failure; the same object when the failure says nothing about the connection. Bad credentials stop it
 * at once: services ban accounts that keep trying.
 */
export function afterFailure(standing: Standing, failure: Failure, now: number): Standing {
  if (standing.state === 'disabled') return standing;
  if (failure.code === 'auth') return { state: 'needs_auth', reason: failure.message, step: standing.step };
  if (failure.code === 'invalid_config') return { state: 'invalid', reason: failure.message, step: standing.step };
  if (!temporary.has(failure.code)) return standing;
  const step = Math.min(standing.step + 1, ladderMs.length);
  const rest = Math.max(ladderMs[step - 1]!, failure.retryAfterMs ?? 0);
  return { state: 'backoff', reason: failure.message, step, until: now + rest };
}

/** The standing after an answer: usable again, one step down the ladder. */
export function afterSuccess(standing: Standing): Standing {
  if (standing.state === 'disabled') return standing;
  if (standing.state === 'ok' && standing.step === 0) return standing;
  return { state: 'ok', reason: '', step: Math.max(0, standing.step - 1) };
}

/** Why a connection is not asked now; undefined when it is. */
export function refusal(standing: Standing, now: number): Failure | undefined {
  const { state, reason, until } = standing;
  if (state === 'ok' || (state === 'backoff' && (until ?? 0) <= now)) return undefined;
  if (state === 'backoff') {
    const seconds = Math.ceil((until! - now) / 1000);
    return { code: 'unavailable', message: `resting for ${seconds} s: ${reason}`, retryAfterMs: until! - now };
  }
  if (state === 'needs_auth') return { code: 'auth', message: reason || 'it must be signed in again' };
  if (state === 'invalid') return { code: 'invalid_config', message: reason || 'its settings are not valid' };
  return { code: 'unsupported', message: 'it is switched off' };
}
