import { createContext } from 'svelte';
import { base } from '#lib/navigation/base.ts';
import { createApi, CsrfToken, type Api } from '#lib/api/client.ts';
import { QueryCache } from '#lib/api/query.svelte.ts';
import { LiveEvents } from '#lib/events/live.svelte.ts';
import { Preferences } from '#lib/session/preferences.svelte.ts';
import { Session } from '#lib/session/session.svelte.ts';
import { Extensions } from '#lib/shell/extensions.svelte.ts';
import { Theme } from '#lib/theme/theme.svelte.ts';
import { Confirmations } from '#lib/ui/confirmations.svelte.ts';
import { Toasts } from '#lib/ui/toasts.svelte.ts';

/** What every page works with. Built once by the root layout. */
export interface App {
  api: Api;
  session: Session;
  live: LiveEvents;
  theme: Theme;
  toasts: Toasts;
  /** Asks before what cannot be undone. */
  confirmations: Confirmations;
  preferences: Preferences;
  /** What active plugins add to the app. */
  extensions: Extensions;
  cache: QueryCache;
  csrf: CsrfToken;
  /** Path the app is served under, without a slash at the end; put it before paths which the server gives (`/api/…`). */
  base: string;
}

const [useApp, provideApp] = createContext<App>();
export { useApp, provideApp };

export function createApp(): App {
  const cache = new QueryCache();
  const csrf = new CsrfToken();
  const api = createApi({ base, csrf, onSignedOut: () => session.end() });
  const session = new Session(api, csrf);
  return {
    api,
    session,
    live: new LiveEvents(`${base}/api/v1/events`),
    theme: new Theme(),
    toasts: new Toasts(),
    confirmations: new Confirmations(),
    preferences: new Preferences(),
    extensions: new Extensions(api),
    cache,
    csrf,
    base,
  };
}
