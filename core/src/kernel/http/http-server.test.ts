import { get } from 'node:http';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { notFound, type AppError } from '../errors.ts';
import { createLog } from '../log/logger.ts';
import { endpoint, route, type Route } from './endpoint.ts';
import { askRaw, startTestServer, type TestServer } from './http-server.testing.ts';
import { listOf, numericId, ok } from './schema.ts';

const base = { tag: 'test', summary: 'A test.' } as const;
const routes: Route[] = [
  route(endpoint({ ...base, verb: 'GET /open', access: 'public', response: ok, aliases: ['GET //open'] }), () => ({
    ok: true as const,
  })),
  route(endpoint({ ...base, verb: 'GET /guest', access: 'guest', response: ok }), () => ({ ok: true as const })),
  route(endpoint({ ...base, verb: 'GET /mine', access: 'user', response: z.object({ name: z.string() }) }), (call) => ({
    name: call.caller.name,
  })),
  route(endpoint({ ...base, verb: 'GET /secret', access: 'admin', response: ok }), () => ({ ok: true as const })),
  route(
    endpoint({
      ...base,
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
    endpoint({ ...base, verb: 'DELETE /things/:id', access: 'user', params: z.object({ id: numericId }) }),
    () => undefined,
  ),
  route(endpoint({ ...base, verb: 'POST /play', access: 'user', scope: 'playback', response: ok }), () => ({
    ok: true as const,
  })),
  route(endpoint({ ...base, verb: 'GET /missing', access: 'public', response: ok }), () => {
    throw notFound('library', 7);
  }),
  route(endpoint({ ...base, verb: 'GET /broken', access: 'public', response: ok }), () => {
    throw new Error('select password from accounts failed at /srv/vita/db.ts');
  }),
  route(endpoint({ ...base, verb: 'GET /lying', access: 'public', response: ok }), () => ({
    ok: true as const,
    passwordHash: 'x',
  })),
  route(
    endpoint({
      ...base,
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
  route(endpoint({ ...base, verb: 'POST /login', access: 'public', body: z.object({}), limit: 'auth' }), ({ http }) => {
    http.setCookie('vitascope_session', 'value with ; and =', { maxAgeMs: 60_000 });
    http.setCookie('vitascope_refresh', 'r', { path: '/api/v1/auth' });
  }),
  route(
    endpoint({
      ...base,
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

describe('the http server', () => {
  let server: TestServer;
  const lines: string[] = [];
  beforeAll(async () => {
    const { logger } = createLog(
      { level: 'debug', format: 'json', keepLines: 100 },
      { write: (text) => lines.push(text) },
    );
    server = await startTestServer(routes, { logger, limits: { authPerMinute: 3 } });
  });
  afterAll(() => server.close({ graceMs: 100 }));

  it('answers JSON with ids and headers that protect', async () => {
    const { status, json, headers } = await server.ask('/api/v1/open', {
      headers: { 'x-request-id': 'abc-1', 'x-correlation-id': 'flow:9' },
    });
    expect([status, json]).toEqual([200, { ok: true }]);
    expect(headers).toMatchObject({
      'x-request-id': 'abc-1',
      'x-correlation-id': 'flow:9',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  it('makes an id of its own when the given one could forge a log line', async () => {
    const { headers } = await server.ask('/api/v1/open', { headers: { 'x-request-id': 'a b"}' } });
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('answers aliases, HEAD and OPTIONS, and says which methods a path takes', async () => {
    expect((await server.ask('/open')).json).toEqual({ ok: true });
    const head = await server.ask('/api/v1/open', { method: 'HEAD' });
    expect([head.status, head.text, head.headers['content-length']]).toEqual([200, '', '11']);
    const wrong = await server.ask('/api/v1/things/1', { method: 'PATCH', as: 'ben' });
    expect([wrong.status, wrong.json.error_code, wrong.headers.allow]).toEqual([
      405,
      'method_not_allowed',
      'DELETE, POST, OPTIONS',
    ]);
    const options = await server.ask('/api/v1/things/1', { method: 'OPTIONS' });
    expect([options.status, options.headers.allow]).toEqual([204, 'DELETE, POST, OPTIONS']);
  });

  it('answers 404 as a problem that names resource and identifier', async () => {
    const { status, json, headers } = await server.ask('/api/v1/missing');
    expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(status).toBe(404);
    expect(json).toMatchObject({
      status: 404,
      title: 'Not Found',
      error_code: 'not_found',
      resource: 'library',
      identifier: 7,
      type: 'urn:vitascope:error:not_found',
    });
    expect(Date.parse(json.timestamp)).toBeGreaterThan(0);
    expect((await server.ask('/api/v1/nothing/here')).json).toMatchObject({
      resource: 'path',
      identifier: '/api/v1/nothing/here',
    });
    expect((await server.ask('/%E0%A4%A')).status).toBe(404);
  });

  it('leaks nothing of a fault, and finds it in the log by its reference', async () => {
    const { status, json, text } = await server.ask('/api/v1/broken');
    expect(status).toBe(500);
    expect(text).not.toMatch(/password|select|srv|db\.ts/);
    const logged = lines.map((line) => JSON.parse(line)).find((line) => line.reference === json.reference);
    expect(logged).toMatchObject({
      level: 50,
      correlation_id: json.correlation_id,
      err: { message: expect.stringContaining('select') },
    });
  });

  it('holds handlers to their schema', async () => {
    expect((await server.ask('/api/v1/lying')).json).toMatchObject({ status: 500, error_code: 'internal' });
  });

  it('reports every fault of params, query and body at once', async () => {
    const { status, json } = await server.ask('/api/v1/things/zero?type=a,c&deep=maybe', {
      method: 'POST',
      as: 'ben',
      json: { name: 'x', tags: [1] },
    });
    expect([status, json.error_code]).toEqual([400, 'validation_failed']);
    expect(json.errors.map((fault: { path: string }) => fault.path)).toEqual([
      'params.id',
      'query.type.1',
      'query.deep',
      'body.name',
      'body.tags.0',
    ]);
    const good = await server.ask('/api/v1/things/5?type=a&type=b', {
      method: 'POST',
      as: 'ben',
      json: { name: 'xy', tags: [], more: { constructor: 1 } },
    });
    expect([good.status, good.json]).toEqual([201, { id: 5, type: ['a', 'b'], name: 'xy', keys: ['constructor'] }]);
    expect((await server.ask('/api/v1/things/5', { method: 'DELETE', as: 'ben' })).status).toBe(204);
  });

  it('refuses bodies that are no JSON, too large, too deep, compressed or that pollute prototypes', async () => {
    const post = (body: string | Buffer, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
      server.ask('/api/v1/things/1', { method: 'POST', as: 'ben', body, headers });
    const valid = '{"name":"xy","tags":[]}';
    expect((await post(valid, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(valid, {})).status).toBe(415);
    expect((await post(valid, { 'content-type': 'application/json; charset=utf-16' })).status).toBe(415);
    expect((await post(valid, { 'content-type': 'application/json', 'content-encoding': 'gzip' })).status).toBe(415);
    expect((await post('{"name":')).json).toMatchObject({ status: 400, error_code: 'bad_request' });
    expect((await post(Buffer.from([0x22, 0xff, 0x22]))).json.detail).toContain('UTF-8');
    expect((await post('['.repeat(100_000))).json.detail).toContain('nested');
    for (const key of ['__proto__', '\\u005f_proto__', '\\u005F\\u005Fproto\\u005f_']) {
      const polluted = await post(`{"name":"xy","tags":[],"more":{"${key}":{"admin":true}}}`);
      expect(polluted.json, key).toMatchObject({ status: 400, error_code: 'bad_request' });
    }
    // No text column takes it, and PostgreSQL sees in it a broken protocol.
    for (const text of ['{"name":"a\\u0000"}', '{"name":"xy","tags":["\\u0000"]}', '{"name":"xy","\\u0000":1}'])
      expect((await post(text)).json, text).toMatchObject({ status: 400, detail: expect.stringContaining('U+0000') });
    expect(({} as Record<string, unknown>).admin).toBeUndefined();
    const big = await post(`"${'x'.repeat(1_100_000)}"`).catch((error: NodeJS.ErrnoException) => error.code);
    expect(typeof big === 'string' ? big : (big as { status: number }).status).toSatisfy((seen) =>
      [413, 'ECONNRESET', 'EPIPE'].includes(seen),
    );
    const chunked = await post(Buffer.alloc(3_000_000, 0x20), {
      'content-type': 'application/json',
      'transfer-encoding': 'chunked',
    }).catch((error: NodeJS.ErrnoException) => error.code);
    expect(typeof chunked === 'string' ? chunked : (chunked as { status: number }).status).toSatisfy((seen) =>
      [413, 'ECONNRESET', 'EPIPE'].includes(seen),
    );
    expect((await server.ask('/api/v1/things/1', { method: 'POST', as: 'ben' })).json.errors[0].path).toBe('body');
  });

  it('takes uploads of the promised type and size', async () => {
    const put = (body: Buffer, type: string) =>
      server.ask('/api/v1/picture', { method: 'PUT', as: 'ben', body, headers: { 'content-type': type } });
    expect((await put(Buffer.alloc(100), 'image/png')).json).toEqual({ bytes: 100 });
    expect((await put(Buffer.alloc(101), 'image/png')).json.error_code).toBe('too_large');
    expect((await put(Buffer.alloc(10), 'text/html')).json.error_code).toBe('unsupported_media_type');
  });

  it('lets each role in where it belongs', async () => {
    const status = async (path: string, as?: string, headers?: Record<string, string>) =>
      (await server.ask(`/api/v1/${path}`, { as, headers })).status;
    expect(await Promise.all([status('guest'), status('mine'), status('secret')])).toEqual([401, 401, 401]);
    expect(await Promise.all([status('guest', 'ben'), status('mine', 'ben'), status('secret', 'ben')])).toEqual([
      200, 200, 403,
    ]);
    expect(await status('secret', 'anna')).toBe(200);
    expect(await status('mine', 'nobody')).toBe(401);
    const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
    expect(await status('mine', undefined, bearer('token-read'))).toBe(200);
    expect(await status('secret', undefined, bearer('token-admin'))).toBe(200);
    expect(await status('mine', 'ben', bearer('unknown'))).toBe(401);
    expect(await status('mine', 'ben', { authorization: 'Basic YTpi' })).toBe(401);
    const write = await server.ask('/api/v1/things/1', { method: 'DELETE', headers: bearer('token-read') });
    expect(write.json).toMatchObject({ status: 403, scope: 'write' });
    const play = async (token: string) =>
      (await server.ask('/api/v1/play', { method: 'POST', headers: bearer(token) })).status;
    expect(await Promise.all(['playback', 'write', 'admin', 'read'].map((scope) => play(`token-${scope}`)))).toEqual([
      200, 200, 200, 403,
    ]);
    expect(await status('mine', undefined, bearer('token-playback'))).toBe(403);
  });

  it('wants the CSRF token of the session for changes by cookie, and only there', async () => {
    const change = (options: object) => server.ask('/api/v1/things/1', { method: 'DELETE', ...options });
    expect((await change({ as: 'ben' })).status).toBe(204);
    expect((await change({ as: 'ben', csrf: false })).json).toMatchObject({ status: 403, error_code: 'csrf_failed' });
    expect((await change({ as: 'ben', csrf: server.csrf.tokenFor('session-anna') })).status).toBe(403);
    expect((await change({ headers: { authorization: 'Bearer ben' } })).status).toBe(204);
    expect((await change({ as: 'ben', headers: { origin: 'https://evil.example' } })).status).toBe(403);
    expect((await change({ as: 'ben', headers: { origin: 'null' } })).status).toBe(403);
    expect((await change({ as: 'ben', headers: { 'sec-fetch-site': 'cross-site' } })).status).toBe(403);
    expect(
      (
        await change({
          as: 'ben',
          headers: { origin: `http://127.0.0.1:${server.port}`, 'sec-fetch-site': 'same-origin' },
        })
      ).status,
    ).toBe(204);
    // A name of the attacker's that points to this machine: browsers call it the same origin.
    const rebound = {
      host: 'rebound.example:8420',
      origin: 'http://rebound.example:8420',
      'sec-fetch-site': 'same-origin',
    };
    expect((await change({ as: 'ben', headers: rebound })).status).toBe(403);
    expect((await server.ask('/api/v1/login', { method: 'POST', json: {}, headers: rebound })).status).toBe(403);
    expect((await change({ as: 'ben', headers: { host: 'livingroom.local' } })).status).toBe(204);
    const first = await server.ask('/api/v1/mine', { as: 'ben' });
    expect(first.headers['set-cookie']).toEqual([
      `vitascope_csrf=${server.csrf.tokenFor('session-ben')}; Path=/; SameSite=Lax`,
    ]);
  });

  it('sets cookies that plain http on a LAN can use', async () => {
    const { headers } = await server.ask('/api/v1/login', { method: 'POST', json: {} });
    expect(headers['set-cookie']).toEqual([
      'vitascope_session=value%20with%20%3B%20and%20%3D; Path=/; SameSite=Lax; Max-Age=60; HttpOnly',
      'vitascope_refresh=r; Path=/api/v1/auth; SameSite=Lax; HttpOnly',
    ]);
  });

  it('refuses too many sign-ins with Retry-After', async () => {
    const login = () => server.ask('/api/v1/login', { method: 'POST', json: {} });
    const answers = [await login(), await login(), await login(), await login()];
    const last = answers.at(-1);
    expect(last?.json).toMatchObject({ status: 429, error_code: 'rate_limited' });
    expect(Number(last?.headers['retry-after'])).toBe(last?.json.retry_after_seconds);
    expect(Number(last?.headers['retry-after'])).toBeGreaterThan(0);
  });

  it('believes no forwarded header of a stranger', async () => {
    const headers = {
      'x-forwarded-for': '6.6.6.6',
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-prefix': '/evil',
    };
    expect((await server.ask('/api/v1/who', { headers })).json).toEqual({
      address: '127.0.0.1',
      origin: `http://127.0.0.1:${server.port}`,
      secure: false,
    });
  });

  it('refuses smuggled and malformed requests', async () => {
    const head = 'POST /api/v1/login HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n';
    expect(
      await askRaw(server.port, `${head}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 400/);
    expect(await askRaw(server.port, `${head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}`)).toMatch(
      /^HTTP\/1\.1 400/,
    );
    expect(await askRaw(server.port, 'GARBAGE\r\n\r\n')).toMatch(/^HTTP\/1\.1 400/);
    expect(
      await askRaw(server.port, `GET /api/v1/open HTTP/1.1\r\nHost: a\r\nX: ${'y'.repeat(40_000)}\r\n\r\n`),
    ).toMatch(/^HTTP\/1\.1 4/);
    expect(await askRaw(server.port, 'GET http://[bad HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1\.1 4/,
    );
  });

  it('writes a line for a change without query or cookie, and none with a secret', async () => {
    lines.length = 0;
    await server.ask('/api/v1/things/1?token=hidden-value', { method: 'DELETE', as: 'ben' });
    await expect.poll(() => lines.length).toBe(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      level: 30,
      status: 204,
      route: '/api/v1/things/:id',
      account: 'ben',
      msg: 'DELETE /api/v1/things/1 204',
    });
    expect(lines[0]).not.toContain('hidden-value');
  });
});

describe('behind a proxy', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(routes, {
      server: { basePath: '/vita', trustedProxies: ['loopback', '10.0.0.0/8'], publicUrl: 'https://tv.example/vita' },
    });
  });
  afterAll(() => server.close({ graceMs: 100 }));
  const who = async (headers: Record<string, string | string[]>) =>
    (await server.ask('/vita/api/v1/who', { headers })).json;

  it('takes client, scheme and host from it, through as many hops as are trusted', async () => {
    expect(
      await who({ 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https', 'x-forwarded-host': 'tv.example' }),
    ).toEqual({
      address: '203.0.113.9',
      origin: 'https://tv.example/vita',
      secure: true,
    });
    expect((await who({ 'x-forwarded-for': '6.6.6.6, 203.0.113.9, 10.1.2.3' })).address).toBe('203.0.113.9');
    expect((await who({ 'x-forwarded-for': ['6.6.6.6', '203.0.113.9'] })).address).toBe('203.0.113.9');
    expect((await who({ 'x-forwarded-for': '6.6.6.6, nonsense' })).address).toBe('127.0.0.1');
    expect((await who({ 'x-forwarded-for': '[2001:db8::1]:443' })).address).toBe('2001:db8::1');
    expect((await who({ 'x-forwarded-proto': 'https, http' })).secure).toBe(false);
    expect((await who({ 'x-forwarded-host': 'evil.example/path' })).origin).toBe('http://localhost/vita');
  });

  it('marks cookies Secure and binds them to the base path', async () => {
    const { headers } = await server.ask('/vita/api/v1/login', {
      method: 'POST',
      json: {},
      headers: { 'x-forwarded-proto': 'https' },
    });
    expect(headers['set-cookie']?.[0]).toMatch(/; Path=\/vita; .*; Secure$/);
    expect(headers['set-cookie']?.[1]).toContain('; Path=/vita/api/v1/auth;');
  });

  it('answers with and without the base path for the API, redirects the root, and knows nothing else', async () => {
    expect((await server.ask('/api/v1/open')).status).toBe(200);
    const root = await server.ask('/');
    expect([root.status, root.headers.location]).toEqual([302, '/vita/']);
    expect((await server.ask('/vitamin/api/v1/open')).status).toBe(404);
  });

  it('accepts changes from its public address', async () => {
    const change = (origin: string) =>
      server.ask('/vita/api/v1/things/1', { method: 'DELETE', as: 'ben', headers: { origin } });
    expect((await change('https://tv.example')).status).toBe(204);
    expect((await change('https://tv.example.evil.example')).status).toBe(403);
  });
});

describe('routes of plugins', () => {
  const promised = endpoint({
    ...base,
    verb: 'GET /hello/:name',
    access: 'user',
    response: z.object({ hello: z.string() }),
  });
  it('come and go while the server runs, below their id, and their answers are always checked', async () => {
    const server = await startTestServer(routes, { validateResponses: false });
    const ask = (name: string) => server.ask(`/api/v1/plugins/demo/hello/${name}`, { as: 'ben' });
    expect((await ask('x')).status).toBe(404);
    server.addRoutes('demo', [
      route(promised, ({ params }) => {
        const name = (params as unknown as { name: string } | undefined)?.name;
        return { hello: 'you', name } as { hello: string };
      }),
      route(endpoint({ ...base, verb: 'GET /lie', access: 'public', response: ok }), () => ({ ok: false }) as never),
      route(endpoint({ ...base, verb: 'GET /throw', access: 'public', response: ok }), () => {
        throw Object.assign(new Error('The plugin "demo" failed.'), { code: 'plugin_failed', fix: 'Look at its log.' });
      }),
    ]);
    expect((await ask('x')).json).toEqual({ hello: 'you' });
    expect((await server.ask('/api/v1/plugins/demo/lie')).json.error_code).toBe('internal');
    expect((await server.ask('/api/v1/plugins/demo/throw')).json).toMatchObject({
      status: 502,
      error_code: 'plugin_failed',
      fix: 'Look at its log.',
    });
    server.removeRoutes('demo');
    expect((await ask('x')).status).toBe(404);
    await server.close({ graceMs: 100 });
  });

  it('cannot answer in the place of others', async () => {
    const server = await startTestServer(routes);
    const outside = endpoint({ ...base, verb: 'GET //open', access: 'public', response: ok });
    expect(() => server.addRoutes('demo', [route(outside, () => ({ ok: true as const }))])).toThrow('may not answer');
    await server.close({ graceMs: 100 });
  });
});

describe('stopping', () => {
  it('finishes what runs, refuses what comes, and cuts off what takes too long', async () => {
    let release: (() => void) | undefined;
    const reasons: unknown[] = [];
    const server = await startTestServer([
      route(endpoint({ ...base, verb: 'GET /slow', access: 'public', response: ok }), async () => {
        await new Promise<void>((resolve) => (release = resolve));
        return { ok: true as const };
      }),
      route(endpoint({ ...base, verb: 'GET /stuck', access: 'public', response: ok }), async ({ signal }) => {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        reasons.push((signal.reason as AppError).code);
        return { ok: true as const };
      }),
    ]);
    const slow = server.ask('/api/v1/slow');
    const stuck = server.ask('/api/v1/stuck').catch((error: NodeJS.ErrnoException) => error.code);
    await expect.poll(() => release).toBeDefined();
    const closed = server.close({ graceMs: 300 });
    await expect(server.ask('/api/v1/slow')).rejects.toThrow('ECONNREFUSED');
    release?.();
    expect((await slow).json).toEqual({ ok: true });
    expect(await stuck).toBe('ECONNRESET');
    await closed;
    expect(reasons).toEqual(['cancelled']);
  });

  it('frees the source of a stream whose client left, and cuts off the client of a source that failed', async () => {
    const streamed = endpoint({
      ...base,
      verb: 'GET /stream',
      access: 'public',
      raw: { contentType: 'text/plain', description: 'Text.' },
    });
    const sources: Readable[] = [];
    const server = await startTestServer([
      route(streamed, ({ http }) => {
        const source = new Readable({ read: () => undefined });
        source.push('begun');
        sources.push(source);
        http.send(source);
      }),
    ]);
    const leaving = get({ port: server.port, path: '/api/v1/stream', agent: false });
    await new Promise<void>((resolve) =>
      leaving.once('response', (response) => response.once('data', () => resolve())),
    );
    leaving.once('error', () => undefined).destroy();
    await expect.poll(() => sources[0]?.destroyed).toBe(true);
    const cut = server.ask('/api/v1/stream').catch((error: NodeJS.ErrnoException) => error.code);
    await expect.poll(() => sources.length).toBe(2);
    sources[1]?.destroy(new Error('The disk failed.'));
    expect(await cut).toBe('ECONNRESET');
    await server.close({ graceMs: 100 });
  });

  it('says which port is taken', async () => {
    const first = await startTestServer([]);
    await expect(startTestServer([], { server: { port: first.port } })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('port is taken'),
    });
    await first.close({ graceMs: 100 });
  });
});
