import { createContext } from 'svelte';
import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { App } from '#lib/app.svelte.ts';
import { areaEntries, personalEntries, type Area, type SettingsEntry } from './settings-entries.ts';
import { searchSettings, type Hit } from './settings-search.ts';

/** What the pages of settings share: the server's areas, and the search over everything that can be set. */
export class Settings {
  readonly personal: SettingsEntry[] = personalEntries();
  query = $state('');
  readonly areas: Query<Area[]>;
  #app: App;

  constructor(app: App) {
    this.#app = app;
    this.areas = new Query(async (signal) => (await ok(app.api.GET('/api/v1/settings', { signal }))).areas, {
      cache: app.cache,
      key: 'settings',
    });
  }

  get server(): SettingsEntry[] {
    return this.#app.session.isAdmin ? areaEntries(this.areas.data ?? []) : [];
  }

  get hits(): Hit[] {
    return searchSettings([...this.personal, ...this.server], this.query);
  }

  /** Puts a changed area in its place. */
  replace(area: Area): void {
    this.areas.set((this.areas.data ?? []).map((known) => (known.id === area.id ? area : known)));
  }
}

const [useSettings, provideSettings] = createContext<Settings>();
export { useSettings, provideSettings };
