/** How long a value is good, and what makes it bad earlier. */
export interface CachePolicy {
  ttlMs: number;
  /** So much longer it is kept for the case that a fresh one cannot be had. */
  staleMs?: number;
  /** Names of what it was made from; invalidating one drops it. */
  tags?: readonly string[];
}

/**
 * Values that are dear to make, under a key. They are JSON-like and frozen: who wants to change one copies it. Nothing may
 * depend on a value being there.
 */
export interface Cache {
  get<T>(key: string): Promise<T | undefined>;
  set(key: string, value: unknown, policy: CachePolicy): Promise<void>;
  delete(...keys: string[]): Promise<void>;
  /** Drops all values with one of these tags. A value that is being made at this moment is not kept. */
  invalidate(...tags: string[]): Promise<void>;
  /** The kept value, or a new one. Equal requests at the same time wait for one `load`; when it fails, a stale value will do. */
  wrap<T>(key: string, policy: CachePolicy, load: () => Promise<T>): Promise<T>;
  clear(): Promise<void>;
}
