import { pino } from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Cache } from './cache.ts';
import { cacheKeys, hashQuery, outdatedBy } from './cache-keys.ts';
import { createMemoryCache } from './memory-cache.ts';

const policy = { ttlMs: 1000 };

describe('the memory cache', () => {
  let time: number;
  let cache: Cache;
  beforeEach(() => {
    time = 0;
    cache = createMemoryCache({ maxBytes: 100_000, logger: pino({ enabled: false }), clock: { now: () => time } });
  });

  it('keeps a value for its time', async () => {
    await cache.set('a', { n: 1 }, policy);
    time = 999;
    expect(await cache.get('a')).toEqual({ n: 1 });
    time = 1000;
    expect(await cache.get('a')).toBeUndefined();
  });

  it('lets nobody change what it keeps', async () => {
    await cache.set('a', { list: [{ n: 1 }] }, policy);
    const value = (await cache.get<{ list: { n: number }[] }>('a'))!;
    expect(() => (value.list[0]!.n = 2)).toThrow(TypeError);
    expect(() => value.list.push({ n: 3 })).toThrow(TypeError);
  });

  it('loads once for requests at the same time, and again after the time is over', async () => {
    let loads = 0;
    const load = async () => {
      await new Promise(setImmediate);
      return (loads += 1);
    };
    expect(await Promise.all([1, 2, 3].map(() => cache.wrap('a', policy, load)))).toEqual([1, 1, 1]);
    expect(await cache.wrap('a', policy, load)).toBe(1);
    time = 1000;
    expect(await cache.wrap('a', policy, load)).toBe(2);
  });

  it('answers with a stale value when a fresh one cannot be had, as long as it may', async () => {
    const broken = () => Promise.reject(new Error('down'));
    const stale = { ttlMs: 1000, staleMs: 5000 };
    await cache.wrap('a', stale, async () => 'old');
    time = 5999;
    expect(await cache.wrap('a', stale, broken)).toBe('old');
    expect(await cache.wrap('a', stale, async () => 'new')).toBe('new');
    time += 6000;
    await expect(cache.wrap('a', stale, broken)).rejects.toThrow('down');
  });

  it('keeps no failure', async () => {
    await expect(cache.wrap('a', policy, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await cache.wrap('a', policy, async () => 'up')).toBe('up');
  });

  it('drops values by tag and by key', async () => {
    await cache.set('a', 1, { ...policy, tags: ['x', 'y'] });
    await cache.set('b', 2, { ...policy, tags: ['y'] });
    await cache.set('c', 3, policy);
    await cache.invalidate('x');
    expect(await Promise.all(['a', 'b', 'c'].map((key) => cache.get(key)))).toEqual([undefined, 2, 3]);
    await cache.delete('b', 'c');
    expect(await Promise.all(['b', 'c'].map((key) => cache.get(key)))).toEqual([undefined, undefined]);
  });

  it.each([
    ['by tag', (target: Cache) => target.invalidate('x')],
    ['by key', (target: Cache) => target.delete('a')],
    ['altogether', (target: Cache) => target.clear()],
  ])('does not keep what was outdated %s while it was being made', async (_, outdate) => {
    const gate = Promise.withResolvers<string>();
    const old = cache.wrap('a', { ...policy, tags: ['x'] }, () => gate.promise);
    await outdate(cache);
    const fresh = await cache.wrap('a', { ...policy, tags: ['x'] }, async () => 'fresh');
    gate.resolve('old');
    expect([await old, fresh, await cache.get('a')]).toEqual(['old', 'fresh', 'fresh']);
  });

  it('forgets what was not used for longest when it gets too large', async () => {
    const text = 'x'.repeat(20_000);
    await cache.set('a', text, policy);
    await cache.set('b', text, policy);
    await cache.get('a');
    await cache.set('c', text, policy);
    expect(await cache.get('b')).toBeUndefined();
    expect(await cache.get('a')).toBe(text);
    await cache.set('huge', 'x'.repeat(200_000), policy);
    expect(await cache.get('huge')).toBeUndefined();
  });
});

describe('cache keys', () => {
  it('are the same for equal queries and differ for others', () => {
    expect(hashQuery({ a: 1, b: { c: [1, 2], d: undefined } })).toBe(hashQuery({ b: { c: [1, 2] }, a: 1 }));
    expect(hashQuery({ a: [1, 2] })).not.toBe(hashQuery({ a: [2, 1] }));
    expect(hashQuery({ a: '1' })).not.toBe(hashQuery({ a: 1 }));
  });

  it('have the form and the times of the key contract', () => {
    expect(cacheKeys.discover({ q: 'x' })).toMatchObject({
      key: expect.stringMatching(/^vitascope:v1:discover:[\w-]{22}$/),
      ttlMs: 600_000,
    });
    expect(cacheKeys.dashboard('u')).toMatchObject({ key: 'vitascope:v1:dashboard:u', ttlMs: 120_000 });
    expect(cacheKeys.continueWatching('u')).toMatchObject({ key: 'vitascope:v1:continue-watching:u', ttlMs: 120_000 });
    expect(cacheKeys.recommendations('u')).toMatchObject({ key: 'vitascope:v1:recommendations:u', ttlMs: 1_800_000 });
    expect(cacheKeys.calendar('u', '2026-05')).toMatchObject({
      key: 'vitascope:v1:calendar:u:2026-05',
      ttlMs: 21_600_000,
    });
    expect(outdatedBy.progress('u').keys).toEqual(['vitascope:v1:continue-watching:u', 'vitascope:v1:dashboard:u']);
    expect(outdatedBy.watchLater('u').keys).toEqual(['vitascope:v1:dashboard:u', 'vitascope:v1:recommendations:u']);
  });
});
