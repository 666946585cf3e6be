import { untrack } from 'svelte';
import type { components } from '#lib/api/schema.d.ts';
import { ok } from '#lib/api/client.ts';
import { fieldFaults, friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';

export type LibraryType = 'movies' | 'shows' | 'mixed';
export type Step = 'account' | 'libraries' | 'scan';

/** A library that is being put together. */
export interface LibraryDraft {
  name: string;
  type: LibraryType;
  folders: string[];
}

export interface ScanState {
  library: components['schemas']['Library'];
  jobId: string;
  state: string;
  done: number;
  total: number | null;
  note: string;
}

const ended = new Set(['succeeded', 'failed', 'cancelled']);

/** The first run: an account, libraries made of folders, and their first scans. */
export class Setup {
  step = $state<Step>('account');
  drafts = $state.raw<readonly LibraryDraft[]>([]);
  scans = $state.raw<readonly ScanState[]>([]);
  error = $state.raw<FriendlyError | undefined>();
  /** Folder path to what is wrong with it. */
  faults = $state.raw<Record<string, string>>({});
  busy = $state(false);
  readonly scanned = $derived(this.scans.length > 0 && this.scans.every((scan) => ended.has(scan.state)));
  #app: App;

  constructor(app: App) {
    this.#app = app;
    this.step = app.session.isAdmin ? 'libraries' : 'account';
  }

  add(draft: LibraryDraft): void {
    this.drafts = [...this.drafts, draft];
  }

  remove(index: number): void {
    this.drafts = this.drafts.filter((_, at) => at !== index);
  }

  /** Creates the libraries one after the other; one that fails stays a draft with the reason, those before it scan. */
  async create(): Promise<void> {
    this.busy = true;
    this.error = undefined;
    this.faults = {};
    try {
      for (const draft of [...this.drafts]) {
        const answer = await ok(this.#app.api.POST('/api/v1/libraries', { body: draft }));
        this.drafts = this.drafts.filter((other) => other !== draft);
        this.scans = [...this.scans, { ...answer, state: 'queued', done: 0, total: null, note: '' }];
      }
      this.step = 'scan';
    } catch (error) {
      this.error = friendlyError(error);
      this.faults = fieldFaults(error);
    }
    this.busy = false;
  }

  /** Follows the scans until they end; returns the way to stop. */
  follow(): () => void {
    // An effect that follows must not begin anew with each answer.
    const refresh = () => void untrack(() => this.#refresh());
    refresh();
    const stops = [
      this.#app.live.on('reconnected', refresh),
      this.#app.live.on('job.changed', (data) => {
        const change = data as { id: string; state: string; done: number; total: number | null; note: string };
        this.scans = this.scans.map((scan) =>
          scan.jobId === change.id
            ? { ...scan, state: change.state, done: change.done, total: change.total, note: change.note }
            : scan,
        );
        if (ended.has(change.state)) refresh();
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }

  async #refresh(): Promise<void> {
    try {
      this.scans = await Promise.all(
        this.scans.map(async (scan) => {
          const [job, library] = await Promise.all([
            ok(this.#app.api.GET('/api/v1/jobs/{id}', { params: { path: { id: scan.jobId } } })),
            ok(this.#app.api.GET('/api/v1/libraries/{id}', { params: { path: { id: scan.library.id } } })),
          ]);
          return {
            library,
            jobId: scan.jobId,
            state: job.state,
            done: job.done,
            total: job.total,
            note: job.error?.message ?? job.note,
          };
        }),
      );
    } catch (error) {
      this.error = friendlyError(error);
    }
  }
}
