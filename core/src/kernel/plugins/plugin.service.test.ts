import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testDialects } from '../database/database.testing.ts';
import { createPluginHarness, testAccountId, type HarnessOptions, type PluginHarness } from './plugins.testing.ts';

let host: PluginHarness | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});
const start = async (options: HarnessOptions = {}): Promise<PluginHarness> =>
  (host = await createPluginHarness(options));
const state = (id: string) => {
  const { state: s, reason } = host!.service.get(id);
  return [s, reason];
};

/** Where plugins run: everything holds in both places. */
const places = ['server', 'process'] as const;
const examples = testDialects.flatMap((dialect) => places.map((place) => [dialect, place] as const));

describe.each(examples)('the example plugin on %s, run by a %s', (dialect, place) => {
  it('appears in a running server, works when enabled, and leaves nothing behind when disabled', async () => {
    const { service, server, hooks, jobs, providers, install, dataDir } = await start({ dialect, place });
    expect(await service.list()).toEqual([]);
    await install('example');
    expect(await service.list()).toMatchObject([
      { id: 'example', state: 'discovered', enabled: false, bundled: false },
    ]);
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).status).toBe(404);

    const enabled = await server.ask('/api/v1/plugins/example/enable', { method: 'POST', as: 'anna' });
    expect(enabled.json).toMatchObject({ id: 'example', state: 'active', reason: '', enabled: true });
    const greeting = await server.ask('/api/v1/plugins/example/greet/Ada?loud=true', { as: 'ben' });
    expect(greeting.json).toEqual({ text: 'HELLO ADA' });

    const manifest = (await server.ask('/api/v1/ui/manifest', { as: 'ben' })).json;
    expect(manifest.nav).toEqual([
      { plugin: 'example', href: '/app/plugins/example/hello', title: 'Hello', icon: 'sparkles' },
    ]);
    const page = manifest.pages.find((p: any) => p.path === 'hello');
    const module = await server.ask(page.module.url);
    expect(module.status).toBe(200);
    expect(module.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(module.text).toContain('export function mount');
    expect((await server.ask(page.module.styles[0])).headers['content-type']).toBe('text/css; charset=utf-8');

    await hooks.emit('library.item.added', { ids: ['7', '8'] });
    const seen = (await server.ask('/api/v1/plugins/example/added', { as: 'ben' })).json.items;
    expect(seen.map((doc: any) => [doc.id, doc.greeting]).sort()).toEqual([
      ['7', 'Hello'],
      ['8', 'Hello'],
    ]);
    expect(await hooks.decide('scan.filter', { path: '/a.example-skip', size: 1, directory: false })).toEqual({
      skip: true,
      reason: 'the example says so',
      plugin: 'example',
    });
    expect(await hooks.decide('scan.filter', { path: '/a.mkv', size: 1, directory: false })).toBeUndefined();
    expect(await hooks.filter('metadata.merged', { type: 'movie', title: 'A', tags: ['example'] })).toMatchObject({
      tags: ['example', 'seen'],
    });

    const started = await server.ask('/api/v1/plugins/example/jobs/count', {
      method: 'POST',
      as: 'anna',
      json: { input: {} },
    });
    expect(started.status).toBe(202);
    expect(await jobs.finished(started.json.id)).toEqual({ total: 3 });
    expect(await jobs.schedules.find('plugin:example:count')).toMatchObject({ cron: '0 5 * * *' });

    expect(providers.kinds()).toMatchObject([
      { kind: 'example-films', contract: 'metadata@1', facts: { media: ['movie'] } },
    ]);

    await service.disable('example');
    expect(state('example')).toEqual(['stopped', 'It was switched off.']);
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).status).toBe(404);
    expect((await server.ask(page.module.url)).status).toBe(404);
    expect((await server.ask('/api/v1/ui/manifest', { as: 'anna' })).json).toMatchObject({
      plugins: [],
      pages: [],
      nav: [],
      widgets: [],
      actions: [],
    });
    expect([hooks.owners(), providers.kinds(), jobs.registry.all()]).toEqual([[], [], []]);
    await expect(jobs.start('plugin:example:count', {})).rejects.toMatchObject({ code: 'not_found' });
    expect(await hooks.filter('metadata.merged', { type: 'movie', title: 'A', tags: ['example'] })).toMatchObject({
      tags: ['example'],
    });
    expect(host!.log.join('')).not.toContain('left something behind');
    expect(existsSync(path.join(dataDir, 'plugin-boot.json'))).toBe(false);

    expect((await service.enable('example')).state).toBe('active');
    const again = (await server.ask('/api/v1/plugins/example/added', { as: 'ben' })).json.items;
    expect(again).toHaveLength(2);
  });
});

describe.each(places)('plugins that are broken, run by a %s', (place) => {
  it.each([
    ['throws-on-load', 'failed', "Its module failed to load: Cannot read properties of undefined (reading 'handler')"],
    [
      'bad-manifest',
      'failed',
      /vitascope\.format.*vitascope\.name.*vitascope\.permissions.*vitascope\.contributes\.jobs\.0\.name/,
    ],
    [
      'manifest-mismatch',
      'failed',
      /jobs: the manifest says \[\{"name":"promised"\}\], the code says nothing; routes: the manifest says nothing/,
    ],
    ['other-sdk', 'incompatible', /made for|needs SDK \^9\.0\.0/],
  ])('%s is shown as %s with the reason', async (id, expected, reason) => {
    const { service, server } = await start({ place, plugins: [id, 'example'] });
    await service.enable('example');
    const view = await service.enable(id);
    expect(view.state).toBe(expected);
    expect(view.reason).toMatch(reason);
    expect((await server.ask('/api/v1/plugins', { as: 'anna' })).json.items).toHaveLength(2);
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).status).toBe(200);
  });

  it('throws-in-hook counts as no opinion and is degraded until it works again', async () => {
    const { service, hooks } = await start({ place, plugins: ['throws-in-hook', 'example'] });
    await service.enable('throws-in-hook');
    await service.enable('example');
    await hooks.emit('library.item.added', { ids: ['1'] });
    expect(state('throws-in-hook')).toEqual(['degraded', 'hook library.item.added: cannot greet 1 titles']);
    expect(await hooks.filter('metadata.merged', { type: 'movie', title: 'A', tags: ['example'] })).toMatchObject({
      tags: ['example', 'seen'],
    });
    expect(await hooks.decide('scan.filter', { path: '/x.example-skip', size: 0, directory: false })).toMatchObject({
      plugin: 'example',
    });
    expect(await hooks.decide('scan.filter', { path: '/x.mkv', size: 0, directory: false })).toBeUndefined();
    const { reason, problems } = service.get('throws-in-hook');
    expect(reason).toContain('hook scan.filter: no opinion worth having');
    expect(problems).toHaveLength(3);
    expect(state('example')).toEqual(['active', '']);
  });

  it('throws-in-route answers a problem that names it; the plugin is degraded, and only by its own faults', async () => {
    const { service, server } = await start({ place, plugins: ['throws-in-route'] });
    await service.enable('throws-in-route');
    const missing = await server.ask('/api/v1/plugins/throws-in-route/missing', { as: 'ben' });
    expect([missing.status, missing.json.error_code]).toEqual([404, 'not_found']);
    expect(state('throws-in-route')).toEqual(['active', '']);
    const broken = await server.ask('/api/v1/plugins/throws-in-route/broken', { as: 'ben' });
    expect([broken.status, broken.json.error_code]).toEqual([502, 'plugin_failed']);
    expect(broken.text).not.toContain('/index.js');
    expect(state('throws-in-route')).toEqual(['degraded', 'route GET /broken: this route is broken']);
    const wrong = await server.ask('/api/v1/plugins/throws-in-route/wrong', { as: 'ben' });
    expect(wrong.json.detail).toContain('answered the wrong shape: n');
  });

  it('throws-in-job fails the job, keeps its finished steps, and is degraded', async () => {
    const { service, jobs, database } = await start({ place, plugins: ['throws-in-job'] });
    await service.enable('throws-in-job');
    const { id } = await service.startJob('throws-in-job', { name: 'doomed', input: {} }, testAccountId);
    await expect(jobs.finished(id)).rejects.toMatchObject({
      code: 'plugin_failed',
      message: 'Throws in a job: the job is doomed',
    });
    expect(await database.all('select name from job_steps where job_id = ?', [id])).toEqual([{ name: 'begin' }]);
    expect(state('throws-in-job')).toEqual(['degraded', 'job doomed: the job is doomed']);
  });

  it('never-answers is cut off: its filter by the deadline, its route and provider by disabling it', async () => {
    const { service, hooks, server, providers } = await start({ place, plugins: ['never-answers'] });
    await service.enable('never-answers');
    const [connection] = providers.list();
    const tested = providers.test(connection!.id);
    const waiting = server.ask('/api/v1/plugins/never-answers/waits', { as: 'ben' });
    const query = { type: 'movie', query: 'x' } as const;
    const began = performance.now();
    expect(await hooks.filter('metadata.query', query)).toEqual(query);
    expect(performance.now() - began).toBeLessThan(7000);
    expect(state('never-answers')).toEqual(['degraded', 'hook metadata.query: No answer within 5 s']);
    await service.disable('never-answers');
    expect((await waiting).status).toBe(499);
    expect(await tested).toMatchObject({ ok: false, code: 'cancelled' });
    // In a process of its own nothing can be left.
    expect(host!.log.join('').includes('calls that do not end')).toBe(place === 'server');
  });
});

describe.each(places)('what lets a plugin run by a %s', (place) => {
  it('is asked again at each start: enabled plugins come back, disabled ones do not', async () => {
    await start({ place, plugins: ['example', 'throws-in-job'] });
    await host!.service.enable('example');
    host = await host!.restart();
    expect([state('example')[0], state('throws-in-job')[0]]).toEqual(['active', 'discovered']);
    await host.service.disable('example');
    host = await host.restart();
    expect(state('example')).toEqual(['stopped', 'It was switched off.']);
  });

  it('safe mode and the configuration file block plugins, whatever people set', async () => {
    await start({ place, plugins: ['example'] });
    await host!.service.enable('example');
    const config = { folders: [], disabled: [], safeMode: true, options: {}, place: { '*': place } };
    host = await host!.restart({ config });
    expect(state('example')).toEqual(['blocked', 'The server runs in safe mode and starts bundled plugins only.']);
    host = await host.restart({ config: { ...config, safeMode: false, disabled: ['example'] } });
    expect((await host.service.enable('example')).reason).toBe(
      'The configuration file switches it off (plugins.disabled).',
    );
    host = await host.restart({ config: { ...config, safeMode: false } });
    expect(state('example')[0]).toBe('active');
  });

  it('bundled plugins are on by themselves, and win over others of the same id', async () => {
    const bundledFolder = path.join(import.meta.dirname, '../../../../tests/fixtures/plugins');
    await start({
      place,
      plugins: ['example'],
      bundledFolder,
      config: { folders: [], disabled: ['throws-from-timer'], safeMode: true, options: {}, place: { '*': place } },
    });
    expect(host!.service.get('example')).toMatchObject({ state: 'active', bundled: true });
    expect(host!.log.join('')).toContain('is left out');
  });

  it('a changed folder is loaded anew by a rescan, a removed one is forgotten', async () => {
    const { service, server, dataDir } = await start({ place, plugins: ['throws-in-route'] });
    await service.enable('throws-in-route');
    const file = path.join(dataDir, 'plugins/throws-in-route/index.js');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace("throw new Error('this route is broken')", 'return {}'),
    );
    await service.rescan();
    expect((await server.ask('/api/v1/plugins/throws-in-route/broken', { as: 'ben' })).status).toBe(200);
    await rm(path.dirname(file), { recursive: true });
    expect(await service.list()).toEqual([]);
    expect((await server.ask('/api/v1/plugins/throws-in-route/broken', { as: 'ben' })).status).toBe(404);
  });

  it('options are validated with all faults at once, kept secret where they are, and restart the plugin', async () => {
    const { service, server } = await start({ place, plugins: ['example'] });
    await service.enable('example');
    const set = (values: object) =>
      server.ask('/api/v1/plugins/example/options', { method: 'PUT', as: 'anna', json: { values } });
    expect((await set({ greeting: 'Ahoy' })).json.options.values).toEqual({ greeting: 'Ahoy' });
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).json).toEqual({ text: 'Ahoy Ada' });
    const refused = await set({ greeting: 'x'.repeat(51) });
    expect([refused.status, refused.json.errors[0].path]).toEqual([400, 'body.values.greeting']);
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).json).toEqual({ text: 'Ahoy Ada' });
    host = await host!.restart({
      config: {
        folders: [],
        disabled: [],
        safeMode: false,
        options: { example: { greeting: 7 } },
        place: { '*': place },
      },
    });
    expect(state('example')[0]).toBe('needsConfig');
    expect(state('example')[1]).toContain('greeting');
  });
});
