import type { paths } from '#lib/api/schema.d.ts';
import { ok, type Api } from '#lib/api/client.ts';

export type UiManifest = paths['/api/v1/ui/manifest']['get']['responses']['200']['content']['application/json'];
export type PluginPage = UiManifest['pages'][number];
export type PluginBlock = NonNullable<PluginPage['show']>[number];

const nothing: UiManifest = { version: '', plugins: [], pages: [], nav: [], widgets: [], actions: [] };

/** What active plugins add to the app; follows the server while it runs. */
export class Extensions {
  manifest = $state.raw<UiManifest>(nothing);
  loaded = $state(false);
  #api: Api;

  constructor(api: Api) {
    this.#api = api;
  }

  async load(): Promise<void> {
    this.manifest = await ok(this.#api.GET('/api/v1/ui/manifest'));
    this.loaded = true;
  }

  clear(): void {
    this.manifest = nothing;
    this.loaded = false;
  }
}
