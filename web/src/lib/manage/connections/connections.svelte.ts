import { m } from '#messages';
import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { components } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';
import { attempt } from '../attempt.ts';
import { follow } from '../follow.ts';

export type Connection = components['schemas']['Connection'];
export type ConnectionKind = components['schemas']['ConnectionKind'];
export type TestResult = components['schemas']['TestResult'];

/** Configured providers: services and sources that plugins know how to ask. */
export class Connections {
  readonly list: Query<Connection[]>;
  readonly kinds: Query<ConnectionKind[]>;
  /** The last answer of a test, by id. */
  tests = $state.raw<Readonly<Record<string, TestResult | 'running'>>>({});
  #app: App;

  constructor(app: App) {
    const { api, cache } = app;
    this.#app = app;
    this.list = new Query(
      async (signal) => (await ok(api.GET('/api/v1/connections', { params: { query: {} }, signal }))).items,
      { cache, key: 'connections' },
    );
    this.kinds = new Query(async (signal) => (await ok(api.GET('/api/v1/connections/kinds', { signal }))).items, {
      cache,
      key: 'connection-kinds',
    });
  }

  load = (): Promise<unknown> => Promise.all([this.list.load(), this.kinds.load()]);

  follow(): () => void {
    void this.load();
    return follow(this.#app.live, ['connection.changed', 'plugin.changed'], this.load);
  }

  kindOf = ({ pluginId, contract, kind }: Connection): ConnectionKind | undefined =>
    this.kinds.data?.find((known) => known.pluginId === pluginId && known.contract === contract && known.kind === kind);

  replace = (changed: Connection): void =>
    this.list.set((this.list.data ?? []).map((known) => (known.id === changed.id ? changed : known)));

  async toggle({ id }: Connection, enabled: boolean): Promise<void> {
    await attempt(this.#app, async () =>
      this.replace(
        await ok(this.#app.api.PATCH('/api/v1/connections/{id}', { params: { path: { id } }, body: { enabled } })),
      ),
    );
  }

  async test({ id }: Connection): Promise<void> {
    this.tests = { ...this.tests, [id]: 'running' };
    const { [id]: _, ...others } = this.tests;
    try {
      const result = await ok(this.#app.api.POST('/api/v1/connections/{id}/test', { params: { path: { id } } }));
      this.tests = { ...others, [id]: result };
    } catch (error) {
      this.tests = others;
      this.#app.toasts.fail(error);
    }
    await this.list.load();
  }

  async remove({ id, name }: Connection): Promise<void> {
    const sure = await this.#app.confirmations.ask({
      title: m.connections_remove_title({ name }),
      body: m.connections_remove_text(),
      action: m.action_remove(),
      danger: true,
    });
    if (!sure) return;
    await attempt(this.#app, async () => {
      await ok(this.#app.api.DELETE('/api/v1/connections/{id}', { params: { path: { id } } }));
      this.list.set((this.list.data ?? []).filter((connection) => connection.id !== id));
      this.#app.toasts.show(m.connections_removed({ name }), { tone: 'ok' });
    });
  }
}
