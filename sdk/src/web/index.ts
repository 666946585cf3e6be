/**
 * Pages that plugins bring to the app. A page module is a browser file with one export, `mount`; it bundles what it needs and
 * shares no runtime with the app, so any framework or none will do. What it gets of the app is the {@link PageHost}.
 *
 * @module
 */

/** The element to fill: `HTMLElement` wherever the DOM's types are loaded. */
export type MountTarget = typeof globalThis extends { HTMLElement: { prototype: infer E } } ? E : unknown;

/** Takes the page away again: listeners, timers, elements. */
export type Unmount = () => void;

/**
 * Puts a page, widget or panel into `target`. Called once for each visit; the returned function is called on leaving. The target
 * is empty and belongs to the page until then; style sheets named in the manifest are loaded already.
 *
 * @example
 * ```ts
 * import type { Mount } from '@vitascope/sdk/web';
 * export const mount: Mount = (target, host) => {
 *   const greet = (name: string | undefined) => (target.textContent = `Hello ${name ?? 'stranger'}`);
 *   return host.user.subscribe((user) => greet(user?.name));
 * };
 * ```
 */
export type Mount = (target: MountTarget, host: PageHost) => Unmount | void | Promise<Unmount | void>;

/** What a page module exports. */
export interface PageModule {
  mount: Mount;
}

/** A value that changes: calls back at once with the present one, then on each change. The shape of a Svelte store. */
export interface Readable<T> {
  subscribe(run: (value: T) => void): Unmount;
}

/** Where the app is. */
export interface RouteState {
  /** Below the page's own address, without a leading slash; empty on the page itself. */
  path: string;
  query: Record<string, string>;
}

/** Who is signed in. */
export interface PageUser {
  id: string;
  name: string;
  role: 'admin' | 'user' | 'guest';
}

/** An answer of the server that is no success; thrown by the methods of {@link PageApi}. */
export interface ApiError extends Error {
  /** HTTP status; 0 when the server did not answer. */
  status: number;
  /** `error_code` of the server's error table. */
  code: string;
  /** Faults by field, of a 400. */
  errors?: { path: string; message: string }[];
}

/** A value for the query: undefined ones are left out. */
export type Query = Record<string, string | number | boolean | undefined>;

/**
 * The server's API with the session of the person at the screen. Paths without a leading slash are the plugin's own routes
 * (`found` is `/api/v1/plugins/<id>/found`), with one the server's (`/media` is `/api/v1/media`).
 */
export interface PageApi {
  get<T = any>(path: string, query?: Query): Promise<T>;
  post<T = any>(path: string, body?: unknown): Promise<T>;
  put<T = any>(path: string, body?: unknown): Promise<T>;
  patch<T = any>(path: string, body?: unknown): Promise<T>;
  delete<T = any>(path: string): Promise<T>;
}

/** All a page may use of the app. Functions and store-shaped values only: it works across a frame as well. */
export interface PageHost {
  readonly plugin: { readonly id: string; readonly version: string };
  readonly api: PageApi;
  /** Goes to an address of the app: `history/7` below the plugin's pages, `/app/library` anywhere. */
  navigate(to: string, options?: { replace?: boolean }): void;
  readonly route: Readable<RouteState>;
  readonly theme: Readable<'dark' | 'light'>;
  /** BCP 47. */
  readonly locale: Readable<string>;
  readonly user: Readable<PageUser | undefined>;
  /** A short message at the edge of the screen. */
  toast(message: string, options?: { kind?: 'info' | 'success' | 'error' }): void;
  /** Asks before something that cannot be undone. */
  confirm(question: { title: string; body?: string; action?: string; danger?: boolean }): Promise<boolean>;
  /** Live events of the server: `library.changed`, `item.changed`, `job.changed`, `connection.changed`, … */
  subscribe(event: string, listener: (payload: any) => void): Unmount;
}
