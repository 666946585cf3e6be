import { ok } from '#lib/api/client.ts';
import { fieldFaults, friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import { guessType, nameOfFolder } from '#lib/setup/folder-name.ts';
import type { Library } from './libraries.svelte.ts';

const defaults: Library['settings'] = {
  watch: true,
  settleSeconds: 10,
  language: 'en',
  matchThreshold: 0.6,
};

/** A library as the dialog edits it: a new one, or changes to one that is there. */
export class LibraryDraft {
  name = $state('');
  type = $state<Library['type']>('movies');
  folders = $state.raw<readonly string[]>([]);
  settings = $state<Library['settings']>({ ...defaults });
  faults = $state.raw<Record<string, string>>({});
  error = $state.raw<FriendlyError>();
  busy = $state(false);
  #app: App;
  #id: number | undefined;
  #before: Library['folders'] = [];

  constructor(app: App, library?: Library) {
    this.#app = app;
    if (!library) return;
    this.#id = library.id;
    this.name = library.name;
    this.type = library.type;
    this.#before = library.folders;
    this.folders = library.folders.map((folder) => folder.path);
    this.settings = { ...defaults, ...library.settings };
  }

  get isNew(): boolean {
    return this.#id === undefined;
  }

  get ready(): boolean {
    return this.name.trim() !== '' && this.folders.length > 0;
  }

  /** Files in folders that go of which somebody said what they are. */
  get lostDecisions(): number {
    const gone = this.#before.filter(({ path }) => !this.folders.includes(path));
    return gone.reduce((sum, { decidedCount }) => sum + decidedCount, 0);
  }

  /** The first folder of a new library also suggests its name and kind. */
  addFolder(path: string): void {
    if (this.folders.includes(path)) return;
    if (this.isNew && this.folders.length === 0) {
      this.name ||= nameOfFolder(path);
      this.type = guessType(path);
    }
    this.folders = [...this.folders, path];
  }

  removeFolder(path: string): void {
    this.folders = this.folders.filter((folder) => folder !== path);
  }

  /** True when the server took it. */
  async save(): Promise<boolean> {
    this.busy = true;
    this.faults = {};
    this.error = undefined;
    const { name, type, folders, settings } = this;
    const body = { name: name.trim(), type, folders: [...folders], settings: { ...settings } };
    try {
      if (this.#id === undefined) await ok(this.#app.api.POST('/api/v1/libraries', { body }));
      else await ok(this.#app.api.PATCH('/api/v1/libraries/{id}', { params: { path: { id: this.#id } }, body }));
      return true;
    } catch (error) {
      this.faults = fieldFaults(error);
      this.error = friendlyError(error);
      return false;
    } finally {
      this.busy = false;
    }
  }
}
