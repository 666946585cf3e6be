import { get, type ClientRequest, type IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEventBus } from '../events/create-event-bus.ts';
import type { EventBus } from '../events/event-bus.ts';
import { silentLogger } from '../log/logger.ts';
import { eventStreamRoute } from './event-stream.ts';
import { startTestServer, type TestServer } from './http-server.testing.ts';

let server: TestServer;
let bus: EventBus;
let stopping: AbortController;
beforeEach(async () => {
  bus = createEventBus(silentLogger());
  stopping = new AbortController();
  server = await startTestServer([
    eventStreamRoute({
      bus,
      stopping: stopping.signal,
      streamsPerAccount: 3,
      heartbeatMs: 30,
      maxPendingBytes: 300_000,
      keptEvents: 5,
    }),
  ]);
});
afterEach(async () => {
  stopping.abort();
  await server.close({ graceMs: 100 });
});

interface Stream {
  events: { id: string | undefined; name: string; data: unknown }[];
  raw: () => string;
  ended: Promise<void>;
  request: ClientRequest;
  response: IncomingMessage;
}

function listen(
  as: string,
  { path = '/api/v1/events', lastEventId }: { path?: string; lastEventId?: string } = {},
): Promise<Stream> {
  return new Promise((resolve, reject) => {
    const headers = {
      cookie: `vitascope_session=${as}; vitascope_csrf=x`,
      ...(lastEventId && { 'last-event-id': lastEventId }),
    };
    const request = get({ port: server.port, path, headers, agent: false }, (response) => {
      let text = '';
      const events: Stream['events'] = [];
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
        events.length = 0;
        for (const frame of text.split('\n\n').slice(0, -1)) {
          const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
          const name = field('event');
          if (name) events.push({ id: field('id'), name, data: JSON.parse(field('data') ?? 'null') });
        }
      });
      const ended = new Promise<void>((done) => response.once('close', done));
      response.once('error', () => undefined);
      resolve({ events, raw: () => text, ended, request, response });
    });
    request.once('error', reject);
  });
}
const job = (accountId: string | null) => ({
  id: 'j',
  name: 'scan',
  state: 'running',
  done: 1,
  total: 2,
  note: '',
  accountId,
});

describe('the event stream', () => {
  it('tells each caller what it may see', async () => {
    const [anna, ben] = await Promise.all([
      listen('anna', { path: '/api/v1/events?log=1' }),
      listen('ben', { path: '/api/v1/events?log=1' }),
    ]);
    bus.emit('job.changed', job('anna'));
    bus.emit('job.changed', job('ben'));
    bus.emit('playstate.changed', { accountId: 'ben', itemId: 1 });
    bus.emit('plugin.changed', { id: 'nfo', state: 'active' });
    bus.emit('log.line', { time: 1, level: 'info', message: 'hello' });
    bus.emit('library.changed', { libraryId: 3, itemIds: [4] });
    const names = (stream: Stream) => stream.events.map((event) => event.name);
    await expect
      .poll(() => names(anna))
      .toEqual(['job.changed', 'job.changed', 'plugin.changed', 'log.line', 'library.changed']);
    await expect.poll(() => names(ben)).toEqual(['job.changed', 'playstate.changed', 'library.changed']);
    expect(ben.events.at(-1)?.data).toEqual({ libraryId: 3, itemIds: [4] });
    expect(anna.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(anna.response.headers).not.toHaveProperty('content-length');
    expect((await server.ask('/api/v1/events')).status).toBe(401);
  });

  it('keeps the connection alive and frees it when the client leaves', async () => {
    const stream = await listen('ben');
    await expect.poll(() => stream.raw()).toContain(': \n\n');
    const more = await Promise.all([listen('ben'), listen('ben')]);
    expect((await server.ask('/api/v1/events', { as: 'ben' })).status).toBe(429);
    for (const { request } of [stream, ...more]) request.destroy();
    await expect.poll(async () => (await listen('ben')).response.statusCode).toBe(200);
  });

  it('replays what was missed, or says that it cannot', async () => {
    const first = await listen('ben');
    for (let itemId = 1; itemId <= 3; itemId++) bus.emit('item.changed', { itemId });
    await expect.poll(() => first.events.length).toBe(3);
    const again = await listen('ben', { lastEventId: first.events[0]?.id });
    await expect.poll(() => again.events.map((event) => event.data)).toEqual([{ itemId: 2 }, { itemId: 3 }]);
    for (let itemId = 4; itemId <= 20; itemId++) bus.emit('item.changed', { itemId });
    first.request.destroy();
    const late = await listen('anna', { lastEventId: first.events[0]?.id });
    await expect.poll(() => late.events.map((event) => event.name)).toEqual(['reset']);
    const other = await listen('anna', { lastEventId: 'nonsense' });
    await expect.poll(() => other.events.map((event) => event.name)).toEqual(['reset']);
  });

  it('cuts off a client that reads nothing, and ends all when the server stops', async () => {
    const [slow, good] = await Promise.all([listen('anna', { path: '/api/v1/events?log=1' }), listen('ben')]);
    slow.response.pause();
    const message = 'x'.repeat(100_000);
    for (let index = 0; index < 100; index++) bus.emit('log.line', { time: 1, level: 'info', message });
    slow.response.resume();
    await slow.ended;
    expect(slow.response.complete).toBe(false);
    expect(slow.raw().length).toBeLessThan(9_000_000);
    stopping.abort();
    await good.ended;
    expect(good.response.complete).toBe(true);
    expect((await server.ask('/api/v1/events', { as: 'ben' })).status).toBe(503);
  });
});
