import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { askRaw, startTestServer, type TestServer } from './http-server.testing.ts';
import { testRoutes } from './test-routes.testing.ts';

describe('what a request brings', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(testRoutes);
  });
  afterAll(() => server.close({ graceMs: 100 }));

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
    expect((await server.ask('/api/v1/things/1', { method: 'POST', as: 'ben' })).json.errors[0].path).toBe('body');
  });

  it('answers at the end of a body that turned out too large, not when its patience ends', async () => {
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const began = performance.now();
    const sent = { method: 'POST', as: 'ben', body: Buffer.alloc(3_000_000, 0x20), headers };
    expect((await server.ask('/api/v1/things/1', sent)).json).toMatchObject({ status: 413, error_code: 'too_large' });
    // A client that never ends is waited for ten seconds.
    expect(performance.now() - began).toBeLessThan(8000);
  });

  it('takes uploads of the promised type and size', async () => {
    const put = (body: Buffer, type: string) =>
      server.ask('/api/v1/picture', { method: 'PUT', as: 'ben', body, headers: { 'content-type': type } });
    expect((await put(Buffer.alloc(100), 'image/png')).json).toEqual({ bytes: 100 });
    expect((await put(Buffer.alloc(101), 'image/png')).json.error_code).toBe('too_large');
    expect((await put(Buffer.alloc(10), 'text/html')).json.error_code).toBe('unsupported_media_type');
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
});
