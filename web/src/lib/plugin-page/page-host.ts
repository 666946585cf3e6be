import { goto } from '$app/navigation';
import type { PageApi, PageHost, PageUser, Query, Readable } from '@vitascope/sdk/web';
import { assertOk } from '#lib/api/client.ts';
import type { App } from '#lib/app.svelte.ts';
import { getLocale } from '#paraglide/runtime.js';

/** A value of the app as pages of plugins read it: calls back at once and on each change. */
export class Channel<T> implements Readable<T> {
  #value: T;
  #listeners = new Set<(value: T) => void>();

  constructor(value: T) {
    this.#value = value;
  }

  set(value: T): void {
    if (value === this.#value) return;
    this.#value = value;
    for (const listener of this.#listeners) listener(value);
  }

  subscribe = (run: (value: T) => void): (() => void) => {
    this.#listeners.add(run);
    run(this.#value);
    return () => this.#listeners.delete(run);
  };
}

/** The app's side of a plugin page: what the page reads, and the channels that the app feeds. */
export interface HostBinding {
  host: PageHost;
  route: Channel<{ path: string; query: Record<string, string> }>;
  theme: Channel<'dark' | 'light'>;
  user: Channel<PageUser | undefined>;
}

/** Builds what a page, widget or panel of a plugin gets of the app. `pageHref` is the address of the plugin's page, without base. */
export function createPageHost(app: App, plugin: { id: string; version: string }, pageHref: string): HostBinding {
  const route: HostBinding['route'] = new Channel({ path: '', query: {} });
  const theme: HostBinding['theme'] = new Channel(app.theme.current);
  const user = new Channel<PageUser | undefined>(undefined);
  const below = (to: string) => (to.startsWith('/') ? to : `/app/plugins/${plugin.id}/${to}`);
  const host: PageHost = {
    plugin,
    api: createPageApi(app, plugin.id),
    navigate: (to, options = {}) => void goto(app.base + below(to || pageHref), { replace: options.replace ?? false }),
    route,
    theme,
    locale: new Channel<string>(getLocale()),
    user,
    toast: (message, { kind = 'info' } = {}) =>
      void app.toasts.show(message, { tone: ({ info: 'plain', success: 'ok', error: 'danger' } as const)[kind] }),
    confirm: (question) => app.confirmations.ask(question),
    subscribe: (event, listener) => app.live.on(event, listener),
  };
  return { host, route, theme, user };
}

function createPageApi({ base, csrf }: App, pluginId: string): PageApi {
  const address = (path: string, query: Query = {}) => {
    const below = path.startsWith('/') ? path : `/plugins/${pluginId}/${path}`;
    const given = Object.entries(query).filter(([, value]) => value !== undefined);
    const search = new URLSearchParams(given.map(([key, value]) => [key, String(value)])).toString();
    return `${base}/api/v1${below}${search ? `?${search}` : ''}`;
  };
  const call = async (method: string, url: string, body?: unknown) => {
    const headers: Record<string, string> = method === 'GET' ? {} : { ...csrf.headers() };
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await assertOk(
      await fetch(url, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }),
    );
    return response.status === 204 ? undefined : response.json();
  };
  return {
    get: (path, query) => call('GET', address(path, query)),
    post: (path, body = {}) => call('POST', address(path), body),
    put: (path, body = {}) => call('PUT', address(path), body),
    patch: (path, body = {}) => call('PATCH', address(path), body),
    delete: (path) => call('DELETE', address(path)),
  };
}
