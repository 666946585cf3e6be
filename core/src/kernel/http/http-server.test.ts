import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from '../log/logger.ts';
import { endpoint, route } from './endpoint.ts';
import { startTestServer, type TestServer } from './http-server.testing.ts';
import { testEndpoint, testRoutes } from './test-routes.testing.ts';
import { ok } from './schema.ts';

describe('the http server', () => {
  let server: TestServer;
  const lines: string[] = [];
  beforeAll(async () => {
    const { logger } = createLog(
      { level: 'debug', format: 'json', keepLines: 100 },
      { write: (text) => lines.push(text) },
    );
    server = await startTestServer(testRoutes, { logger });
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

  it('writes a line for a change without query or cookie, and none with a secret', async () => {
    await server.ask('/api/v1/things/1?token=hidden-value', { method: 'DELETE', as: 'ben' });
    const written = () => lines.find((text) => text.includes('DELETE /api/v1/things/1'));
    await expect.poll(written).toBeDefined();
    expect(JSON.parse(written() ?? '')).toMatchObject({
      level: 30,
      status: 204,
      route: '/api/v1/things/:id',
      account: 'ben',
      msg: 'DELETE /api/v1/things/1 204',
    });
    expect(lines.join('')).not.toContain('hidden-value');
  });
});

describe('routes of plugins', () => {
  const promised = endpoint({
    ...testEndpoint,
    verb: 'GET /hello/:name',
    access: 'user',
    response: z.object({ hello: z.string() }),
  });
  it('come and go while the server runs, below their id, and their answers are always checked', async () => {
    const server = await startTestServer(testRoutes, { validateResponses: false });
    const ask = (name: string) => server.ask(`/api/v1/plugins/demo/hello/${name}`, { as: 'ben' });
    expect((await ask('x')).status).toBe(404);
    server.addRoutes('demo', [
      route(promised, ({ params }) => {
        const name = (params as unknown as { name: string } | undefined)?.name;
        return { hello: 'you', name } as { hello: string };
      }),
      route(
        endpoint({ ...testEndpoint, verb: 'GET /lie', access: 'public', response: ok }),
        () => ({ ok: false }) as never,
      ),
      route(endpoint({ ...testEndpoint, verb: 'GET /throw', access: 'public', response: ok }), () => {
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
    const server = await startTestServer(testRoutes);
    const outside = endpoint({ ...testEndpoint, verb: 'GET //open', access: 'public', response: ok });
    expect(() => server.addRoutes('demo', [route(outside, () => ({ ok: true as const }))])).toThrow('may not answer');
    await server.close({ graceMs: 100 });
  });
});
