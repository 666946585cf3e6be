import { z } from 'zod';
import { notFound } from '../errors.ts';
import { endpoint, route, type Route } from './endpoint.ts';
import { listOf, numericId, ok } from './schema.ts';

/** What every endpoint of a test has. */
export const testEndpoint = { tag: 'test', summary: 'A test.' } as const;
/** Routes of every kind the server knows. */
export const testRoutes: Route[] = [
  route(
    endpoint({ ...testEndpoint, verb: 'GET /open', access: 'public', response: ok, aliases: ['GET //open'] }),
    () => ({
      ok: true as const,
    }),
  ),
  route(endpoint({ ...testEndpoint, verb: 'GET /guest', access: 'guest', response: ok }), () => ({
    ok: true as const,
  })),
  route(
    endpoint({ ...testEndpoint, verb: 'GET /mine', access: 'user', response: z.object({ name: z.string() }) }),
    (call) => ({
      name: call.caller.name,
    }),
  ),
  route(endpoint({ ...testEndpoint, verb: 'GET /secret', access: 'admin', response: ok }), () => ({
    ok: true as const,
  })),
  route(
    endpoint({
      ...testEndpoint,
      verb: 'POST /things/:id',
      access: 'user',
      params: z.object({ id: numericId }),
      query: z.object({ type: listOf(z.enum(['a', 'b'])), deep: z.stringbool().optional() }),
      body: z.object({
        name: z.string().min(2),
        tags: z.array(z.string()),
        more: z.record(z.string(), z.unknown()).optional(),
      }),
      response: z.object({
        id: z.int(),
        type: z.array(z.string()).optional(),
        name: z.string(),
        keys: z.array(z.string()),
      }),
      status: 201,
    }),
    ({ params, query, body }) => ({
      id: params.id,
      type: query.type,
      name: body.name,
      keys: Object.keys(body.more ?? {}),
    }),
  ),
  route(
    endpoint({ ...testEndpoint, verb: 'DELETE /things/:id', access: 'user', params: z.object({ id: numericId }) }),
    () => undefined,
  ),
  route(endpoint({ ...testEndpoint, verb: 'POST /play', access: 'user', scope: 'playback', response: ok }), () => ({
    ok: true as const,
  })),
  route(endpoint({ ...testEndpoint, verb: 'GET /missing', access: 'public', response: ok }), () => {
    throw notFound('library', 7);
  }),
  route(endpoint({ ...testEndpoint, verb: 'GET /broken', access: 'public', response: ok }), () => {
    throw new Error('select password from accounts failed at /srv/vita/db.ts');
  }),
  route(endpoint({ ...testEndpoint, verb: 'GET /lying', access: 'public', response: ok }), () => ({
    ok: true as const,
    passwordHash: 'x',
  })),
  route(
    endpoint({
      ...testEndpoint,
      verb: 'PUT /picture',
      access: 'user',
      upload: { contentType: 'image/*', maxBytes: 100 },
      response: z.object({ bytes: z.int() }),
    }),
    async ({ http }) => {
      let bytes = 0;
      for await (const chunk of http.request) bytes += (chunk as Buffer).length;
      return { bytes };
    },
  ),
  route(
    endpoint({ ...testEndpoint, verb: 'POST /login', access: 'public', body: z.object({}), limit: 'auth' }),
    ({ http }) => {
      http.setCookie('vitascope_session', 'value with ; and =', { maxAgeMs: 60_000 });
      http.setCookie('vitascope_refresh', 'r', { path: '/api/v1/auth' });
    },
  ),
  route(
    endpoint({
      ...testEndpoint,
      verb: 'GET /who',
      access: 'public',
      response: z.object({ address: z.string(), origin: z.string(), secure: z.boolean() }),
    }),
    (call) => ({
      address: call.address,
      origin: call.origin,
      secure: call.secure,
    }),
  ),
];
