import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { collectContracts } from './contracts.ts';
import { createDocsPage } from './docs-page.ts';
import { endpoint, route } from './endpoint.ts';
import { startTestServer, type TestServer } from './http-server.testing.ts';
import { apiDescriptionRoute } from './openapi.routes.ts';
import * as openapiSchema from './openapi.schema.ts';
import { idParams } from './schema.ts';
import { createSendFile } from './send-file.ts';
import { createStaticApp } from './static-app.ts';

const inline = 'window.base = "/__vitascope_base__";';
const html = `<html><head><script>${inline}</script><script src="/__vitascope_base__/_app/immutable/start.js"></script></head></html>`;
const base = { tag: 'test', summary: 'A test.' } as const;
const contracts = {
  ...openapiSchema,
  Thing: z.object({ id: z.int(), name: z.string() }),
  getThing: endpoint({ ...base, verb: 'GET /things/:id', access: 'user', params: idParams, response: z.object({}) }),
  notRouted: endpoint({ ...base, verb: 'GET /elsewhere', access: 'admin' }),
};
const getThing = { ...contracts.getThing, response: z.object({ thing: contracts.Thing }) };

let directory: string;
let server: TestServer;
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'vitascope-app-'));
  const folder = join(directory, 'build');
  mkdirSync(join(folder, '_app/immutable'), { recursive: true });
  writeFileSync(join(folder, '200.html'), html);
  writeFileSync(
    join(folder, '_app/immutable/start.js'),
    `export const base = "/__vitascope_base__"; ${'// long enough to be compressed\n'.repeat(100)}`,
  );
  writeFileSync(join(folder, 'logo.png'), Buffer.alloc(5000, 1));
  writeFileSync(join(directory, 'secret.txt'), 'secret');
  symlinkSync(join(directory, 'secret.txt'), join(folder, 'link.txt'));
  const app = createStaticApp({ folder, sendFile: createSendFile() });
  if (!app) throw new Error('The build was not found.');
  server = await startTestServer(
    [
      apiDescriptionRoute({
        version: '1.2.3',
        contracts: collectContracts([{ ...contracts, getThing }]),
        table: () => server.table,
      }),
      route(getThing, () => ({ thing: { id: 1, name: 'x' } })),
    ],
    { pages: [createDocsPage(), app], server: { trustedProxies: ['loopback'] } },
  );
});
afterAll(async () => {
  await server.close({ graceMs: 100 });
  rmSync(directory, { recursive: true });
});

describe('the web app', () => {
  it('answers every address of its own with 200.html and a policy that allows its inline script alone', async () => {
    for (const path of ['/', '/library/7', '/title/With%20Space?x=1']) {
      const { status, text, headers } = await server.ask(path);
      expect([path, status, headers['cache-control']]).toEqual([path, 200, 'no-cache']);
      expect(text).toContain('src="/_app/immutable/start.js"');
      const hash = createHash('sha256').update(inline.replace('/__vitascope_base__', '')).digest('base64');
      expect(headers['content-security-policy']).toContain(`script-src 'self' 'wasm-unsafe-eval' 'sha256-${hash}';`);
      expect(headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe-inline/);
    }
  });

  it('stands under the prefix that a proxy cut off', async () => {
    const headers = { 'x-forwarded-prefix': '/vita', 'x-forwarded-for': '10.0.0.9' };
    const page = await server.ask('/', { headers });
    expect(page.text).toContain('src="/vita/_app/immutable/start.js"');
    expect(page.headers['content-security-policy']).toContain(
      createHash('sha256').update(inline.replace('/__vitascope_base__', '/vita')).digest('base64'),
    );
    expect((await server.ask('/_app/immutable/start.js', { headers })).text).toContain('base = "/vita"');
    expect((await server.ask('/', { headers: { 'x-forwarded-prefix': '/"><script>' } })).text).not.toContain(
      '"><script>"',
    );
  });

  it('lets scripts that run as workers use WebAssembly and this server, nothing else', async () => {
    const { headers } = await server.ask('/_app/immutable/start.js');
    expect(headers['content-security-policy']).toBe(
      "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    );
  });

  it('keeps hashed files forever, compresses text, and checks the rest by tag', async () => {
    const script = await server.ask('/_app/immutable/start.js');
    expect(script.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
      vary: 'Accept-Encoding',
    });
    const packed = await fetch(`${server.url}/_app/immutable/start.js`, { headers: { 'accept-encoding': 'gzip, br' } });
    expect(packed.headers.get('content-encoding')).toBe('br');
    expect(await packed.text()).toBe(script.text);
    const same = await server.ask('/_app/immutable/start.js', {
      headers: { 'if-none-match': String(script.headers.etag) },
    });
    expect([same.status, same.text]).toEqual([304, '']);
    const picture = await server.ask('/logo.png', { headers: { range: 'bytes=0-9' } });
    expect([picture.status, picture.headers['content-type'], picture.headers['content-range']]).toEqual([
      206,
      'image/png',
      'bytes 0-9/5000',
    ]);
  });

  it('says 404 for a missing script, for paths of the API, and never leaves its folder', async () => {
    for (const path of [
      '/_app/immutable/gone.js',
      '/gone.css',
      '/api',
      '/api/v2/x',
      '/link.txt',
      '/%2e%2e%2fsecret.txt',
      '/..%2fsecret.txt',
      '/%ff',
    ]) {
      const answer = await server.ask(path);
      expect(answer.text, path).not.toBe('secret');
      expect(answer.status === 404 || answer.text.startsWith('<html>'), path).toBe(true);
    }
    expect((await server.ask('/_app/immutable/gone.js')).json.error_code).toBe('not_found');
    expect((await server.ask('/library', { method: 'POST' })).status).toBe(404);
  });
});

describe('the API reference', () => {
  it('is OpenAPI 3.1 of what is routed, plugins included as they come and go', async () => {
    const first = await server.ask('/api/v1/openapi.json');
    expect(first.json).toMatchObject({ openapi: '3.1.0', info: { version: '1.2.3' } });
    expect(Object.keys(first.json.paths)).toEqual(['/api/v1/openapi.json', '/api/v1/things/{id}']);
    expect(first.json.paths['/api/v1/things/{id}'].get).toMatchObject({
      operationId: 'getThing',
      'x-access': 'user',
      'x-scope': 'read',
      security: [{ session: [] }, { bearer: [] }],
    });
    expect(first.json.components.schemas.Thing.properties.name).toEqual({ type: 'string' });
    const hello = endpoint({
      ...base,
      verb: 'POST /hello/:name',
      access: 'user',
      body: z.object({ loud: z.boolean().default(false) }),
    });
    server.addRoutes('demo', [route(hello, () => undefined)]);
    const second = await server.ask('/api/v1/openapi.json');
    expect(second.json.paths['/api/v1/plugins/demo/hello/{name}'].post.operationId).toBe('demoPostHelloName');
    server.removeRoutes('demo');
    expect(
      (await server.ask('/api/v1/openapi.json', { headers: { 'if-none-match': String(first.headers.etag) } })).status,
    ).toBe(304);
  });

  it('is rendered at /docs from files of this server alone', async () => {
    const page = await server.ask('/docs');
    expect(page.text).toContain('swagger-ui-bundle.js');
    expect(page.text).not.toMatch(/https?:\/\//);
    expect(page.headers['content-security-policy']).toContain("script-src 'self';");
    for (const file of ['swagger-ui-bundle.js', 'swagger-ui.css', 'start.js'])
      expect((await server.ask(`/docs/${file}`)).status).toBe(200);
    expect((await server.ask('/docs/package.json')).text).not.toContain('swagger');
    expect((await server.ask('/docs/start.js', { headers: { 'x-forwarded-prefix': '/vita' } })).text).toContain(
      "'/vita/api/v1/openapi.json'",
    );
  });
});

describe('a build that is made anew beside a running server', () => {
  it('is served from the next request on, and the last one while there is none', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vitascope-rebuilt-'));
    const page = join(folder, '200.html');
    writeFileSync(page, '<p>first</p>');
    const app = createStaticApp({ folder, sendFile: createSendFile() });
    const rebuilt = await startTestServer([], { pages: [app!] });
    const answer = async (path: string): Promise<string> => (await rebuilt.ask(path)).text;
    try {
      expect(await answer('/app')).toBe('<p>first</p>');
      rmSync(page);
      expect(await answer('/app')).toBe('<p>first</p>');
      writeFileSync(join(folder, 'version.json'), '{"version":"2"}');
      writeFileSync(page, '<p>second</p>');
      utimesSync(page, 2_000_000_000, 2_000_000_000);
      expect(await answer('/app')).toBe('<p>second</p>');
      rmSync(join(folder, 'version.json'));
      expect((await rebuilt.ask('/version.json')).status).toBe(500);
      writeFileSync(join(folder, 'version.json'), '{"version":"2"}');
      expect(await answer('/version.json')).toBe('{"version":"2"}');
    } finally {
      await rebuilt.close({ graceMs: 100 });
      rmSync(folder, { recursive: true });
    }
  });
});
