import { m } from '#messages';
import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { components } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';
import { follow } from '../follow.ts';

export type Plugin = components['schemas']['Plugin'];
export type PluginState = Plugin['state'];

/** All plugins the server has found, and what can be done to them. */
export class Plugins {
  readonly list: Query<Plugin[]>;
  /** Id of the one that starts or stops. */
  busy = $state<string>();
  rescanning = $state(false);
  #app: App;

  constructor(app: App) {
    this.#app = app;
    this.list = new Query(async (signal) => (await ok(app.api.GET('/api/v1/plugins', { signal }))).items, {
      cache: app.cache,
      key: 'plugins',
    });
  }

  follow(): () => void {
    void this.list.load();
    return follow(this.#app.live, ['plugin.changed'], this.list.load);
  }

  find = (id: string): Plugin | undefined => this.list.data?.find((plugin) => plugin.id === id);

  replace = (changed: Plugin): void =>
    this.list.set((this.list.data ?? []).map((known) => (known.id === changed.id ? changed : known)));

  /** Starts or stops a plugin; says what came of it and how to take it back. */
  async toggle(plugin: Plugin, on: boolean): Promise<void> {
    const changed = await this.#switch(plugin.id, on);
    if (!changed) return;
    const { name } = changed;
    if (on && changed.state !== 'active') {
      this.#app.toasts.show(m.plugins_not_started({ name, reason: changed.reason }), { tone: 'danger', lasts: 9000 });
      return;
    }
    this.#app.toasts.show(on ? m.plugins_enabled({ name }) : m.plugins_disabled({ name }), {
      tone: 'ok',
      action: { label: m.action_undo(), run: async () => void (await this.#switch(plugin.id, !on)) },
    });
  }

  async #switch(id: string, on: boolean): Promise<Plugin | undefined> {
    this.busy = id;
    try {
      const params = { params: { path: { id } } };
      const changed = await ok(
        on
          ? this.#app.api.POST('/api/v1/plugins/{id}/enable', params)
          : this.#app.api.POST('/api/v1/plugins/{id}/disable', params),
      );
      this.replace(changed);
      return changed;
    } catch (error) {
      this.#app.toasts.fail(error);
      return undefined;
    } finally {
      this.busy = undefined;
    }
  }

  async rescan(): Promise<void> {
    this.rescanning = true;
    const before = new Set(this.list.data?.map((plugin) => plugin.id));
    try {
      const { items } = await ok(this.#app.api.POST('/api/v1/plugins/rescan'));
      this.list.set(items);
      const count = items.filter((plugin) => !before.has(plugin.id)).length;
      this.#app.toasts.show(count > 0 ? m.plugins_found({ count }) : m.plugins_found_none(), { tone: 'ok' });
    } catch (error) {
      this.#app.toasts.fail(error);
    } finally {
      this.rescanning = false;
    }
  }
}
