/** One thing that went wrong in a plugin, and how often. */
export interface Problem {
  /** `hook library.item.added`, `route GET /found`, `job crawl`, `metadata@1 tmdb search`. */
  where: string;
  message: string;
  count: number;
  /** Milliseconds since 1970, of the latest time. */
  at: number;
}

const most = 50;

/** What goes wrong in a running plugin, by place. A place that works again is no longer failing. */
export class Problems {
  readonly #problems = new Map<string, Problem>();
  readonly #failing = new Map<string, string>();
  readonly #changed: () => void;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  failed(where: string, message: string, now = Date.now()): void {
    const key = `${where} ${message}`;
    const count = (this.#problems.get(key)?.count ?? 0) + 1;
    this.#problems.delete(key);
    this.#problems.set(key, { where, message, count, at: now });
    if (this.#problems.size > most) this.#problems.delete(this.#problems.keys().next().value!);
    const isNew = this.#failing.get(where) !== message;
    this.#failing.set(where, message);
    if (isNew) this.#changed();
  }

  worked(where: string): void {
    if (this.#failing.delete(where)) this.#changed();
  }

  /** What fails at the moment, for people; undefined when all is well. */
  get summary(): string | undefined {
    if (this.#failing.size === 0) return undefined;
    return [...this.#failing].map(([where, message]) => `${where}: ${message}`).join('; ');
  }

  /** Newest first. */
  list(): Problem[] {
    return [...this.#problems.values()].reverse();
  }
}
