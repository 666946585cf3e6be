import { ok } from '#lib/api/client.ts';
import { friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { components } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';

export type JobSummary = components['schemas']['JobSummary'];
export type JobState = JobSummary['state'];

/** What the event `job.changed` carries. */
export type JobChange = Pick<JobSummary, 'id' | 'name' | 'state' | 'done' | 'total' | 'note'>;

export const isOver = (state: JobState): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled';

/** Jobs that run or wait, kept fresh by events, and what can be done to a job. */
export class Jobs {
  active = $state.raw<readonly JobSummary[]>();
  error = $state.raw<FriendlyError>();
  #app: App;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(app: App) {
    this.#app = app;
  }

  load = async (): Promise<void> => {
    try {
      const pages = await Promise.all(
        (['running', 'queued', 'waiting'] as const).map((state) =>
          ok(this.#app.api.GET('/api/v1/jobs', { params: { query: { state, page: 1, pageSize: 50 } } })),
        ),
      );
      this.active = pages.flatMap((page) => page.items);
      this.error = undefined;
    } catch (error) {
      this.error = friendlyError(error);
    }
  };

  /** Starts following; `onover` hears when a job has ended. Returns the way to stop. */
  follow(onover?: () => void): () => void {
    void this.load();
    const stops = [
      this.#app.live.on('reconnected', () => this.#soon()),
      this.#app.live.on('job.changed', (data) => {
        this.#take(data as JobChange);
        if (isOver((data as JobChange).state)) onover?.();
      }),
    ];
    return () => {
      clearTimeout(this.#timer);
      for (const stop of stops) stop();
    };
  }

  #take(change: JobChange): void {
    const known = this.active?.some((job) => job.id === change.id);
    if (isOver(change.state)) this.active = this.active?.filter((job) => job.id !== change.id);
    else if (known) this.active = this.active?.map((job) => (job.id === change.id ? { ...job, ...change } : job));
    else this.#soon();
  }

  #soon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.load(), 150);
  }

  cancel = (id: string): Promise<void> => this.#change('/api/v1/jobs/{id}/cancel', id);
  retry = (id: string): Promise<void> => this.#change('/api/v1/jobs/{id}/retry', id);

  async #change(path: '/api/v1/jobs/{id}/cancel' | '/api/v1/jobs/{id}/retry', id: string): Promise<void> {
    try {
      await ok(this.#app.api.POST(path, { params: { path: { id } } }));
      await this.load();
    } catch (error) {
      this.#app.toasts.fail(error);
    }
  }
}
