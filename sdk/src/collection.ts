import type { Out, Schema } from './schema.ts';

/** A collection as data; made with {@link collection}. */
export interface Collection<T = any> {
  readonly $: 'collection';
  readonly name: string;
  readonly schema: Schema<any, T>;
  readonly index: readonly string[];
}

/**
 * Documents the plugin keeps in the server's database; `c.data(it)` reads and writes them, `index` names the members that
 * queries order by.
 *
 * @example
 * ```ts
 * import { collection, definePlugin, z } from '@vitascope/sdk';
 * const seen = collection('seen', z.object({ url: z.string(), at: z.iso.datetime() }), { index: ['at'] });
 * export default definePlugin({
 *   data: [seen],
 *   on: { 'app.ready': async (_, c) => c.data(seen).put('start', { url: '/', at: new Date().toISOString() }) },
 * });
 * ```
 */
export const collection = <S extends Schema>(
  name: string,
  schema: S,
  options: { index?: readonly (keyof Out<S> & string)[] } = {},
): Collection<Out<S>> => ({ $: 'collection', name, schema, index: options.index ?? [] });
