import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createApi, CsrfToken, ok } from './client.ts';

interface Answer {
  status: number;
  body: unknown;
}

/** A server that answers each path from a list of answers, the last one for ever, and keeps what it was asked. */
let server: Server;
let base = '';
let answers: Record<string, Answer[]> = {};
let asked: { line: string; csrf: string | undefined }[] = [];

beforeEach(async () => {
  answers = {};
  asked = [];
  server = createServer((request: IncomingMessage, response) => {
    const line = `${request.method} ${request.url}`;
    asked.push({ line, csrf: request.headers['x-csrf-token'] as string | undefined });
    const list = answers[line] ?? [];
    const answer = (list.length > 1 ? list.shift() : list[0]) ?? {
      status: 404,
      body: { detail: 'There is no such path.', error_code: 'not_found' },
    };
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer.body));
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(() => new Promise((closed) => server.close(closed)));

const signedOut: Answer = { status: 401, body: { detail: 'Nobody is signed in.', error_code: 'unauthenticated' } };
const libraries = 'GET /api/v1/libraries';
const refresh = 'POST /api/v1/auth/refresh';

describe('the API client', () => {
  it('sends the CSRF token with what changes something, and only then', async () => {
    const csrf = new CsrfToken();
    csrf.value = 'token-1';
    answers = {
      [libraries]: [{ status: 200, body: { items: [] } }],
      'POST /api/v1/auth/logout': [{ status: 200, body: { ok: true } }],
    };
    const api = createApi({ base, csrf });
    await ok(api.GET('/api/v1/libraries'));
    await ok(api.POST('/api/v1/auth/logout'));
    expect(asked).toEqual([
      { line: libraries, csrf: undefined },
      { line: 'POST /api/v1/auth/logout', csrf: 'token-1' },
    ]);
  });

  it('renews the session once for calls that fail together, and repeats them with the new token', async () => {
    const csrf = new CsrfToken();
    csrf.value = 'old';
    answers = {
      'POST /api/v1/library/rescan': [signedOut, { status: 202, body: { jobId: 'j', jobIds: [], accepted: 0 } }],
      [libraries]: [signedOut, { status: 200, body: { items: [] } }],
      [refresh]: [{ status: 200, body: { csrfToken: 'new' } }],
    };
    const api = createApi({ base, csrf });
    await Promise.all([ok(api.POST('/api/v1/library/rescan', { body: {} })), ok(api.GET('/api/v1/libraries'))]);
    expect(asked.filter(({ line }) => line === refresh)).toHaveLength(1);
    expect(asked.at(-1)?.line === libraries || asked.at(-1)?.csrf === 'new').toBe(true);
    expect(asked.filter(({ line }) => line.endsWith('rescan')).map(({ csrf: sent }) => sent)).toEqual(['old', 'new']);
  });

  it('says that the session is over when it cannot be renewed', async () => {
    answers = { [libraries]: [signedOut], [refresh]: [signedOut] };
    let over = 0;
    const api = createApi({ base, csrf: new CsrfToken(), onSignedOut: () => over++ });
    await expect(ok(api.GET('/api/v1/libraries'))).rejects.toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(over).toBe(1);
  });

  it.each([
    [503, 'database_unavailable'],
    [429, 'rate_limited'],
  ])('says what is wrong, and no end of the session, when renewing it is answered with %i', async (status, code) => {
    answers = { [libraries]: [signedOut], [refresh]: [{ status, body: { detail: 'Not now.', error_code: code } }] };
    let over = 0;
    const api = createApi({ base, csrf: new CsrfToken(), onSignedOut: () => over++ });
    const calls = [api.GET('/api/v1/libraries'), api.GET('/api/v1/libraries')];
    for (const { reason } of (await Promise.allSettled(calls.map(ok))) as PromiseRejectedResult[])
      expect(reason).toMatchObject({ status, code });
    expect(over).toBe(0);
  });

  it('does not renew for a wrong password', async () => {
    answers = {
      'POST /api/v1/auth/login': [
        { status: 401, body: { detail: 'Name or password is wrong.', error_code: 'credentials_invalid' } },
      ],
    };
    const api = createApi({ base, csrf: new CsrfToken() });
    const login = ok(api.POST('/api/v1/auth/login', { body: { name: 'mira', password: 'wrong' } }));
    await expect(login).rejects.toMatchObject({ code: 'credentials_invalid', message: 'Name or password is wrong.' });
    expect(asked).toHaveLength(1);
  });

  it('says unreachable when nobody answers', async () => {
    const api = createApi({ base: 'http://127.0.0.1:9', csrf: new CsrfToken() });
    await expect(ok(api.GET('/api/v1/libraries'))).rejects.toMatchObject({ status: 0, code: 'unreachable' });
  });
});
