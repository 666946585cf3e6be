import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HttpRequest } from '@vitascope/sdk/runtime';
import { createLog } from '../../log/logger.ts';
import { HostLimiter } from './host-limiter.ts';
import { RemoteHttp, type Sender } from './remote-http.ts';

let server: Server;
let base: string;
let seen: { method: string; url: string; body: string; headers: IncomingMessage['headers'] }[];
let answer: (request: IncomingMessage, response: ServerResponse, count: number) => void;
let lines: string[];
let http: RemoteHttp;
const signal = new AbortController().signal;

beforeEach(async () => {
  seen = [];
  lines = [];
  answer = (_, response) => response.end('{"ok":true}');
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      seen.push({ method: request.method!, url: request.url!, body, headers: request.headers });
      answer(request, response, seen.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { logger } = createLog(
    { level: 'info', format: 'json', keepLines: 100 },
    { write: (text) => lines.push(text) },
  );
  http = new RemoteHttp({ limiter: new HostLimiter(), logger, userAgent: 'Vitascope/test' });
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const sender = (more: Partial<Sender> = {}): Sender => ({
  pluginId: 'p',
  rules: { named: new Set(['127.0.0.1']) },
  secrets: [],
  requestId: 'r1',
  ...more,
});
const send = (request: Partial<HttpRequest>, from = sender(), stop = signal) =>
  http.send({ url: `${base}/x`, method: 'GET', headers: {}, ...request }, from, stop);
const text = async (pending: ReturnType<typeof send>) => new Response((await pending).body as never).text();

describe('requests of plugins', () => {
  it('give their place to the next one when their body was read, however many there are', async () => {
    for (let i = 0; i < 20; i++) expect(await text(send({}))).toBe('{"ok":true}');
    expect(seen).toHaveLength(20);
  });

  it('carry methods, headers and bodies of every kind, and bring back status, headers and a stream', async () => {
    expect(
      await text(
        send({ method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json', 'x-key': 'k' } }),
      ),
    ).toBe('{"ok":true}');
    expect(seen[0]).toMatchObject({
      method: 'POST',
      body: '{"a":1}',
      headers: { 'x-key': 'k', 'user-agent': 'Vitascope/test' },
    });
    await text(send({ method: 'PUT', body: new TextEncoder().encode('bytes') }));
    await text(send({ method: 'POST', body: new Response('streamed').body as never }));
    await text(send({ method: 'POST' }));
    await text(send({ method: 'DELETE' }));
    expect(seen.slice(1).map(({ method, body }) => [method, body])).toEqual([
      ['PUT', 'bytes'],
      ['POST', 'streamed'],
      ['POST', ''],
      ['DELETE', ''],
    ]);
    answer = (_, response) => response.writeHead(404, { 'x-a': 'b' }).end('gone');
    expect(await send({})).toMatchObject({ status: 404, headers: { 'x-a': 'b' } });
    expect((await send({ method: 'HEAD' })).status).toBe(404);
  });

  it('are tried again after a 429, as late as it says, and after a broken line; not with a streamed body', async () => {
    answer = (_, response, count) =>
      count === 1 ? response.writeHead(429, { 'retry-after': '1' }).end() : response.end('ok');
    const began = performance.now();
    expect(await text(send({ method: 'POST', body: 'x' }))).toBe('ok');
    expect(performance.now() - began).toBeGreaterThan(990);
    seen = [];
    answer = (request, response, count) => (count < 3 ? request.socket.destroy() : response.end('ok'));
    expect(await text(send({}))).toBe('ok');
    seen = [];
    answer = (request) => request.socket.destroy();
    await expect(send({ method: 'POST', body: new Response('s').body as never })).rejects.toMatchObject({
      code: 'unavailable',
    });
    expect(seen).toHaveLength(1);
    seen = [];
    await expect(send({ method: 'POST', body: 'once' })).rejects.toMatchObject({ code: 'unavailable' });
    expect(seen).toHaveLength(1);
  });

  it('do not wait for a remote that wants to be left alone for long', async () => {
    answer = (_, response) => response.writeHead(503, { 'retry-after': '3600' }).end();
    expect((await send({})).status).toBe(503);
    expect(seen).toHaveLength(1);
  });

  it('do not follow a redirect to where the plugin may not go', async () => {
    answer = (request, response) =>
      request.url === '/ok'
        ? response.end('arrived')
        : response.writeHead(302, { location: request.url === '/x' ? '/ok' : 'http://localhost:1/secret' }).end();
    expect(await text(send({}))).toBe('arrived');
    await expect(send({ url: `${base}/evil` })).rejects.toMatchObject({ code: 'forbidden' });
    answer = (_, response) => response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    await expect(send({})).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('169.254.169.254'),
    });
  });

  it('are refused before anything is sent when no setting names a host at home', async () => {
    await expect(send({}, sender({ rules: { named: new Set() } }))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      send({ url: base.replace('127.0.0.1', 'localhost') }, sender({ rules: { named: new Set() } })),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(seen).toEqual([]);
  });

  it('end with their caller', async () => {
    const asked = Promise.withResolvers<void>();
    const closed = new Promise<void>((resolve) => {
      answer = (_, response) => {
        response.on('close', resolve);
        asked.resolve();
      };
    });
    const stop = new AbortController();
    const pending = send({}, sender(), stop.signal);
    await asked.promise;
    stop.abort(Object.assign(new Error('left'), { code: 'cancelled' }));
    await expect(pending).rejects.toMatchObject({ code: 'cancelled' });
    await closed;
  });

  it('leave one line in the log, without query and without secrets', async () => {
    await text(
      send(
        { url: `${base}/bot-s3cr3t-k%2Fy/send?apikey=s3cr3t` },
        sender({ secrets: ['s3cr3t-k/y'], connectionId: 'c' }),
      ),
    );
    const [line] = lines.map((l) => JSON.parse(l));
    expect(line).toMatchObject({
      plugin: 'p',
      connection: 'c',
      request_id: 'r1',
      method: 'GET',
      path: '/bot-[redacted]/send',
      status: 200,
      ms: expect.any(Number),
    });
    expect(lines.join('')).not.toContain('s3cr3t');
  });

  it('are answered from memory for as long as the plugin says, once for all who ask together', async () => {
    const cached = { ttlMs: 200, headers: { authorization: 'a' } };
    expect(await Promise.all([text(send(cached)), text(send(cached)), text(send(cached))])).toEqual(
      Array(3).fill('{"ok":true}'),
    );
    expect(seen).toHaveLength(1);
    await text(send({ ...cached, headers: { authorization: 'b' } }));
    await text(send({ ...cached }, sender({ connectionId: 'other' })));
    expect(seen).toHaveLength(3);
    await new Promise((resolve) => setTimeout(resolve, 250));
    await text(send(cached));
    expect(seen).toHaveLength(4);
    answer = (_, response) => response.writeHead(500).end();
    expect((await send({ ...cached, url: `${base}/bad` })).status).toBe(500);
    expect((await send({ ...cached, url: `${base}/bad` })).status).toBe(500);
    expect(seen).toHaveLength(6);
  });

  it('say which host does not answer', async () => {
    await expect(send({ url: 'http://127.0.0.1:1/x' })).rejects.toMatchObject({
      code: 'unavailable',
      message: '127.0.0.1 does not answer (ECONNREFUSED).',
    });
  });
});
