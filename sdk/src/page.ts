import type { Job } from './job.ts';
import type { MediaType } from './media.ts';
import type { Access, Route } from './route.ts';

/** One block that the app draws itself, over the plugin's own routes and jobs. A table's columns are members of its rows. */
export type Block<R = any> =
  | { table: Route<any, { items: R[] }>; columns: readonly (keyof R & string)[]; title?: string }
  | { stats: Route; title?: string }
  | { form: Route; title?: string }
  | { action: Job | Route; title: string; confirm?: string };

/** A page: shown by the app (`show`), or a module of the plugin's `web/` folder that mounts itself. */
export interface Page {
  /** Below the plugin's own address: `history`. */
  path: string;
  title: string;
  /** A lucide icon's name. */
  icon?: string;
  /** Gets an entry in the navigation. */
  nav?: boolean;
  /** Signed-in accounts unless told. */
  access?: Access;
  show?: readonly Block[];
  /** File in the plugin's `web/` folder that exports `mount`; see `@vitascope/sdk/web`. */
  module?: string;
  /** Style sheets in `web/` that the app loads before mounting. */
  styles?: readonly string[];
}

/** A tile of the dashboard; shown or a module, as a page is. */
export interface Widget extends Omit<Page, 'path' | 'nav'> {
  /** Unique in the plugin. */
  id: string;
  /** `small` unless told. */
  size?: 'small' | 'wide' | 'full';
}

/** Something to do with a title, offered on its page. The route is called with `{ itemId }`. */
export interface ItemAction {
  /** Unique in the plugin. */
  id: string;
  title: string;
  icon?: string;
  /** Asked before it is done. */
  confirm?: string;
  /** Types it is offered on; all unless told. */
  types?: readonly MediaType[];
  route: Route<{ itemId: string }, any>;
}

/**
 * A page of the plugin in the app.
 *
 * @example
 * ```ts
 * import { page, route, z } from '@vitascope/sdk';
 * const found = route('GET /found', { output: z.object({ items: z.array(z.object({ title: z.string() })) }) }, async () => ({
 *   items: [{ title: 'A film' }],
 * }));
 * export const shown = page({ path: 'found', title: 'Found', nav: true, show: [{ table: found, columns: ['title'] }] });
 * export const own = page({ path: 'map', title: 'Map', module: 'map.js', styles: ['map.css'] });
 * ```
 */
export const page = <const T extends readonly unknown[]>(
  options: Omit<Page, 'show'> & { show?: readonly [...{ [K in keyof T]: Block<T[K]> }] },
): Page => options as Page;
