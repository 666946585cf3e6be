import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { Cache, CachePolicy } from './cache.ts';

export interface MemoryCacheOptions {
  /** About so much memory; what was not used for longest goes first. */
  maxBytes: number;
  logger: Logger;
  clock?: { now(): number };
}

interface Entry {
  value: unknown;
  freshUntil: number;
  keptUntil: number;
  tags: readonly string[];
  bytes: number;
}

interface Loading {
  promise: Promise<unknown>;
  tags: readonly string[];
  outdated: boolean;
}

/** A cache in this process. */
export function createMemoryCache({ maxBytes, logger, clock = Date }: MemoryCacheOptions): Cache {
  const keysByTag = new Map<string, Set<string>>();
  const loadings = new Map<string, Loading>();

  const untag = (entry: Entry, key: string): void => {
    for (const tag of entry.tags) {
      const keys = keysByTag.get(tag);
      keys?.delete(key);
      if (keys?.size === 0) keysByTag.delete(tag);
    }
  };
  const entries = new LRUCache<string, Entry>({
    maxSize: maxBytes,
    sizeCalculation: ({ bytes }) => bytes,
    dispose: untag,
  });

  const find = (key: string): Entry | undefined => {
    const entry = entries.get(key);
    if (entry && entry.keptUntil > clock.now()) return entry;
    if (entry) entries.delete(key);
    return undefined;
  };
  const findFresh = (key: string): Entry | undefined => {
    const entry = find(key);
    return entry && entry.freshUntil > clock.now() ? entry : undefined;
  };

  const put = (key: string, value: unknown, policy: CachePolicy): void => {
    const freshUntil = clock.now() + policy.ttlMs;
    const tags = policy.tags ?? [];
    const bytes = key.length * 2 + freezeAndWeigh(value);
    entries.set(key, { value, freshUntil, keptUntil: freshUntil + (policy.staleMs ?? 0), tags, bytes });
    if (!entries.has(key)) return;
    for (const tag of tags) keysByTag.set(tag, (keysByTag.get(tag) ?? new Set()).add(key));
  };

  const load = <T>(key: string, policy: CachePolicy, make: () => Promise<T>): Promise<T> => {
    const loading: Loading = { promise: Promise.resolve(), tags: policy.tags ?? [], outdated: false };
    const run = async (): Promise<T> => {
      try {
        const value = await make();
        if (loading.outdated) freezeAndWeigh(value);
        else put(key, value, policy);
        return value;
      } catch (error) {
        const stale = find(key);
        if (!stale || loading.outdated) throw error;
        logger.warn({ err: error, key }, 'A fresh value could not be had; the stale one is used.');
        return stale.value as T;
      } finally {
        if (loadings.get(key) === loading) loadings.delete(key);
      }
    };
    loadings.set(key, loading);
    const promise = run();
    loading.promise = promise;
    return promise;
  };

  const outdate = (key: string): void => {
    const loading = loadings.get(key);
    if (!loading) return;
    loading.outdated = true;
    loadings.delete(key);
  };

  return {
    get: async <T>(key: string) => findFresh(key)?.value as T | undefined,
    async set(key, value, policy) {
      outdate(key);
      put(key, value, policy);
    },
    async delete(...keys) {
      for (const key of keys) {
        outdate(key);
        entries.delete(key);
      }
    },
    async invalidate(...tags) {
      for (const [key, loading] of loadings) if (loading.tags.some((tag) => tags.includes(tag))) outdate(key);
      for (const tag of tags) for (const key of [...(keysByTag.get(tag) ?? [])]) entries.delete(key);
    },
    async wrap<T>(key: string, policy: CachePolicy, make: () => Promise<T>) {
      const fresh = findFresh(key);
      if (fresh) return fresh.value as T;
      return (loadings.get(key)?.promise as Promise<T> | undefined) ?? load(key, policy, make);
    },
    async clear() {
      for (const key of [...loadings.keys()]) outdate(key);
      entries.clear();
    },
  };
}

/** Freezes a value through and through and estimates its size in bytes. */
function freezeAndWeigh(value: unknown): number {
  if (typeof value === 'string') return 16 + value.length * 2;
  if (value === null || typeof value !== 'object') return 8;
  if (ArrayBuffer.isView(value)) return 64 + value.byteLength;
  let bytes = 32;
  for (const [name, member] of Object.entries(value)) bytes += 16 + name.length + freezeAndWeigh(member);
  Object.freeze(value);
  return bytes;
}
