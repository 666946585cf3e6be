import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './http-server.testing.ts';
import { testRoutes } from './test-routes.testing.ts';

describe('who calls', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(testRoutes, { limits: { authPerMinute: 3 } });
  });
  afterAll(() => server.close({ graceMs: 100 }));

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
});
