import { describe, expect, it } from 'vitest';
import { afterFailure, afterSuccess, ladderMs, refusal, type Standing } from './breaker.ts';

const ok: Standing = { state: 'ok', reason: '', step: 0 };
const down = { code: 'unavailable', message: 'down' };
const minutes = (n: number) => n * 60_000;

describe('a connection that fails', () => {
  it('rests longer each time, at most a day, and climbs down by one for each answer', () => {
    let standing = ok;
    const rests: number[] = [];
    for (let i = 0; i < 12; i++) {
      standing = afterFailure(standing, down, 1000);
      rests.push(standing.until! - 1000);
    }
    expect(rests).toEqual([0, 1, 5, 15, 30, 60, 180, 360, 720, 1440, 1440, 1440].map(minutes));
    standing = afterSuccess(standing);
    expect(standing).toEqual({ state: 'ok', reason: '', step: 9 });
    expect(afterFailure(standing, down, 0).until).toBe(minutes(1440));
    for (let i = 0; i < 9; i++) standing = afterSuccess(standing);
    expect(standing.step).toBe(0);
    expect(afterSuccess(standing)).toBe(standing);
    expect(ladderMs).toHaveLength(10);
  });

  it('rests at least as long as the remote asks', () => {
    expect(afterFailure(ok, { code: 'rate_limited', message: 'x', retryAfterMs: 90_000 }, 0).until).toBe(90_000);
    const third: Standing = { state: 'backoff', reason: '', step: 2, until: 0 };
    expect(afterFailure(third, { code: 'rate_limited', message: 'x', retryAfterMs: 1000 }, 0).until).toBe(minutes(5));
  });

  it('stops at once for credentials and settings, and not at all for what is nobody’s fault', () => {
    expect(afterFailure(ok, { code: 'auth', message: 'refused' }, 0)).toEqual({
      state: 'needs_auth',
      reason: 'refused',
      step: 0,
    });
    expect(afterFailure(ok, { code: 'invalid_config', message: 'no url' }, 0).state).toBe('invalid');
    for (const code of ['not_found', 'unsupported', 'cancelled', 'plugin_failed']) {
      expect(afterFailure(ok, { code, message: '' }, 0)).toBe(ok);
    }
    const off: Standing = { state: 'disabled', reason: '', step: 0 };
    expect([afterFailure(off, down, 0), afterSuccess(off)]).toEqual([off, off]);
  });

  it('is not asked while it rests', () => {
    const resting = afterFailure(afterFailure(ok, down, 0), down, 0);
    expect(refusal(resting, 30_000)).toMatchObject({
      code: 'unavailable',
      message: 'resting for 30 s: down',
      retryAfterMs: 30_000,
    });
    expect(refusal(resting, 60_000)).toBeUndefined();
    expect(refusal(ok, 0)).toBeUndefined();
    expect(refusal({ ...ok, state: 'needs_auth', reason: '' }, 0)?.code).toBe('auth');
    expect(refusal({ ...ok, state: 'invalid' }, 0)?.code).toBe('invalid_config');
    expect(refusal({ ...ok, state: 'disabled' }, 0)?.code).toBe('unsupported');
  });
});
