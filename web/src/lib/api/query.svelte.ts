import type { FriendlyError } from './problem.ts';
import { friendlyError } from './problem.ts';

/** Answers of earlier visits, so that going back shows the page at once. Bounded; the oldest goes first. */
export class QueryCache {
  #entries = new Map<string, unknown>();

  get<T>(key: string): T | undefined {
    return this.#entries.get(key) as T | undefined;
  }

  set(key: string, value: unknown): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size > 200) this.#entries.delete(this.#entries.keys().next().value as string);
  }

  clear(): void {
    this.#entries.clear();
  }
}

export interface QueryOptions {
  cache?: QueryCache;
  /** With a key and a cache the last answer is shown while the new one is fetched. */
  key?: string;
}

/** One thing fetched from the server: its data, its failure in words, and a way to fetch it again. */
export class Query<T> {
  data = $state.raw<T | undefined>();
  error = $state.raw<FriendlyError | undefined>();
  loading = $state(false);
  #fetch: (signal: AbortSignal) => Promise<T>;
  #options: QueryOptions;
  #running: AbortController | undefined;

  constructor(fetch: (signal: AbortSignal) => Promise<T>, options: QueryOptions = {}) {
    this.#fetch = fetch;
    this.#options = options;
    if (options.key) this.data = options.cache?.get<T>(options.key);
  }

  /** True while nothing can be shown yet. */
  get pending(): boolean {
    return this.data === undefined && this.error === undefined;
  }

  /** Fetches; an earlier fetch that still runs is dropped. Never throws: the failure is in `error`. */
  load = async (): Promise<void> => {
    this.#running?.abort();
    const own = (this.#running = new AbortController());
    this.loading = true;
    try {
      const data = await this.#fetch(own.signal);
      if (own.signal.aborted) return;
      this.data = data;
      this.error = undefined;
      if (this.#options.key) this.#options.cache?.set(this.#options.key, data);
    } catch (error) {
      if (own.signal.aborted) return;
      this.error = friendlyError(error);
    } finally {
      if (this.#running === own) this.loading = false;
    }
  };

  /** Replaces the data in place, for example after an optimistic change. */
  set(data: T): void {
    this.data = data;
    if (this.#options.key) this.#options.cache?.set(this.#options.key, data);
  }

  dispose(): void {
    this.#running?.abort();
  }
}
