import { existsSync, readdirSync } from 'node:fs';
import { appendFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../database/database.testing.ts';
import { createPluginHarness, type HarnessOptions, type PluginHarness } from '../plugins.testing.ts';
import { sha512Of } from './integrity.ts';
import { packFixture, tarballOf, type FixtureChange } from './package.testing.ts';

let host: PluginHarness | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});
const start = async (options: HarnessOptions = {}): Promise<PluginHarness> =>
  (host = await createPluginHarness(options));

const fixtures = path.join(import.meta.dirname, '../../../../../tests/fixtures/plugins');
let packed = 0;
async function file(bytes: Buffer): Promise<string> {
  const target = path.join(host!.dataDir, `${++packed}.tgz`);
  await writeFile(target, bytes);
  return target;
}
const pack = async (name: string, change?: FixtureChange): Promise<string> => file(await packFixture(name, change));
const seen = async (): Promise<string[]> =>
  (await host!.server.ask('/api/v1/plugins/example/added', { as: 'ben' })).json.items.map(
    ({ id }: { id: string }) => id,
  );
const greeting = async (): Promise<string> =>
  (await host!.server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).json.text;
const plugins = (...parts: string[]): string => path.join(host!.dataDir, 'plugins', ...parts);

describe.each(testDialects)('the install service on %s', (dialect) => {
  it('installs, updates, rolls back with what the plugin kept, and removes', async () => {
    const { installer, service, hooks, dataDir } = await start({ dialect });
    const first = await installer.install({ source: await pack('example'), enable: true });
    expect(first).toMatchObject({ plugin: { id: 'example', version: '1.0.0', state: 'active' }, restartNeeded: false });
    expect(first.difference.contributions.added).toContain('page hello');
    await hooks.emit('library.item.added', { ids: ['7'] });
    await service.setOptions('example', { greeting: 'Ahoy' });
    await mkdir(path.join(dataDir, 'plugin-data/example/files'), { recursive: true });
    await writeFile(path.join(dataDir, 'plugin-data/example/files/note'), 'of the first');

    const films = await readFile(path.join(fixtures, 'example/films.json'), 'utf8');
    const next = await pack('example', {
      version: '1.1.0',
      manifest: { permissions: { network: [] } },
      files: { 'more.json': films },
    });
    const inspected = await installer.inspect(next);
    expect(inspected).toMatchObject({ id: 'example', version: '1.1.0', replaces: { version: '1.0.0' } });
    expect(inspected.difference.permissions.added).toEqual([
      'Through the server: asks only hosts named in its settings.',
    ]);
    expect(inspected.difference.contributions).toEqual({ added: [], removed: [] });
    const updated = await installer.update('example', { source: next });
    expect(updated).toMatchObject({ plugin: { version: '1.1.0', state: 'active', enabled: true } });
    expect([await seen(), await greeting()]).toEqual([['7'], 'Ahoy Ada']);
    await hooks.emit('library.item.added', { ids: ['8'] });
    await service.setOptions('example', { greeting: 'Servus' });
    await writeFile(path.join(dataDir, 'plugin-data/example/files/note'), 'of the second');

    const back = await installer.rollback('example');
    expect(back).toMatchObject({ plugin: { version: '1.0.0', state: 'active' } });
    expect([await seen(), await greeting()]).toEqual([['7'], 'Ahoy Ada']);
    expect(await readFile(path.join(dataDir, 'plugin-data/example/files/note'), 'utf8')).toBe('of the first');

    await installer.remove('example', { purge: false });
    expect(await service.list()).toEqual([]);
    await installer.install({ source: await pack('example') });
    expect(service.get('example')).toMatchObject({ enabled: false });
    await service.enable('example');
    expect(await greeting()).toBe('Ahoy Ada');

    await installer.remove('example', { purge: true });
    expect(existsSync(path.join(dataDir, 'plugin-data/example'))).toBe(false);
    expect(readdirSync(plugins()).filter((name) => !name.startsWith('.'))).toEqual(['plugins.lock.json']);
    await installer.install({ source: await pack('example'), enable: true });
    expect([await seen(), await greeting()]).toEqual([[], 'Hello Ada']);
  });

  it('a purge takes the connections along', async () => {
    const { installer, providers } = await start({ dialect });
    await installer.install({ source: await pack('example'), enable: true });
    const settings = { prefix: '>' };
    const input = { pluginId: 'example', contract: 'metadata@1', kind: 'example-films', name: 'Films', settings };
    await providers.create({ ...input, priority: 100, tags: [], enabled: true });
    expect(providers.list({})).toHaveLength(1);
    await installer.remove('example', { purge: true });
    expect(providers.list({})).toEqual([]);
  });
});

describe('a package', () => {
  const refusals: [string, () => Promise<string>, RegExp][] = [
    ['made for another SDK', () => pack('other-sdk'), /SDK/],
    ['with a manifest of faults', () => pack('bad-manifest'), /manifest/],
    ['whose code is not what its manifest says', () => pack('manifest-mismatch'), /not what its manifest says/],
    ['that throws while it loads', () => pack('throws-on-load'), /./],
    ['that takes an address of the server', () => pack('throws-in-route', { manifest: { id: 'index' } }), /address/],
    ['without package.json', () => file(tarballOf([{ path: 'package/index.js', body: '' }])), /no package\.json/],
    ['that leads out of its folder', () => file(tarballOf([{ path: '../../x.js', body: '' }])), /leads out/],
    ['that is no tarball', () => file(Buffer.from('no tarball')), /no whole \.tgz/],
  ];
  it.each(refusals)('%s is refused, and nothing of it is left', async (_, make, why) => {
    const { installer, service } = await start();
    await expect(installer.install({ source: await make(), enable: true })).rejects.toMatchObject({
      code: expect.stringMatching(/^(package_invalid|plugin_failed)$/),
      message: expect.stringMatching(why),
    });
    expect(await service.list()).toEqual([]);
    const left = await readdir(plugins(), { recursive: true }).catch(() => []);
    expect(left.filter((name) => name !== '.staging')).toEqual([]);
  });

  it('of other bytes than promised is refused before it is read; with the right hash it is taken', async () => {
    const { installer } = await start();
    const source = await pack('example');
    await expect(installer.install({ source, integrity: sha512Of(Buffer.from('else')) })).rejects.toMatchObject({
      code: 'integrity_mismatch',
    });
    const { integrity } = await installer.inspect(source);
    expect((await installer.install({ source, integrity })).plugin.id).toBe('example');
  });

  it('that fails as an update leaves the old one working', async () => {
    const { installer } = await start();
    await installer.install({ source: await pack('example'), enable: true });
    const broken = await pack('example', { version: '1.1.0', files: { 'index.js': 'throw new Error("broken")' } });
    await expect(installer.update('example', { source: broken })).rejects.toMatchObject({ code: 'plugin_failed' });
    expect([host!.service.get('example').version, await greeting()]).toEqual(['1.0.0', 'Hello Ada']);
    const other = await pack('throws-in-job');
    await expect(installer.update('example', { source: other })).rejects.toMatchObject({ code: 'package_invalid' });
  });

  it('may be a folder, and an update asks where it came from', async () => {
    const { installer } = await start();
    const { plugin } = await installer.install({ source: path.join(fixtures, 'example') });
    expect(plugin).toMatchObject({ id: 'example', state: 'discovered', enabled: false });
    expect((await installer.update('example')).difference).toEqual({
      permissions: { added: [], removed: [] },
      contributions: { added: [], removed: [] },
    });
  });
});

it('what people put into the plugin folder themselves is found, and never replaced by another plugin', async () => {
  const { installer, service, install } = await start();
  const source = await pack('example');
  await install('throws-in-job');
  await rename(plugins('throws-in-job'), plugins('example'));
  await expect(installer.install({ source })).rejects.toMatchObject({ code: 'conflict' });
  await rm(plugins('example'), { recursive: true });
  await install('example');
  expect((await installer.inspect(await pack('example', { version: '2.0.0' }))).replaces).toEqual({ version: '1.0.0' });
  await expect(installer.update('example')).rejects.toMatchObject({ code: 'bad_request' });
  expect((await installer.install({ source })).plugin.id).toBe('example');
  await rm(plugins('example'), { recursive: true });
  expect((await installer.install({ source })).plugin.id).toBe('example');
  expect(await service.list()).toHaveLength(1);
});

it('verify names changed, missing and added files', async () => {
  const { installer } = await start();
  await installer.install({ source: await pack('example') });
  expect(await installer.verify('example')).toEqual({ ok: true, changed: [], missing: [], added: [] });
  await appendFile(plugins('example/index.js'), '\n');
  await writeFile(plugins('example/more.js'), '');
  await rm(plugins('example/films.json'));
  expect(await installer.verify('example')).toEqual({
    ok: false,
    changed: ['index.js'],
    missing: ['films.json'],
    added: ['more.js'],
  });
});

it('a plugin that runs in the server says that a restart is needed; a bundled one is never replaced', async () => {
  const { installer } = await start({ place: 'server' });
  await installer.install({ source: await pack('example'), enable: true });
  expect(
    (await installer.update('example', { source: await pack('example', { version: '1.0.1' }) })).restartNeeded,
  ).toBe(true);
  await host!.close();
  await start({ bundledFolder: fixtures, place: 'process' });
  const source = await pack('example', { version: '1.0.1' });
  await expect(host!.installer.rollback('nobody')).rejects.toMatchObject({ code: 'not_found' });
  for (const refused of [host!.installer.install({ source }), host!.installer.remove('example', { purge: false })]) {
    await expect(refused).rejects.toMatchObject({ code: 'conflict' });
  }
});

it('a start ends what an earlier process began', async () => {
  const { installer } = await start();
  await installer.install({ source: await pack('example'), enable: true });
  await mkdir(plugins('.staging/left/package'), { recursive: true });
  host = await host!.restart();
  expect(existsSync(plugins('.staging'))).toBe(false);
  expect(host.service.get('example').state).toBe('active');
});
