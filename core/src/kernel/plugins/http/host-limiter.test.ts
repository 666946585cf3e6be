import { describe, expect, it } from 'vitest';
import { HostLimiter } from './host-limiter.ts';

const signal = new AbortController().signal;

describe('the limiter of a remote host', () => {
  it('keeps interval and window, for everybody together', async () => {
    const limiter = new HostLimiter();
    const times: number[] = [];
    const began = performance.now();
    const ask = async () => {
      const leave = await limiter.enter('a', { requests: 4, perMs: 400 }, signal);
      times.push(performance.now() - began);
      leave();
    };
    await Promise.all(Array.from({ length: 9 }, ask));
    for (let i = 4; i < times.length; i++) expect(times[i]! - times[i - 4]!).toBeGreaterThanOrEqual(395);
    for (let i = 1; i < times.length; i++) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(45);
  });

  it('holds the stricter of two paces, and rests when told to', async () => {
    const limiter = new HostLimiter();
    (await limiter.enter('a', { requests: 1, perMs: 300 }, signal))();
    const began = performance.now();
    (await limiter.enter('a', { requests: 1000, perMs: 1000 }, signal))();
    expect(performance.now() - began).toBeGreaterThanOrEqual(290);
    limiter.rest('b', 200);
    const rested = performance.now();
    (await limiter.enter('b', undefined, signal))();
    expect(performance.now() - rested).toBeGreaterThanOrEqual(195);
  });

  it('lets eight ask at once, and lets go of whoever gives up waiting', async () => {
    const limiter = new HostLimiter();
    const leave = await Promise.all(Array.from({ length: 8 }, () => limiter.enter('a', undefined, signal)));
    const stop = new AbortController();
    const given = limiter.enter('a', undefined, stop.signal);
    const waiting = limiter.enter('a', undefined, signal);
    stop.abort(new Error('gave up'));
    await expect(given).rejects.toThrow('gave up');
    leave[0]!();
    leave[0]!();
    (await waiting)();
    for (const each of leave) each();
    const again = await Promise.all(Array.from({ length: 8 }, () => limiter.enter('a', undefined, signal)));
    expect(again).toHaveLength(8);
  });
});
