import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { metadata } from '@vitascope/sdk';
import { testDialects } from '../database/database.testing.ts';
import { createPluginHarness, type PluginHarness } from './plugins.testing.ts';

const source = `
import { definePlugin, metadata, secret, z } from '@vitascope/sdk';
const entry = (film) => ({ type: 'movie', id: String(film.id), title: film.title });
export default definePlugin({
  provides: [
    metadata(
      {
        kind: 'films',
        name: 'Films',
        media: ['movie'],
        settings: z.object({ url: z.url(), key: secret(), pages: z.int().min(1).max(9).default(1) }),
        presets: [{ id: 'local', name: 'At home', settings: { url: 'http://127.0.0.1:8080' } }],
        http: ({ settings }) => ({ base: settings.url, headers: { 'x-key': settings.key } }),
      },
      {
        check: async (_, c) => 'Signed in as ' + (await c.http.json('me')).name,
        search: async ({ query }, c) => ({ items: c.each(await c.http.json('films', { query: { q: query } }), entry) }),
        get: async ({ id }, c) => entry(await c.http.json('films/' + id)),
      },
    ),
  ],
});
`;
const key = 'super-secret-key';

describe.each(testDialects)('connections on %s', (dialect) => {
  let remote: Server;
  let url: string;
  let status = 200;
  let host: PluginHarness;
  beforeEach(async () => {
    status = 200;
    remote = createServer((request, response) => {
      if (request.headers['x-key'] !== key) return response.writeHead(401).end();
      if (status !== 200) return response.writeHead(status, { 'retry-after': '90' }).end();
      if (request.url === '/me') return response.end('{"name":"Ada"}');
      if (request.url?.startsWith('/films?'))
        return response.end('[{"id":1,"title":"One"},null,{"id":2,"title":"Two"}]');
      return request.url === '/films/1' ? response.end('{"id":1,"title":"One"}') : response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => remote.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(remote.address() as AddressInfo).port}`;
    host = await createPluginHarness({ dialect });
    await host.write('films', source);
    await host.service.enable('films');
  });
  afterEach(async () => {
    await host.close();
    remote.closeAllConnections();
    await new Promise((resolve) => remote.close(resolve));
  });

  const draft = (settings: object = { url, key }, more: object = {}) => ({
    pluginId: 'films',
    contract: 'metadata@1',
    kind: 'films',
    name: 'My films',
    settings,
    ...more,
  });
  const post = (path: string, json?: object) =>
    host.server.ask(path, { method: 'POST', as: 'anna', ...(json && { json }) });
  const create = async (settings?: object, more?: object) =>
    (await post('/api/v1/connections', draft(settings, more))).json;
  const search = (query = 'x') => host.providers.ask(metadata, 'search', { type: 'movie', query });
  const list = async () => (await host.server.ask('/api/v1/connections', { as: 'anna' })).json.items;

  it('are offered as forms, tried before they are saved, and made', async () => {
    const kinds = (await host.server.ask('/api/v1/connections/kinds', { as: 'anna' })).json.items;
    expect(kinds).toMatchObject([
      {
        kind: 'films',
        contract: 'metadata@1',
        methods: ['check', 'get', 'search'],
        login: false,
        presets: [{ id: 'local' }],
      },
    ]);
    expect(kinds[0].schema.properties.key).toMatchObject({ secret: true });
    expect(await list()).toEqual([]);
    const tried = await post('/api/v1/connections/test', draft());
    expect(tried.json).toMatchObject({ ok: true, message: 'Signed in as Ada' });
    expect((await post('/api/v1/connections/test', draft({ url, key: 'wrong' }))).json).toMatchObject({
      ok: false,
      code: 'auth',
    });
    expect(await list()).toEqual([]);
    const made = await post('/api/v1/connections', draft());
    expect([made.status, made.json]).toMatchObject([
      201,
      { name: 'My films', settings: { url }, secretsSet: ['key'], state: 'ok', available: true },
    ]);
    expect((await post(`/api/v1/connections/${made.json.id}/test`)).json).toMatchObject({ ok: true });
  });

  it('report every fault of their settings at once, by field', async () => {
    const refused = await post('/api/v1/connections', draft({ url: 'no address', pages: 10 }));
    expect([refused.status, refused.json.error_code]).toEqual([400, 'invalid_config']);
    expect(refused.json.errors.map((e: any) => e.path).sort()).toEqual([
      'body.settings.key',
      'body.settings.pages',
      'body.settings.url',
    ]);
    expect((await post('/api/v1/connections', draft(undefined, { kind: 'nothing' }))).json.error_code).toBe(
      'unavailable',
    );
  });

  it('keep their secrets sealed, in the database and towards people', async () => {
    const { id } = await create();
    const dump = JSON.stringify(await host.database.all('select * from connections'));
    expect(dump).not.toContain(key);
    expect(JSON.stringify(await list())).not.toContain(key);
    const change = (json: object) =>
      host.server.ask(`/api/v1/connections/${id}`, { method: 'PATCH', as: 'anna', json });
    expect((await change({ settings: { url, pages: 2 } })).json).toMatchObject({
      settings: { url, pages: 2 },
      secretsSet: ['key'],
    });
    expect((await search()).results).toHaveLength(1);
    expect((await change({ settings: { url, key: null } })).status).toBe(400);
    await host.database.run('update connections set secrets = ?', ['v1.otherkey.xxxx']);
    host = await host.restart();
    expect(host.providers.list()[0]).toMatchObject({
      state: 'invalid',
      reason: expect.stringContaining('enter them again'),
    });
  });

  it('are asked all together, in order of priority, and answer with results and failures', async () => {
    await create(undefined, { name: 'second', priority: 50 });
    await create(undefined, { name: 'first', priority: 10 });
    await create({ url, key: 'wrong' }, { name: 'broken', priority: 1 });
    await create(undefined, { name: 'off', enabled: false });
    const { results, failures } = await search();
    expect(results.map(({ name }) => name)).toEqual(['first', 'second']);
    expect(results[0]!.value.items.map(({ id }) => id)).toEqual(['1', '2']);
    expect(failures).toMatchObject([{ name: 'broken', code: 'auth' }]);
    expect(host.log.join('')).toContain('Left out an entry');
    expect(host.providers.usable(metadata).map(({ name }) => name)).toEqual(['first', 'second']);
    const [first] = results;
    await expect(
      host.providers.call(first!.connection, { contract: metadata, method: 'get', input: { type: 'movie', id: '9' } }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect((await list()).map(({ name, state }: any) => [name, state])).toEqual([
      ['broken', 'needs_auth'],
      ['first', 'ok'],
      ['second', 'ok'],
      ['off', 'disabled'],
    ]);
  });

  it('rest when the remote fails, over a restart too, and come back through the Test button', async () => {
    const { id } = await create();
    status = 503;
    expect((await search()).failures).toMatchObject([{ code: 'unavailable' }]);
    expect(host.providers.view(id)).toMatchObject({ state: 'backoff' });
    expect(Date.parse(host.providers.view(id).backoffUntil!) - Date.now()).toBeGreaterThan(80_000);
    host = await host.restart();
    expect(host.providers.view(id)).toMatchObject({ state: 'backoff' });
    status = 200;
    expect((await search()).failures).toMatchObject([{ message: expect.stringContaining('resting for') }]);
    expect(await host.providers.test(id)).toMatchObject({ ok: true });
    expect((await search()).results).toHaveLength(1);
    expect(host.service.get('films').state).toBe('active');
  });

  it('stay with their plugin off, and are asked again with it on', async () => {
    const { id } = await create();
    await host.service.disable('films');
    expect(host.providers.view(id)).toMatchObject({ available: false, state: 'ok' });
    expect([await search(), host.providers.usable(metadata)]).toEqual([{ results: [], failures: [] }, []]);
    expect((await post(`/api/v1/connections/${id}/test`)).json).toMatchObject({
      ok: false,
      code: 'unavailable',
      fix: 'Enable the plugin first.',
    });
    await host.service.enable('films');
    expect((await search()).results).toHaveLength(1);
    expect((await host.server.ask(`/api/v1/connections/${id}`, { method: 'DELETE', as: 'anna' })).status).toBe(204);
    expect((await host.server.ask(`/api/v1/connections/${id}`, { as: 'anna' })).status).toBe(404);
  });

  it('of kinds without settings are there by themselves, once', async () => {
    await host.install('never-answers');
    await host.service.enable('never-answers');
    await host.service.disable('never-answers');
    await host.service.enable('never-answers');
    const own = host.providers.list({ pluginId: 'never-answers' });
    expect(own).toMatchObject([{ name: 'Never', kind: 'never', settings: {} }]);
    const refused = await host.server.ask(`/api/v1/connections/${own[0]!.id}`, { method: 'DELETE', as: 'anna' });
    expect([refused.status, refused.json.fix]).toEqual([409, 'Switch the connection or its plugin off instead.']);
  });
});
