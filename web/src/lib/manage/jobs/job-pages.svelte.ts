import { ok } from '#lib/api/client.ts';
import { friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import type { JobState, JobSummary } from './jobs.svelte.ts';

/** Jobs that have ended, newest first; more of them as far as one asks. */
export class JobPages {
  state = $state<Extract<JobState, 'succeeded' | 'failed' | 'cancelled'> | ''>('');
  items = $state.raw<readonly JobSummary[]>();
  total = $state(0);
  error = $state.raw<FriendlyError>();
  #size = 20;
  #app: App;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  get hasMore(): boolean {
    return this.total > this.#size && this.#size < 200;
  }

  load = async (): Promise<void> => {
    this.#running?.abort();
    const own = (this.#running = new AbortController());
    try {
      const answer = await ok(
        this.#app.api.GET('/api/v1/jobs', {
          params: { query: { state: this.state || undefined, page: 1, pageSize: this.#size } },
          signal: own.signal,
        }),
      );
      this.items = answer.items.filter((job) => job.finishedAt !== null);
      this.total = answer.total;
      this.error = undefined;
    } catch (error) {
      if (!own.signal.aborted) this.error = friendlyError(error);
    }
  };

  choose(state: JobPages['state']): void {
    this.state = state;
    this.#size = 20;
    void this.load();
  }

  more = (): void => {
    this.#size = Math.min(200, this.#size + 40);
    void this.load();
  };

  /** Loads soon; for events, of which many may come. */
  soon = (): void => {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 300);
  };

  dispose = (): void => {
    clearTimeout(this.#timer);
    this.#running?.abort();
  };
}
