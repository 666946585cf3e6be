import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRange } from './byte-range.ts';
import { endpoint, route } from './endpoint.ts';
import { startTestServer, type TestServer } from './http-server.testing.ts';
import { createSendFile } from './send-file.ts';

describe('parseRange', () => {
  it.each([
    ['bytes=0-99', { start: 0, end: 99 }],
    ['bytes=500-', { start: 500, end: 999 }],
    ['bytes=-200', { start: 800, end: 999 }],
    ['bytes=-5000', { start: 0, end: 999 }],
    ['bytes=900-5000', { start: 900, end: 999 }],
    ['Bytes = 1-2 , 4-5', { start: 1, end: 5 }],
    ['bytes=990-,0-5', { start: 0, end: 999 }],
    ['bytes=1000-', 'unsatisfiable'],
    ['bytes=-0', 'unsatisfiable'],
    ['bytes=2000-3000, 5000-', 'unsatisfiable'],
    ['bytes=', undefined],
    ['bytes=-', undefined],
    ['bytes=a-b', undefined],
    ['bytes=9-1', undefined],
    ['bytes=1-2-3', undefined],
    ['bytes=99999999999999999999-', undefined],
    ['items=0-5', undefined],
    [`bytes=${'0-1,'.repeat(50)}0-1`, undefined],
    ['', undefined],
  ])('%s', (header, expected) => expect(parseRange(header, 1000)).toEqual(expected));

  it('does not span parts that lie far apart', () => {
    expect(parseRange('bytes=0-1,900000-900001', 1_000_000)).toBe('unsatisfiable');
    expect(parseRange('bytes=0-', 0)).toBe('unsatisfiable');
  });
});

describe('sendFile', () => {
  const content = randomBytes(3_000_017);
  let directory: string;
  let server: TestServer;
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'vitascope-send-'));
    writeFileSync(join(directory, 'film.mp4'), content);
    writeFileSync(join(directory, 'empty.mp4'), '');
    const sendFile = createSendFile();
    const file = endpoint({
      verb: 'GET /files/*path',
      tag: 'test',
      summary: 'A file.',
      access: 'public',
      raw: { contentType: 'video/mp4', description: 'Bytes.' },
    });
    server = await startTestServer([
      route(file, (call) =>
        sendFile(call, {
          path: join(directory, decodeURIComponent(call.http.request.url?.split('/').at(-1) ?? '')),
          contentType: 'video/mp4',
        }),
      ),
    ]);
  });
  afterAll(async () => {
    await server.close({ graceMs: 100 });
    rmSync(directory, { recursive: true });
  });

  const get = (name: string, headers: Record<string, string> = {}, method = 'GET') =>
    new Promise<{ status: number; headers: Record<string, string>; body: Buffer }>((resolve, reject) => {
      const sent = httpRequest(
        { port: server.port, path: `/api/v1/files/${name}`, headers, method, agent: false },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.once('error', reject);
          response.once('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers as Record<string, string>,
              body: Buffer.concat(chunks),
            }),
          );
        },
      );
      sent.once('error', reject);
      sent.end();
    });
  const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

  it('sends whole files and any range of them, byte for byte', async () => {
    const whole = await get('film.mp4');
    expect(whole.status).toBe(200);
    expect(whole.headers).toMatchObject({
      'content-length': String(content.length),
      'accept-ranges': 'bytes',
      'content-type': 'video/mp4',
    });
    expect(digest(whole.body)).toBe(digest(content));
    for (const [start, end] of [
      [0, 0],
      [524_287, 524_289],
      [1, 2_999_999],
      [1_000_000, 3_000_016],
      [3_000_016, 3_000_016],
    ] as const) {
      const part = await get('film.mp4', { range: `bytes=${start}-${end}` });
      expect([part.status, part.headers['content-range']]).toEqual([206, `bytes ${start}-${end}/${content.length}`]);
      expect(digest(part.body)).toBe(digest(content.subarray(start, end + 1)));
    }
    expect(digest((await get('film.mp4', { range: 'bytes=-17' })).body)).toBe(digest(content.subarray(-17)));
  });

  it('serves many clients at once without mixing their bytes', async () => {
    const starts = Array.from({ length: 40 }, (_, index) => index * 70_001);
    const parts = await Promise.all(starts.map((start) => get('film.mp4', { range: `bytes=${start}-` })));
    parts.forEach(({ body }, index) => expect(digest(body)).toBe(digest(content.subarray(starts[index]))));
  });

  it('answers 416 with the size, HEAD without bytes, and empty files', async () => {
    const outside = await get('film.mp4', { range: `bytes=${content.length}-` });
    expect([outside.status, outside.headers['content-range']]).toEqual([416, `bytes */${content.length}`]);
    expect(JSON.parse(outside.body.toString())).toMatchObject({ error_code: 'range_unsatisfiable' });
    expect(outside.headers).not.toHaveProperty('etag');
    const head = await get('film.mp4', {}, 'HEAD');
    expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, String(content.length), 0]);
    const empty = await get('empty.mp4');
    expect([empty.status, empty.headers['content-length']]).toEqual([200, '0']);
    expect((await get('gone.mp4')).status).toBe(404);
  });

  it('keeps to conditions', async () => {
    const { headers } = await get('film.mp4', {}, 'HEAD');
    const [etag = '', modified = ''] = [headers.etag, headers['last-modified']];
    expect((await get('film.mp4', { 'if-none-match': `"x", W/${etag}` })).status).toBe(304);
    expect((await get('film.mp4', { 'if-modified-since': modified })).status).toBe(304);
    expect((await get('film.mp4', { 'if-none-match': '"x"', 'if-modified-since': modified })).status).toBe(200);
    const range = 'bytes=0-1';
    expect((await get('film.mp4', { range, 'if-range': etag })).status).toBe(206);
    expect((await get('film.mp4', { range, 'if-range': modified })).status).toBe(206);
    expect((await get('film.mp4', { range, 'if-range': '"old"' })).status).toBe(200);
  });

  it('lets go of the file when the client leaves or is slow', async () => {
    const path = join(directory, 'big.mp4');
    writeFileSync(path, '');
    truncateSync(path, 400_000_000);
    const before = process.memoryUsage().rss;
    await Promise.all(
      Array.from(
        { length: 10 },
        () =>
          new Promise<void>((resolve) => {
            const sent = httpRequest({ port: server.port, path: '/api/v1/files/big.mp4', agent: false }, (response) => {
              response.once('data', () => {
                response.pause();
                setTimeout(() => sent.destroy(), 200);
              });
              response.once('close', resolve);
              response.once('error', () => undefined);
            });
            sent.once('error', () => undefined);
            sent.end();
          }),
      ),
    );
    expect(process.memoryUsage().rss - before).toBeLessThan(200_000_000);
    const openFiles = async (): Promise<number> => {
      const links = await readdir('/proc/self/fd');
      const sizes = links.map((fd) => {
        try {
          return statSync(`/proc/self/fd/${fd}`).size;
        } catch (closedMeanwhile) {
          return closedMeanwhile ? 0 : 0;
        }
      });
      return sizes.filter((size) => size === 400_000_000).length;
    };
    if (process.platform === 'linux') await expect.poll(openFiles).toBe(0);
  });

  it('cuts the connection when the file becomes shorter, so that nobody takes a part for the whole', async () => {
    const path = join(directory, 'shrinks.mp4');
    writeFileSync(path, '');
    truncateSync(path, 300_000_000);
    const outcome = await new Promise<string>((resolve) => {
      const sent = httpRequest({ port: server.port, path: '/api/v1/files/shrinks.mp4', agent: false }, (response) => {
        response.once('data', () => truncateSync(path, 10));
        response.on('data', () => undefined);
        response.once('end', () => resolve('whole'));
        response.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? ''));
      });
      sent.end();
    });
    expect(outcome).toBe('ECONNRESET');
  });
});
