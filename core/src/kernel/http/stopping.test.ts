import { get } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { AppError } from '../errors.ts';
import { endpoint, route } from './endpoint.ts';
import { startTestServer } from './http-server.testing.ts';
import { ok } from './schema.ts';
import { testEndpoint } from './test-routes.testing.ts';

describe('stopping', () => {
  it('finishes what runs, refuses what comes, and cuts off what takes too long', async () => {
    let release: (() => void) | undefined;
    const stuckBegan = Promise.withResolvers<void>();
    const reasons: unknown[] = [];
    const server = await startTestServer([
      route(endpoint({ ...testEndpoint, verb: 'GET /slow', access: 'public', response: ok }), async () => {
        await new Promise<void>((resolve) => (release = resolve));
        return { ok: true as const };
      }),
      route(endpoint({ ...testEndpoint, verb: 'GET /stuck', access: 'public', response: ok }), async ({ signal }) => {
        stuckBegan.resolve();
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
        reasons.push((signal.reason as AppError).code);
        return { ok: true as const };
      }),
    ]);
    const slow = server.ask('/api/v1/slow');
    const stuck = server.ask('/api/v1/stuck').catch((error: NodeJS.ErrnoException) => error.code);
    await stuckBegan.promise;
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
      ...testEndpoint,
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
