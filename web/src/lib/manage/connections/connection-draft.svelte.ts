import { ok } from '#lib/api/client.ts';
import { fieldFaults, friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import { stripped } from '../stripped.ts';
import type { Connection, ConnectionKind, TestResult } from './connections.svelte.ts';

/** A connection as the dialog edits it: a new one of a kind, or changes to one that is there. */
export class ConnectionDraft {
  name = $state('');
  priority = $state(100);
  settings = $state.raw<Record<string, unknown>>({});
  faults = $state.raw<Record<string, string>>({});
  error = $state.raw<FriendlyError>();
  result = $state.raw<TestResult>();
  busy = $state<'test' | 'save'>();
  readonly kind: ConnectionKind;
  readonly existing: Connection | undefined;
  #app: App;

  constructor(app: App, kind: ConnectionKind, existing?: Connection) {
    this.#app = app;
    this.kind = kind;
    this.existing = existing;
    this.name = existing?.name ?? kind.name;
    this.priority = existing?.priority ?? 100;
    this.settings = { ...existing?.settings };
  }

  #body() {
    return { name: this.name.trim(), priority: Number(this.priority), settings: stripped(this.settings) };
  }

  #newBody() {
    const { pluginId, contract, kind } = this.kind;
    return { pluginId, contract, kind, tags: [], enabled: true, ...this.#body() };
  }

  /** Tries the settings as they stand, saved or not. */
  test = (): Promise<boolean> =>
    this.#attempt('test', async () => {
      this.result = await ok(this.#app.api.POST('/api/v1/connections/test', { body: this.#newBody() }));
    });

  save = (): Promise<boolean> =>
    this.#attempt('save', async () => {
      if (this.existing)
        await ok(
          this.#app.api.PATCH('/api/v1/connections/{id}', {
            params: { path: { id: this.existing.id } },
            body: this.#body(),
          }),
        );
      else await ok(this.#app.api.POST('/api/v1/connections', { body: this.#newBody() }));
    });

  async #attempt(what: 'test' | 'save', change: () => Promise<void>): Promise<boolean> {
    this.busy = what;
    this.faults = {};
    this.error = undefined;
    this.result = undefined;
    try {
      await change();
      return true;
    } catch (error) {
      this.faults = Object.fromEntries(
        Object.entries(fieldFaults(error)).map(([path, text]) => [path.replace(/^settings\./, ''), text]),
      );
      if (Object.keys(this.faults).length === 0) this.error = friendlyError(error);
      return false;
    } finally {
      this.busy = undefined;
    }
  }
}
