import type { paths } from '#lib/api/schema.d.ts';
import { ok, type Api } from '#lib/api/client.ts';
import { friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { Item } from './card.ts';

export type ItemQuery = NonNullable<paths['/api/v1/items']['get']['parameters']['query']>;

const pageSize = 100;

/** A long list of titles of which only the pages in view are fetched; random access by index. */
export class ItemPages {
  total = $state<number>();
  error = $state.raw<FriendlyError>();
  /** Counts the pages that arrived, so that cells drawn from {@link at} are drawn anew. */
  #arrived = $state(0);
  #pages = new Map<number, readonly Item[]>();
  #running = new Map<number, AbortController>();
  #api: Api;
  readonly query: ItemQuery;

  constructor(api: Api, query: ItemQuery) {
    this.#api = api;
    this.query = query;
  }

  /** The title at an index, undefined while its page is on the way. */
  at(index: number): Item | undefined {
    void this.#arrived;
    return this.#pages.get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** Fetches what a range (end exclusive) needs and drops fetches that are no longer in view. */
  show(start: number, end: number): void {
    const first = Math.floor(start / pageSize);
    const last = Math.floor(Math.max(start, end - 1) / pageSize);
    for (const [page, running] of this.#running) if (page < first || page > last) running.abort();
    for (let page = first; page <= last; page++)
      if (!this.#pages.has(page) && !this.#running.has(page)) void this.#fetch(page);
  }

  /** Fetches everything in view again, keeping what is shown until then. */
  reload(): void {
    const pages = [...this.#pages.keys()].slice(-3);
    for (const page of this.#pages.keys()) if (!pages.includes(page)) this.#pages.delete(page);
    for (const page of pages.length > 0 ? pages : [0]) void this.#fetch(page);
  }

  /** Changes titles in place, for example after they were marked watched. */
  update(ids: ReadonlySet<number>, change: (item: Item) => Item): void {
    for (const [page, items] of this.#pages) {
      if (items.some((item) => ids.has(item.id))) {
        this.#pages.set(
          page,
          items.map((item) => (ids.has(item.id) ? change(item) : item)),
        );
      }
    }
    this.#arrived++;
  }

  async #fetch(page: number): Promise<void> {
    const own = new AbortController();
    this.#running.set(page, own);
    try {
      const query = { ...this.query, page: page + 1, pageSize };
      const answer = await ok(this.#api.GET('/api/v1/items', { params: { query }, signal: own.signal }));
      this.#pages.set(page, answer.items);
      this.total = answer.total;
      this.error = undefined;
      this.#arrived++;
    } catch (error) {
      if (!own.signal.aborted) this.error = friendlyError(error);
    } finally {
      if (this.#running.get(page) === own) this.#running.delete(page);
    }
  }
}
