import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { components } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';
import { m } from '#messages';
import { attempt } from '../attempt.ts';
import { follow } from '../follow.ts';
import { isOver, type JobChange } from '../jobs/jobs.svelte.ts';

export type Library = components['schemas']['Library'];

/** A scan that runs: how far it is and what it looks at. */
export interface Scan {
  jobId: string;
  done: number;
  total: number | null;
  note: string;
}

const scanJob = 'library.scan';

/** The libraries of the server and the scans that run in them. */
export class Libraries {
  readonly list: Query<Library[]>;
  /** By id of the library. */
  scans = $state.raw<Readonly<Record<number, Scan>>>({});
  #app: App;
  /** Which library a scan belongs to; the event does not say. */
  #owners = new Map<string, Promise<number | undefined>>();

  constructor(app: App) {
    this.#app = app;
    this.list = new Query(async (signal) => (await ok(app.api.GET('/api/v1/libraries', { signal }))).items, {
      cache: app.cache,
      key: 'libraries',
    });
  }

  /** Loads and stays fresh; returns the way to stop. */
  follow(): () => void {
    const refresh = () => void Promise.all([this.list.load(), this.#findScans()]);
    refresh();
    const stops = [
      follow(this.#app.live, ['library.changed'], this.list.load, 800),
      this.#app.live.on('reconnected', refresh),
      this.#app.live.on('job.changed', (data) => void this.#take(data as JobChange)),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async scan({ id, name }: Library, full: boolean): Promise<void> {
    await attempt(this.#app, async () => {
      await ok(this.#app.api.POST('/api/v1/libraries/{id}/scan', { params: { path: { id } }, body: { full } }));
      this.#app.toasts.show(full ? m.libraries_scanning_full({ name }) : m.libraries_scanning({ name }), {
        tone: 'ok',
      });
    });
  }

  async remove({ id, name, decidedCount }: Library): Promise<void> {
    const sure = await this.#app.confirmations.ask({
      title: m.libraries_remove_title({ name }),
      body: [m.libraries_remove_text(), lossWords(decidedCount)].filter(Boolean).join(' '),
      action: m.action_remove(),
      danger: true,
    });
    if (!sure) return;
    await attempt(this.#app, async () => {
      await ok(this.#app.api.DELETE('/api/v1/libraries/{id}', { params: { path: { id } } }));
      this.list.set((this.list.data ?? []).filter((library) => library.id !== id));
      this.#app.toasts.show(m.libraries_removed({ name }), { tone: 'ok' });
    });
  }

  async #findScans(): Promise<void> {
    // Without the answer the cards show no progress until the next event; the list itself tells its own failure.
    const running = await ok(this.#app.api.GET('/api/v1/jobs/running')).catch(() => undefined);
    for (const job of running?.items ?? []) await this.#take(job);
  }

  async #take(change: JobChange): Promise<void> {
    if (change.name !== scanJob) return;
    const owner = await this.#ownerOf(change.id);
    if (owner === undefined) return;
    const { [owner]: known, ...others } = this.scans;
    if (isOver(change.state)) {
      if (known?.jobId === change.id) this.scans = others;
      this.#owners.delete(change.id);
      void this.list.load();
    } else {
      this.scans = {
        ...others,
        [owner]: { jobId: change.id, done: change.done, total: change.total, note: change.note },
      };
    }
  }

  #ownerOf(id: string): Promise<number | undefined> {
    const known = this.#owners.get(id) ?? this.#askOwner(id);
    this.#owners.set(id, known);
    return known;
  }

  async #askOwner(id: string): Promise<number | undefined> {
    // A job that is gone again has no progress to show.
    const job = await ok(this.#app.api.GET('/api/v1/jobs/{id}', { params: { path: { id } } })).catch(() => undefined);
    return (job?.input as { libraryId?: number } | undefined)?.libraryId;
  }
}

/** What goes with files that are forgotten; empty when nobody said anything of them. */
export const lossWords = (decided: number): string =>
  decided > 0 ? m.libraries_remove_decided({ count: decided }) : '';
