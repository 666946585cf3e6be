import { ok } from '#lib/api/client.ts';
import { friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import type { Candidate, LibraryFile } from '#lib/identify/identify.svelte.ts';
import { follow } from '../follow.ts';
import { candidateBody, sameShowBody, type MatchBody } from './match-body.ts';

export type Sort = 'updated' | 'name' | 'confidence';
export type Shelf = 'unmatched' | 'ignored';

/** What came of a change to several files. */
export interface Outcome {
  done: LibraryFile[];
  /** The first failure; the rest of the files was still tried. */
  error?: unknown;
}

/** Files that wait for a person: the list with its filters, the one looked at, and what can be done to them. */
export class ReviewQueue {
  shelf = $state<Shelf>('unmatched');
  query = $state('');
  libraryId = $state<number>();
  sort = $state<Sort>('updated');
  items = $state.raw<readonly LibraryFile[]>();
  total = $state(0);
  error = $state.raw<FriendlyError>();
  currentId = $state<number>();
  picked = $state.raw<ReadonlySet<number>>(new Set());
  /** While several files are changed: how many are done. */
  working = $state.raw<{ done: number; total: number }>();
  #size = 50;
  #app: App;
  #running: AbortController | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  get current(): LibraryFile | undefined {
    return this.items?.find((file) => file.id === this.currentId) ?? this.items?.[0];
  }

  get pickedFiles(): LibraryFile[] {
    return (this.items ?? []).filter((file) => this.picked.has(file.id));
  }

  get filtered(): boolean {
    return this.query.trim() !== '' || this.libraryId !== undefined;
  }

  follow(): () => void {
    void this.load();
    return follow(this.#app.live, ['library.changed'], () => this.working ?? this.load(), 1200);
  }

  load = async (): Promise<void> => {
    this.#running?.abort();
    const own = (this.#running = new AbortController());
    try {
      const answer = await this.#fetch(own.signal);
      if (own.signal.aborted) return;
      this.items = answer.items;
      this.total = answer.total;
      this.error = undefined;
      const present = new Set(answer.items.map((file) => file.id));
      this.picked = new Set([...this.picked].filter((id) => present.has(id)));
    } catch (error) {
      if (!own.signal.aborted) this.error = friendlyError(error);
    }
  };

  #fetch(signal: AbortSignal) {
    const shared = {
      query: this.query.trim() || undefined,
      libraryId: this.libraryId,
      page: 1,
      pageSize: this.#size,
    };
    return this.shelf === 'ignored'
      ? ok(this.#app.api.GET('/api/v1/library', { params: { query: { ...shared, matchState: ['ignored'] } }, signal }))
      : ok(
          this.#app.api.GET('/api/v1/library/unmatched', { params: { query: { ...shared, sort: this.sort } }, signal }),
        );
  }

  /** Changes what is listed and begins anew. */
  show(change: Partial<Pick<ReviewQueue, 'shelf' | 'query' | 'libraryId' | 'sort'>>): void {
    Object.assign(this, change);
    this.#size = 50;
    this.picked = new Set();
    void this.load();
  }

  get hasMore(): boolean {
    return this.total > this.#size && this.#size < 200;
  }

  more = (): void => {
    this.#size = Math.min(200, this.#size + 50);
    void this.load();
  };

  /** Goes up or down the list. */
  step(by: 1 | -1): void {
    const items = this.items ?? [];
    const at = items.findIndex((file) => file.id === this.current?.id);
    this.currentId = items[Math.min(items.length - 1, Math.max(0, at + by))]?.id;
  }

  pick(id: number, on = !this.picked.has(id)): void {
    const picked = new Set(this.picked);
    if (on) picked.add(id);
    else picked.delete(id);
    this.picked = picked;
  }

  pickAll(on: boolean): void {
    this.picked = new Set(on ? this.items?.map((file) => file.id) : []);
  }

  /** Takes files off the list at once and moves on to what comes next. */
  drop(files: readonly LibraryFile[]): void {
    const gone = new Set(files.map((file) => file.id));
    const items = this.items ?? [];
    const at = items.findIndex((file) => file.id === this.current?.id);
    const next = items.slice(Math.max(0, at)).find((file) => !gone.has(file.id));
    this.items = items.filter((file) => !gone.has(file.id));
    this.total -= items.length - this.items.length;
    this.picked = new Set([...this.picked].filter((id) => !gone.has(id)));
    this.currentId = next?.id ?? this.items.at(-1)?.id;
  }

  ignore = (files: readonly LibraryFile[], ignored: boolean): Promise<Outcome> =>
    this.#each(files, ({ id }) =>
      ok(this.#app.api.POST('/api/v1/library/{id}/ignore', { params: { path: { id } }, body: { ignored } })),
    );

  /** Matches a file with a candidate, at the place its name says. */
  accept = (file: LibraryFile, candidate: Candidate): Promise<Outcome> =>
    this.#each([file], () => this.#match(file.id, candidateBody(file, candidate)));

  /** Files of one show, each at the place its own name says. */
  matchShow = (files: readonly LibraryFile[], showId: number): Promise<Outcome> =>
    this.#each(files, (file) => this.#match(file.id, sameShowBody(file, showId)));

  unmatch = (files: readonly LibraryFile[]): Promise<Outcome> =>
    this.#each(files, ({ id }) => ok(this.#app.api.DELETE('/api/v1/library/{id}/match', { params: { path: { id } } })));

  #match(id: number, body: MatchBody): Promise<LibraryFile> {
    return ok(this.#app.api.POST('/api/v1/library/{id}/match', { params: { path: { id } }, body }));
  }

  async #each(files: readonly LibraryFile[], change: (file: LibraryFile) => Promise<LibraryFile>): Promise<Outcome> {
    const outcome: Outcome = { done: [] };
    this.working = { done: 0, total: files.length };
    for (const file of files) {
      try {
        outcome.done.push(await change(file));
      } catch (error) {
        outcome.error ??= error;
      }
      this.working = { done: this.working.done + 1, total: files.length };
    }
    this.working = undefined;
    return outcome;
  }
}
