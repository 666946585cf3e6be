import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  inspectPackage,
  installPackage,
  removePackage,
  rollbackPackage,
  searchPackages,
  updatePackage,
  verifyPackage,
} from '../../core/src/kernel/plugins/install/install.schema.ts';
import { packFixture } from '../../core/src/kernel/plugins/install/package.testing.ts';
import { getPlugin, listPlugins } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { startPackageServer, type PackageServer } from '../fakes/package-server.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, testClusterUrl } from '../harness/postgres.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { runCommand } from './command.ts';

const folder = temporaryFolder('vitascope-install');
const dataDir = path.join(folder, 'data');
const database = testDialect() === 'postgresql' ? createDatabase(testClusterUrl() ?? '') : undefined;
const params = { id: 'example' };

describe(`plugins are installed on ${testDialect()}`, () => {
  let packages: PackageServer;
  let server: RunningServer;
  let admin: Client;
  const config = () => ({ plugins: { registry: packages.url, indexes: [`${packages.url}/index.json`] } });
  const start = () =>
    startServer({ dataDir, databaseUrl: database?.url, config: config(), env: { VITASCOPE_VALIDATE_RESPONSES: '1' } });
  const greeting = async (): Promise<unknown> =>
    ((await admin.get('/api/v1/plugins/example/greet/Ada')).body as { text?: string }).text;

  beforeAll(async () => {
    mkdirSync(dataDir, { recursive: true });
    packages = await startPackageServer();
    server = await start();
    admin = await new Client(server.url).setUp();
  });
  afterAll(async () => {
    await server.stop();
    await packages.close();
    database?.drop();
    removeFolder(folder);
  });

  it('from the npm registry: looked at, installed while the server runs, updated, rolled back, removed', async () => {
    const source = 'npm:@friendly/example@^1';
    packages.publish('@friendly/example', '1.0.0', await packFixture('example'));
    packages.publish('@friendly/example', '2.0.0', await packFixture('example', { version: '2.0.0' }));
    const seen = await admin.call(inspectPackage, { body: { source } });
    expect(seen).toMatchObject({ id: 'example', version: '1.0.0', name: 'Example', sdk: '^0.1.0' });
    expect(seen.permissions.join(' ')).toContain('process of its own');
    expect((await admin.call(listPlugins, {})).items.map(({ id }) => id)).toEqual(['nfo']);

    const body = { source, integrity: seen.integrity, enable: true };
    const { plugin, difference } = await admin.call(installPackage, { body });
    expect(plugin).toMatchObject({ state: 'active', place: 'process', version: '1.0.0' });
    expect(difference.contributions.added).toContain('route GET /greet/:name (user)');
    expect(await greeting()).toBe('Hello Ada');
    expect(await admin.call(verifyPackage, { params })).toMatchObject({ ok: true });

    packages.publish('@friendly/example', '1.2.0', await packFixture('example', { version: '1.2.0' }));
    expect((await admin.call(updatePackage, { params, body: {} })).plugin).toMatchObject({
      version: '1.2.0',
      state: 'active',
    });
    expect((await admin.call(rollbackPackage, { params })).plugin).toMatchObject({ version: '1.0.0', state: 'active' });
    expect(await greeting()).toBe('Hello Ada');

    await admin.call(removePackage, { params, query: { purge: 'true' } });
    expectProblem(await admin.get('/api/v1/plugins/example'), 404, 'not_found');
    expect(await greeting()).toBeUndefined();
  });

  it('from an index, whose hash is checked', async () => {
    packages.list({ id: 'example', version: '1.0.0', name: 'Invented films' }, await packFixture('example'));
    const { items, faults } = await admin.call(searchPackages, { query: { query: 'invented' } });
    expect([items.map(({ source }) => source), faults]).toEqual([['index:example'], []]);
    expect((await admin.call(searchPackages, { query: { query: 'nothing like it' } })).items).toEqual([]);
    const promised = items[0]?.integrity ?? '';
    packages.list(
      { id: 'example', version: '1.0.0', integrity: promised },
      await packFixture('example', { version: '6.6.6' }),
    );
    const body = { source: 'index:example' };
    expectProblem(await admin.post('/api/v1/plugins/install', body), 422, 'integrity_mismatch');
    packages.list({ id: 'example', version: '1.0.0' }, await packFixture('example'));
    expect((await admin.call(installPackage, { body })).plugin).toMatchObject({ state: 'discovered', enabled: false });
  });

  it.each(['manifest-mismatch', 'throws-on-load', 'other-sdk', 'bad-manifest'])(
    '%s is refused with a reason while the server serves on',
    async (name) => {
      const source = path.join(import.meta.dirname, '../fixtures/plugins', name);
      const answer = await admin.post('/api/v1/plugins/install', { source });
      expect([422, 502]).toContain(answer.status);
      expect((await fetch(`${server.url}/health/ready`)).ok).toBe(true);
      expect(existsSync(path.join(dataDir, 'plugins', name))).toBe(false);
    },
  );

  it('does not fetch from the home network, nor without TLS, unless the configuration names the host', async () => {
    for (const source of ['http://127.0.0.2:9/a.tgz', 'https://127.0.0.2:9/a.tgz', 'https://169.254.169.254/a.tgz']) {
      expectProblem(await admin.post('/api/v1/plugins/inspect', { source }), 403, 'forbidden');
    }
    expectProblem(await admin.delete('/api/v1/plugins/nfo'), 409, 'conflict');
  });

  it('by the command line: the running server does it; without one the command does', async () => {
    const configFile = path.join(folder, 'command.yaml');
    const plugin = async (...words: string[]) => {
      const [host, port] = ['127.0.0.1', server.port];
      writeFileSync(configFile, JSON.stringify({ ...config(), server: { host, port } }));
      const found = await runCommand(['plugin', ...words, '--config', configFile], {
        dataDir,
        databaseUrl: database?.url,
      });
      return { ...found, output: found.output.trim() };
    };
    const added = await plugin('update', 'example', path.join(import.meta.dirname, '../fixtures/plugins/example'));
    expect([added.code, added.output]).toEqual([0, expect.stringContaining('The running server has taken it up.')]);
    expect(await plugin('enable', 'example')).toMatchObject({
      code: 0,
      output: expect.stringContaining('example 1.0.0: active'),
    });
    expect(await admin.call(getPlugin, { params })).toMatchObject({ state: 'active' });
    expect(await plugin('verify', 'example')).toMatchObject({ code: 0 });
    expect((await plugin('search', 'example')).output).toContain('index:example 1.0.0');
    const refused = await plugin('add', path.join(import.meta.dirname, '../fixtures/plugins/other-sdk'));
    expect([refused.code, refused.output]).toEqual([1, expect.stringContaining('SDK')]);

    await server.stop();
    expect((await plugin('rollback', 'example')).output).toContain('No server runs; it takes this up when it starts.');
    expect((await plugin('list')).output).toContain('example 1.0.0: active');
    expect(await plugin('remove', 'example', '--purge')).toMatchObject({ code: 0 });
    server = await start();
    admin = await new Client(server.url).login();
    expect((await admin.call(listPlugins, {})).items.map(({ id }) => id)).toEqual(['nfo']);
  }, 120_000);
});
