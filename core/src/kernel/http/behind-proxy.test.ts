import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './http-server.testing.ts';
import { testRoutes } from './test-routes.testing.ts';

describe('behind a proxy', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer(testRoutes, {
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
