import { z } from 'zod';
import type { Collection } from './collection.ts';
import type { Provider } from './contract.ts';
import type { Hooks } from './hooks.ts';
import type { Job } from './job.ts';
import type { ItemAction, Page, Widget } from './page.ts';
import type { Route } from './route.ts';
import type { Schema } from './schema.ts';
import { sdkVersion } from './version.ts';

/** All a plugin may bring. */
export interface Definition extends Hooks {
  /** What a person may set for the whole plugin; read with `c.options`. */
  options?: Schema;
  provides?: readonly Provider[];
  routes?: readonly Route[];
  jobs?: readonly Job[];
  data?: readonly Collection[];
  pages?: readonly Page[];
  widgets?: readonly Widget[];
  actions?: readonly ItemAction[];
}

/** A plugin: inert data with functions in it. It runs nothing until the host asks. */
export interface Plugin extends Definition {
  readonly vitascope: { readonly format: 1; readonly sdk: string };
}

/**
 * Makes a plugin; a module's default export.
 *
 * @example
 * ```ts
 * import { definePlugin } from '@vitascope/sdk';
 * export default definePlugin({
 *   on: { 'library.item.added': async ({ ids }, c) => c.log.info(`${ids.length} new titles`) },
 * });
 * ```
 */
export const definePlugin = (definition: Definition): Plugin => ({
  vitascope: { format: 1, sdk: sdkVersion },
  ...definition,
});

/**
 * A setting that is stored encrypted, never sent back to the browser, and struck out of logs.
 *
 * @example
 * ```ts
 * import { secret, z } from '@vitascope/sdk';
 * const settings = z.object({ url: z.url(), apiKey: secret() });
 * ```
 */
export const secret = (): z.ZodString => z.string().min(1).meta({ secret: true });
