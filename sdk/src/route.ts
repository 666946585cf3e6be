import { z } from 'zod';
import type { Ctx } from './context.ts';
import type { In, Out, Schema } from './schema.ts';

/** Who may call a route or see a page: anybody, also the guest of a demo server, signed-in accounts, administrators. */
export type Access = 'public' | 'guest' | 'user' | 'admin';

/** Method and path: `GET /found`, `POST /stop/:id`. */
export type RouteVerb = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

/** A route as data; made with {@link route}. */
export interface Route<I = any, O = any> {
  readonly $: 'route';
  readonly verb: string;
  readonly access: Access;
  readonly summary?: string;
  readonly input: Schema<any, I>;
  readonly output: Schema<any, O>;
  handle(input: I, c: Ctx): Promise<unknown>;
}

const nothing = z.object({});

/**
 * An address of the plugin's own, below `/api/v1/plugins/<id>`. Path parameters, query and JSON body arrive as one object,
 * checked by `input` (in the path and the query everything is text: use `z.coerce`); the answer is checked by `output` and
 * documented in the server's OpenAPI. Signed-in accounts may call it unless `access` says otherwise. What `input` refuses is
 * answered with 400 `validation_failed`, every faulty member named. Throwing `not_found`, `unsupported`, `unavailable`,
 * `validation_failed` or `invalid_config` becomes the fitting HTTP status.
 *
 * @example
 * ```ts
 * import { route, z } from '@vitascope/sdk';
 * export const greet = route(
 *   'GET /greet/:name',
 *   { input: z.object({ name: z.string() }), output: z.object({ text: z.string() }) },
 *   async ({ name }) => ({ text: `Hello ${name}` }),
 * );
 * ```
 */
export const route = <I extends Schema = typeof nothing, O extends Schema = Schema<void, void>>(
  verb: RouteVerb,
  options: { input?: I; output: O; access?: Access; summary?: string },
  handle: (input: Out<I>, c: Ctx) => Promise<In<O>>,
): Route<Out<I>, Out<O>> => ({
  $: 'route',
  verb,
  access: options.access ?? 'user',
  summary: options.summary,
  input: options.input ?? (nothing as unknown as I),
  output: options.output,
  handle,
});
