import type { paths } from '#lib/api/schema.d.ts';
import { ok, type Api } from '#lib/api/client.ts';
import type { LiveEvents } from '#lib/events/live.svelte.ts';

type Answer = paths['/api/v1/jobs/running']['get']['responses']['200']['content']['application/json'];
export type RunningJob = Answer['items'][number];

interface JobChange {
  id: string;
  name: string;
  state: string;
  done: number;
  total: number | null;
  note: string;
}

const over = new Set(['succeeded', 'failed', 'cancelled']);

/** Jobs that run or wait now, kept fresh by events. */
export class RunningJobs {
  items = $state.raw<readonly RunningJob[]>([]);
  #api: Api;
  #live: LiveEvents;

  constructor(api: Api, live: LiveEvents) {
    this.#api = api;
    this.#live = live;
  }

  /** 0 to 1 over all jobs whose amount of work is known; undefined when none is. */
  get progress(): number | undefined {
    const known = this.items.filter((job) => job.total);
    if (known.length === 0) return undefined;
    return known.reduce((sum, job) => sum + job.done / (job.total ?? 1), 0) / known.length;
  }

  async load(): Promise<void> {
    this.items = (await ok(this.#api.GET('/api/v1/jobs/running'))).items;
  }

  /** Starts following; returns the way to stop. A failed first fetch leaves the ring empty, events fill it. */
  follow(onError: (error: unknown) => void): () => void {
    const refresh = () => void this.load().catch(onError);
    refresh();
    const stops = [
      this.#live.on('reconnected', refresh),
      this.#live.on('job.changed', (data) => {
        const change = data as JobChange;
        if (over.has(change.state)) this.items = this.items.filter((job) => job.id !== change.id);
        else if (!this.#update(change)) refresh();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  #update(change: JobChange): boolean {
    const known = this.items.some((job) => job.id === change.id);
    if (known)
      this.items = this.items.map((job) =>
        job.id === change.id ? { ...job, ...change, state: change.state as RunningJob['state'] } : job,
      );
    return known;
  }
}
