import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idOf, templates } from './scaffold.ts';

const root = join(import.meta.dirname, '../../..');
const create = join(root, 'sdk/create/bin/create-vitascope-plugin.js');
const command = join(root, 'sdk/bin/vitascope-plugin.js');
const compiler = join(root, 'node_modules/@typescript/native/bin/tsc');
const timeout = 120_000;

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vitascope-create-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program of ours or Node's, as a process of its own; nobody sits at its terminal. */
const node = (args: readonly string[], cwd = folder): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '--conditions=source --disable-warning=ExperimentalWarning' };
    execFile(process.execPath, args, { cwd, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
const link = (plugin: string): void => {
  mkdirSync(join(plugin, 'node_modules/@vitascope'), { recursive: true });
  symlinkSync(join(root, 'sdk'), join(plugin, 'node_modules/@vitascope/sdk'));
};

/** What the packed plugin does, in a process that has seen no more than the package. */
const uses: Record<string, string> = {
  metadata: `const host = await createTestHost(plugin, { respond: () => Response.json({ name: 'Ada' }) });
    const id = await host.connect({ contract: 'metadata@1', kind: 'my-plugin', settings: { url: 'https://f.example', key: 'k' } });
    console.log(await host.check(id));`,
  page: `const host = await createTestHost(plugin);
    await host.route('POST /notes', { text: 'Signed in as Ada' });
    console.log((await host.route('GET /notes')).items[0].text);`,
  hook: `const host = await createTestHost(plugin, { options: { url: 'https://m.example' },
      respond: async (request) => { console.log((await request.json()).text); return new Response(''); } });
    await host.emit('plugin.failed', { id: 'x', reason: 'Signed in as Ada' });`,
};

describe.each(templates)('the template $name', ({ name: template }) => {
  it('becomes a plugin that is typed, tested, built, packed and loaded', { timeout }, async () => {
    const made = await node([create, 'begun', '--template', template, '--name', 'My plugin']);
    expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining('cd begun') });
    const plugin = join(folder, 'begun');
    expect(existsSync(join(plugin, '.gitignore'))).toBe(true);
    for (const file of readdirSync(plugin, { recursive: true, withFileTypes: true }))
      if (file.isFile()) expect(readFileSync(join(file.parentPath, file.name), 'utf8')).not.toContain('{{');
    link(plugin);
    for (const tool of ['@types', 'rolldown'])
      symlinkSync(join(root, 'node_modules', tool), join(plugin, 'node_modules', tool));
    // The SDK's own sources are checked elsewhere, without the types of a browser.
    const typed = await node([compiler, '--customConditions', 'source', '--pretty', 'false'], plugin);
    expect(typed.stdout.split('\n').filter((line) => line && !line.startsWith('..'))).toEqual([]);

    const tested = await node([command, 'test'], plugin);
    expect(tested.stdout).toMatch(/ℹ fail 0|# fail 0/);
    expect(tested.stdout).toMatch(/pass [1-9]/);
    expect(tested.code).toBe(0);
    expect((await node([command, 'check'], plugin)).stderr).toContain('the manifest says nothing');
    for (const step of ['manifest', 'check', 'build'])
      expect(await node([command, step], plugin)).toMatchObject({ code: 0, stderr: '' });
    expect(await node([command, 'pack'], plugin)).toMatchObject({ code: 0, stderr: '' });

    await expectUsable(join(plugin, 'vitascope-plugin-my-plugin-0.1.0.tgz'), template);
  });
});

/** Unpacks a package as a server would, and uses what is in it. */
async function expectUsable(tarball: string, template: string): Promise<void> {
  await new Promise<void>((resolve, reject) =>
    execFile('tar', ['-xzf', tarball], { cwd: folder }, (error) => (error ? reject(error) : resolve())),
  );
  const unpacked = join(folder, 'package');
  const json = JSON.parse(readFileSync(join(unpacked, 'package.json'), 'utf8'));
  expect(json).toMatchObject({ name: 'vitascope-plugin-my-plugin', vitascope: { id: 'my-plugin', name: 'My plugin' } });
  expect(json).not.toHaveProperty('devDependencies');
  expect(json).not.toHaveProperty('scripts');
  expect(readdirSync(unpacked).sort()).toEqual([
    'README.md',
    'dist',
    'package.json',
    ...(template === 'page' ? ['web'] : []),
  ]);
  if (template === 'metadata')
    expect(json.vitascope.contributes.provides[0].settings.properties.key).toMatchObject({ secret: true });
  link(unpacked);
  const use = `import plugin from './dist/index.js';\nimport { createTestHost } from '@vitascope/sdk/testing';\n${uses[template]}\nawait host.close();`;
  writeFileSync(join(unpacked, 'use.mjs'), use);
  expect(await node(['use.mjs'], unpacked)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: expect.stringContaining('Signed in as Ada'),
  });
}

describe('the command', () => {
  it('names the folder after the plugin, and the plugin after the folder', async () => {
    expect((await node([create, '--template', 'hook', '--name', 'Élan & Co'])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'vitascope-plugin-elan-co/package.json'), 'utf8'))).toMatchObject({
      name: 'vitascope-plugin-elan-co',
      vitascope: { id: 'elan-co', name: 'Élan & Co' },
    });
    expect((await node([create, 'films', '--template', 'hook'])).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'films/package.json'), 'utf8')).vitascope.id).toBe('films');
    mkdirSync(join(folder, 'here'));
    expect((await node([create, '.', '--template', 'hook'], join(folder, 'here'))).code).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'here/package.json'), 'utf8')).vitascope.id).toBe('here');
  });

  it('says what it needs, and writes nothing it cannot finish', async () => {
    expect(await node([create])).toMatchObject({ code: 64, stderr: expect.stringContaining('Name a template') });
    expect(await node([create, '--colour'])).toMatchObject({ code: 64, stderr: expect.stringContaining('--template') });
    expect(await node([create, '--help'])).toMatchObject({ code: 0, stdout: expect.stringContaining('metadata') });
    expect((await node([create, 'x', '--template', 'indexer'])).stderr).toContain('There is no template indexer');
    expect((await node([create, 'x', '--template', 'page', '--name', `O'Hara`])).stderr).toContain('cannot be');
    expect((await node([create, 'x', '--template', 'page', '--name', '映画'])).stderr).toContain('a Latin letter');
    expect(existsSync(join(folder, 'x'))).toBe(false);
    writeFileSync(join(folder, 'mine.txt'), 'mine');
    expect(await node([create, '.', '--template', 'page', '--name', 'Mine'])).toMatchObject({
      code: 1,
      stderr: '. is not empty: name a new folder.\n',
    });
    expect(readdirSync(folder)).toEqual(['mine.txt']);
  });
});

it.each([
  ['My Films', 'my-films'],
  ['vitascope-plugin-ntfy', 'ntfy'],
  ['4K  Review!', 'k-review'],
  ['Café Noir', 'cafe-noir'],
])('makes an id of %s', (name, id) => expect(idOf(name)).toBe(id));
