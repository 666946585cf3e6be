import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { silentLogger } from '../../log/logger.ts';
import { HostLimiter } from '../http/host-limiter.ts';
import { RemoteHttp } from '../http/remote-http.ts';
import { Downloads } from './downloads.ts';

let server: Server;
let base: string;
let answer: (response: ServerResponse) => void;
let downloads: Downloads;

beforeEach(async () => {
  server = createServer((_, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = new RemoteHttp({ limiter: new HostLimiter(), logger: silentLogger(), userAgent: 'Vitascope/test' });
  downloads = new Downloads(http, [base]);
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});
const get = (most: number): Promise<Buffer> => downloads.bytes(new URL(`${base}/a.tgz`), { most });

it('takes what it asked for', async () => {
  answer = (response) => response.end('bytes');
  expect((await get(5)).toString()).toBe('bytes');
});

it('takes no more than it was told, whether the length was said or not', async () => {
  answer = (response) => response.setHeader('content-length', 6).end('bytes!');
  await expect(get(5)).rejects.toMatchObject({ code: 'too_large' });
  answer = (response) => {
    // A body without an end.
    const more = (): void => void (response.writable && response.write('x'.repeat(10_000), more));
    more();
  };
  await expect(get(1_000_000)).rejects.toMatchObject({ code: 'too_large' });
});

it('follows no redirect to where it may not go', async () => {
  for (const location of ['http://127.0.0.2:9/a.tgz', 'https://169.254.169.254/a.tgz', 'file:///etc/passwd']) {
    answer = (response) => response.writeHead(302, { location }).end();
    await expect(get(5)).rejects.toMatchObject({ code: expect.stringMatching(/^(forbidden|unavailable)$/) });
  }
});

it('says what went wrong', async () => {
  answer = (response) => response.writeHead(404).end('no');
  await expect(get(5)).rejects.toMatchObject({ code: 'not_found' });
  answer = (response) => response.end('{"half":');
  await expect(downloads.json(new URL(base), { most: 100 })).rejects.toMatchObject({ code: 'unavailable' });
});

it('asks nobody without TLS whom the configuration does not name', async () => {
  await expect(downloads.bytes(new URL('http://elsewhere.example/a.tgz'), { most: 5 })).rejects.toMatchObject({
    code: 'forbidden',
  });
});
