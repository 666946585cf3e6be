import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApiToken } from '../../core/src/domains/identity/identity.schema.ts';
import { enablePlugin } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { scaffold } from '../../sdk/create/src/scaffold.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, testClusterUrl } from '../harness/postgres.ts';
import { startChild, type Child } from '../harness/processes.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';

const root = path.join(import.meta.dirname, '../..');
const folder = temporaryFolder('vitascope-dev');
const dataDir = path.join(folder, 'data');
const plugin = path.join(folder, 'notes');
const database = testDialect() === 'postgresql' ? createDatabase(testClusterUrl() ?? '') : undefined;
let server: RunningServer;
let admin: Client;
let development: Child | undefined;

/** `vitascope-plugin`, as an author runs it beside a server. */
const command = (...words: string[]): Child =>
  startChild(process.execPath, ['--conditions=source', path.join(root, 'sdk/bin/vitascope-plugin.js'), ...words], {
    cwd: plugin,
    env: { PATH: process.env.PATH, NO_COLOR: '1' },
  });

beforeAll(async () => {
  mkdirSync(dataDir, { recursive: true });
  await scaffold({ folder: plugin, template: 'page', name: 'Notes' });
  mkdirSync(path.join(plugin, 'node_modules/@vitascope'), { recursive: true });
  symlinkSync(path.join(root, 'sdk'), path.join(plugin, 'node_modules/@vitascope/sdk'));
  symlinkSync(path.join(root, 'node_modules/rolldown'), path.join(plugin, 'node_modules/rolldown'));
  server = await startServer({ dataDir, databaseUrl: database?.url });
  admin = await new Client(server.url).setUp();
});
afterAll(async () => {
  await development?.end('SIGKILL');
  await server.stop();
  database?.drop();
  removeFolder(folder);
});

it('says what it needs', async () => {
  const child = command('dev', '--server-data', dataDir);
  expect(await child.exited).toMatchObject({ code: 1 });
  expect(child.output()).toContain("Give an administrator's API token: --token");
});

it('brings what is saved into a running server', async () => {
  const { secret } = await admin.call(createApiToken, { body: { name: 'dev', scopes: ['admin'] } });
  const child = command('dev', '--server-data', dataDir, '--url', server.url, '--token', secret);
  development = child;
  await expect.poll(() => child.output(), { timeout: 30_000 }).toContain('notes is installed: enable it once');
  expect(await admin.call(enablePlugin, { params: { id: 'notes' } })).toMatchObject({ state: 'active' });

  const source = path.join(plugin, 'src/index.ts');
  const changed = readFileSync(source, 'utf8').replaceAll("'GET /notes'", "'GET /all'");
  writeFileSync(source, changed);
  await expect.poll(() => child.output(), { timeout: 30_000 }).toContain('notes 0.1.0 is active');
  expect(await admin.get('/api/v1/plugins/notes/all')).toMatchObject({ status: 200, body: { items: [] } });
  expect((await admin.get('/api/v1/plugins/notes/notes')).status).not.toBe(200);

  writeFileSync(source, `${changed}\nexport const broken = {{;`);
  await expect.poll(() => child.output(), { timeout: 30_000 }).toContain('src/index.ts cannot be built');
  expect((await admin.get('/api/v1/plugins/notes/all')).status).toBe(200);
  expect(await child.end('SIGTERM')).toMatchObject({ code: 0 });
});
