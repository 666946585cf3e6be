import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { listJobDefinitions, listSchedules } from '../../core/src/kernel/jobs/jobs.schema.ts';
import {
  createConnection,
  disablePlugin,
  enablePlugin,
  getPlugin,
  getUiManifest,
  listConnectionKinds,
  listConnections,
  listPlugins,
  rescanPlugins,
  startPluginJob,
  testConnection,
  type plugin,
} from '../../core/src/kernel/plugins/plugins.schema.ts';
import { listCandidates } from '../../core/src/domains/library/library.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, testClusterUrl } from '../harness/postgres.ts';
import { eventually } from '../harness/processes.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer, type ServerOptions } from '../harness/server.ts';
import { openEvents } from './event-reader.ts';
import { addLibrary, filesOf, finished, itemsOf, scan, succeeded } from './library-setup.ts';

const folder = temporaryFolder('vitascope-plugins');
const dataDir = path.join(folder, 'data');
const root = path.join(folder, 'films');
const database = testDialect() === 'postgresql' ? createDatabase(testClusterUrl() ?? '') : undefined;
const start = (config: ServerOptions['config'] = {}): Promise<RunningServer> =>
  startServer({ dataDir, databaseUrl: database?.url, config, env: { VITASCOPE_VALIDATE_RESPONSES: '1' } });
const install = (id: string): void =>
  cpSync(path.join(import.meta.dirname, '../fixtures/plugins', id), path.join(dataDir, 'plugins', id), {
    recursive: true,
  });
const addFilm = (title: string, extension = 'mkv'): void => {
  mkdirSync(path.join(root, title), { recursive: true });
  writeFileSync(path.join(root, title, `${title}.${extension}`), `no film but a file: ${title}`);
  writeFileSync(path.join(root, title, 'movie.nfo'), `<movie><title>${title}</title><tag>example</tag></movie>`);
};

describe(`plugins of a running server on ${testDialect()}`, () => {
  let server: RunningServer;
  let admin: Client;
  let libraryId = 0;
  const view = (id: string): Promise<z.output<typeof plugin>> => admin.call(getPlugin, { params: { id } });
  const enable = (id: string) => admin.call(enablePlugin, { params: { id } });
  const isServing = async (): Promise<boolean> =>
    (await fetch(`${server.url}/health/ready`)).ok && (await admin.get('/api/v1/items')).status === 200;

  beforeAll(async () => {
    mkdirSync(dataDir, { recursive: true });
    server = await start();
    admin = await new Client(server.url).setUp();
    addFilm('First Film');
    libraryId = (await addLibrary(admin, { name: 'Films', type: 'movies', folders: [root] })).id;
  });
  afterAll(async () => {
    await server.stop();
    database?.drop();
    removeFolder(folder);
  });

  describe('the example, which the app has never seen when it was built,', () => {
    const connection = { pluginId: 'example', contract: 'metadata@1', kind: 'example-films', name: 'Example films' };

    it('is found in the plugins folder, and waits to be enabled', async () => {
      expect((await admin.call(listPlugins, {})).items.map(({ id }) => id)).toEqual(['nfo']);
      install('example');
      const found = (await admin.call(rescanPlugins, {})).items.find(({ id }) => id === 'example');
      expect(found).toMatchObject({ state: 'discovered', enabled: false, bundled: false, version: '1.0.0' });
      expect(JSON.stringify((await admin.call(getUiManifest, {})).pages)).not.toContain('example');
    });

    it('shows its page once it is enabled; the browser is told, and gets its module and style sheet', async () => {
      const events = await openEvents(admin);
      expect(await enable('example')).toMatchObject({ state: 'active', enabled: true, reason: '' });
      await events.until(({ name }) => name === 'ui.changed');
      events.close();
      const manifest = await admin.call(getUiManifest, {});
      const page = manifest.pages.find(({ path: place }) => place === 'hello');
      expect(page).toMatchObject({ plugin: 'example', title: 'Hello', href: '/app/plugins/example/hello' });
      expect(manifest.nav.map(({ href }) => href)).toContain('/app/plugins/example/hello');
      expect(manifest.widgets.map(({ id }) => id)).toEqual(['tip']);
      expect(manifest.actions).toMatchObject([{ id: 'mark', target: { method: 'POST' } }]);
      const asset = await fetch(server.url + (page?.module?.url ?? ''));
      expect(asset.headers.get('content-type')).toMatch(/^text\/javascript/);
      expect(asset.headers.get('cache-control')).toContain('immutable');
      expect(await asset.text()).toContain('export function mount');
      const style = await fetch(server.url + (page?.module?.styles[0] ?? ''));
      expect(style.headers.get('content-type')).toMatch(/^text\/css/);
      const outside = (page?.module?.url ?? '').replace('hello.js', '..%2F..%2Fpackage.json');
      expect((await fetch(server.url + outside)).status).toBe(404);
    });

    it('answers at its route, by the rules of all routes', async () => {
      const greeting = await admin.get('/api/v1/plugins/example/greet/visitor', { query: { loud: 'true' } });
      expect(greeting.body).toEqual({ text: 'HELLO VISITOR' });
      await admin.put('/api/v1/plugins/example/options', { values: { greeting: 'Servus' } });
      expect((await admin.get('/api/v1/plugins/example/greet/visitor')).body).toEqual({ text: 'Servus visitor' });
      expectProblem(await admin.get('/api/v1/plugins/example/greet/nobody'), 404, 'not_found');
      expectProblem(await new Client(server.url).get('/api/v1/plugins/example/greet/x'), 401, 'unauthenticated');
      const wrong = await admin.get('/api/v1/plugins/example/greet/x', { query: { loud: 'perhaps' } });
      expect(expectProblem(wrong, 400, 'validation_failed')).toMatchObject({
        errors: [{ path: 'query.loud', message: expect.any(String) }],
      });
      const unproved = await admin.post('/api/v1/plugins/example/mark', { itemId: '1' }, { withoutCsrf: true });
      expectProblem(unproved, 403, 'csrf_failed');
      expect((await admin.post('/api/v1/plugins/example/mark', { itemId: '1' })).body).toEqual({ marked: '1' });
      const faults = await admin.put('/api/v1/plugins/example/options', { values: { greeting: 5 } });
      expect(faults.status).toBe(400);
      const { paths } = (await admin.get('/api/v1/openapi.json')).body as { paths: object };
      expect(Object.keys(paths)).toContain('/api/v1/plugins/example/greet/{name}');
    });

    it('hears of new titles and says which files to leave out', async () => {
      addFilm('Second Film');
      addFilm('Skipped Film', 'example-skip');
      await scan(admin, libraryId);
      const card = (await itemsOf(admin)).find(({ title }) => title === 'Second Film');
      const heard = async () => (await admin.get('/api/v1/plugins/example/added')).body as { items: { id: string }[] };
      const seen = await eventually('The hook', async () => {
        const { items } = await heard();
        return items.some(({ id }) => id === String(card?.id)) ? items : undefined;
      });
      expect(seen.find(({ id }) => id === String(card?.id))).toMatchObject({ greeting: 'Servus' });
    });

    it('runs its job, with steps and a schedule', async () => {
      const { id } = await admin.call(startPluginJob, {
        params: { id: 'example', job: 'count' },
        body: { input: { from: 2 } },
      });
      const job = await succeeded(admin, id);
      expect(job).toMatchObject({
        pluginId: 'example',
        title: 'Example: Count the films',
        result: { total: expect.any(Number) },
      });
      expect(job.steps.map(({ name }) => name)).toContain('total');
      const body = { input: { from: 'x' } };
      const wrong = await admin.post('/api/v1/plugins/example/jobs/count', body);
      expect(expectProblem(wrong, 400, 'validation_failed')).toMatchObject({ errors: [{ path: 'body.input.from' }] });
      const schedules = (await admin.call(listSchedules, {})).items.filter(({ pluginId }) => pluginId === 'example');
      expect(schedules).toMatchObject([{ cron: '0 5 * * *', available: true }]);
    });

    it('brings a kind of connection that is made, tried and asked', async () => {
      const kinds = (await admin.call(listConnectionKinds, {})).items;
      expect(kinds.find(({ kind }) => kind === 'example-films')).toMatchObject({
        pluginId: 'example',
        name: 'Example films',
      });
      const { id, available } = await admin.call(createConnection, { body: connection });
      expect(available).toBe(true);
      expect(await admin.call(testConnection, { params: { id } })).toMatchObject({
        ok: true,
        message: expect.stringMatching(/films/),
      });
      const [file] = await filesOf(admin);
      const { items } = await admin.call(listCandidates, {
        params: { id: file?.id ?? 0 },
        query: { query: 'Nine Tides', type: 'movie' },
      });
      expect(items[0]).toMatchObject({ title: 'Nine Tides', connectionId: id, entryId: 'tides' });
    });

    it('disabled, leaves nothing behind: page, route, hook, job and connection kind are gone', async () => {
      const page = (await admin.call(getUiManifest, {})).pages.find(({ plugin: id }) => id === 'example');
      expect(await admin.call(disablePlugin, { params: { id: 'example' } })).toMatchObject({
        state: 'stopped',
        enabled: false,
      });
      const manifest = await admin.call(getUiManifest, {});
      expect(JSON.stringify(manifest)).not.toContain('example');
      expect((await fetch(server.url + (page?.module?.url ?? ''))).status).toBe(404);
      expectProblem(await admin.get('/api/v1/plugins/example/greet/visitor'), 404, 'not_found');
      expectProblem(await admin.post('/api/v1/plugins/example/jobs/count', { input: {} }), 404, 'not_found');
      const definitions = (await admin.call(listJobDefinitions, {})).items;
      expect(definitions.filter(({ pluginId }) => pluginId === 'example')).toEqual([]);
      const kinds = (await admin.call(listConnectionKinds, {})).items;
      expect(kinds.filter(({ pluginId }) => pluginId === 'example')).toEqual([]);
      expect((await admin.call(listConnections, { query: { pluginId: 'example' } })).items).toMatchObject([
        { pluginId: 'example', available: false },
      ]);
      const { paths } = (await admin.get('/api/v1/openapi.json')).body as { paths: object };
      expect(Object.keys(paths).filter((each) => each.includes('/plugins/example/'))).toEqual([]);
      addFilm('Third Film');
      await scan(admin, libraryId);
      await enable('example');
      const { items } = (await admin.get('/api/v1/plugins/example/added')).body as { items: { id: string }[] };
      const third = (await itemsOf(admin)).find(({ title }) => title === 'Third Film');
      expect(items.map(({ id }) => id)).not.toContain(String(third?.id));
      await admin.call(disablePlugin, { params: { id: 'example' } });
    });
  });

  describe('that is broken is shown as that, and the server serves on:', () => {
    it.each([
      ['throws-on-load', /undefined|handler/],
      ['manifest-mismatch', /secretly/],
      ['bad-manifest', /name|sdk|permissions|format/],
      ['other-sdk', /\^9\.0\.0/],
    ])('%s', async (id, reason) => {
      install(id);
      await admin.call(rescanPlugins, {});
      const answer = await admin.post(`/api/v1/plugins/${id}/enable`);
      expect(answer.status).toBe(200);
      const shown = await view(id);
      expect(['failed', 'incompatible']).toContain(shown.state);
      expect(shown.reason).toMatch(reason);
      expect(JSON.stringify((await admin.call(getUiManifest, {})).plugins)).not.toContain(id);
      expectProblem(await admin.get(`/api/v1/plugins/${id}/secretly`), 404, 'not_found');
      expect(await isServing()).toBe(true);
    });

    it('throws-in-route', async () => {
      install('throws-in-route');
      expect(await enable('throws-in-route')).toMatchObject({ state: 'active' });
      const broken = expectProblem(await admin.get('/api/v1/plugins/throws-in-route/broken'), 502, 'plugin_failed');
      expect(broken.detail).toContain('Throws in a route');
      expect(JSON.stringify(broken)).not.toMatch(/index\.js|node_modules/);
      expectProblem(await admin.get('/api/v1/plugins/throws-in-route/missing'), 404, 'not_found');
      const wrong = await admin.get('/api/v1/plugins/throws-in-route/wrong');
      expect(wrong.status).toBeGreaterThanOrEqual(500);
      expect(JSON.stringify(wrong.body)).not.toContain('seven');
      const shown = await view('throws-in-route');
      expect(shown.state).toBe('degraded');
      expect(shown.reason).toMatch(/this route is broken|GET \/(broken|wrong)/);
      expect(shown.problems.map(({ message }) => message).join()).toContain('this route is broken');
      expect(await isServing()).toBe(true);
    });

    it('throws-in-hook', async () => {
      install('throws-in-hook');
      await enable('throws-in-hook');
      addFilm('Fourth Film');
      await scan(admin, libraryId);
      expect((await itemsOf(admin)).map(({ title }) => title)).toContain('Fourth Film');
      const shown = await eventually('The plugin shown as degraded', async () => {
        const now = await view('throws-in-hook');
        return now.state === 'degraded' && now.problems.length > 1 ? now : undefined;
      });
      expect(shown.problems.map(({ where }) => where).join()).toMatch(/scan\.filter/);
      expect(shown.reason).not.toBe('');
      await admin.call(disablePlugin, { params: { id: 'throws-in-hook' } });
      expect(await isServing()).toBe(true);
    });

    it('throws-in-job', async () => {
      install('throws-in-job');
      await enable('throws-in-job');
      const { id } = await admin.call(startPluginJob, { params: { id: 'throws-in-job', job: 'doomed' }, body: {} });
      const job = await finished(admin, id);
      expect(job).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(/the job is doomed/) } });
      expect(job.steps.map(({ name }) => name)).toEqual(['begin']);
      const shown = await view('throws-in-job');
      expect(shown.problems.map(({ message }) => message).join()).toContain('the job is doomed');
      expect(await isServing()).toBe(true);
    });

    it('never-answers', async () => {
      install('never-answers');
      await enable('never-answers');
      const asked = admin.get('/api/v1/plugins/never-answers/waits');
      const connection = { pluginId: 'never-answers', contract: 'metadata@1', kind: 'never', name: 'Never' };
      await admin.post('/api/v1/connections', connection);
      // A hook has 5 s; what it was asked goes on without it.
      const [file] = await filesOf(admin);
      const candidates = admin.get(`/api/v1/library/${file?.id}/candidates`, { query: { query: 'First Film' } });
      expect(await isServing()).toBe(true);
      const shown = await eventually(
        'The plugin shown as degraded',
        async () => {
          const now = await view('never-answers');
          return now.state === 'degraded' ? now : undefined;
        },
        { withinMs: 30_000 },
      );
      expect(shown.problems.map(({ message }) => message).join()).toMatch(/No answer within/);
      const stopped = await admin.call(disablePlugin, { params: { id: 'never-answers' } });
      expect(stopped.state).toBe('stopped');
      // What was under way is answered, not left hanging.
      expect((await asked).status).toBeGreaterThanOrEqual(499);
      const { items } = (await candidates).body as { items: { title: string }[] };
      expect(items.map(({ title }) => title)).toContain('First Film');
    }, 60_000);

    it('throws-from-timer: its process ends alone', async () => {
      install('throws-from-timer');
      const { place, process } = await enable('throws-from-timer');
      expect([place, process]).toEqual(['process', { running: true, residentBytes: expect.any(Number), restarts: 0 }]);
      const ended = await eventually('Its process having ended', async () => {
        const shown = await view('throws-from-timer');
        return shown.state === 'degraded' ? shown : undefined;
      });
      expect(ended).toMatchObject({
        reason: expect.stringMatching(/its process: It ended: Error: thrown from a timer/),
        process: { running: false, restarts: 1 },
      });
      expect(await isServing()).toBe(true);
    });

    it('throws-from-timer, run in the server: that may restart once, then the plugin is in quarantine', async () => {
      await admin.call(disablePlugin, { params: { id: 'throws-from-timer' } });
      await server.stop();
      server = await start({ plugins: { place: { 'throws-from-timer': 'server' } } });
      admin = await new Client(server.url).login();
      await enable('throws-from-timer');
      const exit = await server.exited;
      expect(exit.code).not.toBe(0);
      expect(server.logs()).toContain('thrown from a timer');
      server = await start();
      admin = await new Client(server.url).login();
      const shown = await view('throws-from-timer');
      expect(shown).toMatchObject({
        state: 'blocked',
        reason: expect.stringMatching(/thrown from a timer.*quarantine/),
      });
      // It would have thrown by now.
      await eventually('A second of serving', async () =>
        (await isServing()) && server.logs().includes('ready') ? true : undefined,
      );
      expect(await isServing()).toBe(true);
      expect((await view('throws-in-route')).enabled).toBe(true);
      expect((await admin.call(disablePlugin, { params: { id: 'throws-from-timer' } })).enabled).toBe(false);
      expect(await server.stop()).toEqual({ code: 0, signal: null });
      server = await start();
      admin = await new Client(server.url).login();
    });

    it('and all of them are listed with their reasons', async () => {
      const { items } = await admin.call(listPlugins, {});
      expect(items).toHaveLength(11);
      for (const { id, state, reason } of items) if (state !== 'active') expect(reason, id).not.toBe('');
    });
  });
});
