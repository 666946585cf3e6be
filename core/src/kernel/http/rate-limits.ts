import { isIPv6 } from 'node:net';
import { RateLimiterMemory, type RateLimiterRes } from 'rate-limiter-flexible';
import { AppError } from '../errors.ts';
import type { Caller, Endpoint } from './endpoint.ts';

export interface LimitSettings {
  requestsPerMinute: number;
  authPerMinute: number;
  heavyPerMinute: number;
}

export interface RateLimits {
  /** @throws AppError `rate_limited` with `retry_after_seconds` */
  consume(endpoint: Endpoint | undefined, caller: Caller | undefined, address: string): void | Promise<void>;
}

/** Three buckets of a minute each; 0 in the settings leaves a bucket out. */
export function createRateLimits(settings: LimitSettings): RateLimits {
  const general = bucket(settings.requestsPerMinute);
  const auth = bucket(settings.authPerMinute);
  const heavy = bucket(settings.heavyPerMinute);
  return {
    consume(endpoint, caller, address) {
      const key = caller && caller.role !== 'guest' ? caller.accountId : network(address);
      const strict = endpoint?.limit === 'heavy' ? heavy : undefined;
      // Guessing passwords is counted by address: whoever guesses has no account yet, or has many.
      const guess = endpoint?.limit === 'auth' ? auth : undefined;
      if (!general && !strict && !guess) return undefined;
      return consumeAll([
        [general, key],
        [strict, key],
        [guess, network(address)],
      ]);
    },
  };
}

const bucket = (points: number): RateLimiterMemory | undefined =>
  points > 0 ? new RateLimiterMemory({ points, duration: 60 }) : undefined;

async function consumeAll(wanted: readonly (readonly [RateLimiterMemory | undefined, string])[]): Promise<void> {
  for (const [limiter, key] of wanted) {
    if (!limiter) continue;
    try {
      await limiter.consume(key);
    } catch (refused) {
      if (refused instanceof Error) throw refused;
      throw tooMany(refused as RateLimiterRes);
    }
  }
}

function tooMany({ msBeforeNext }: RateLimiterRes): AppError {
  const seconds = Math.max(1, Math.ceil(msBeforeNext / 1000));
  return new AppError('rate_limited', `Too many requests; wait ${seconds} s.`, {
    details: { retry_after_seconds: seconds },
    fix: 'Wait, or raise `limits` in the configuration.',
  });
}

/** One household has one IPv6 network of 64 bits and any number of addresses in it. */
function network(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros =
    tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => '0');
  return [...left, ...zeros, ...right].slice(0, 4).join(':');
}
