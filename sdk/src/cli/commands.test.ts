import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');
const bin = join(root, 'sdk/bin/vitascope-plugin.js');
const vitascope = { format: 1, id: 'small', name: 'Small', sdk: '^0.1.0' };
const small = {
  name: 'vitascope-plugin-small',
  version: '1.2.3',
  type: 'module',
  exports: './dist/index.js',
  vitascope,
};
const empty = `import { definePlugin } from '@vitascope/sdk';\nexport default definePlugin({});\n`;

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vitascope-command-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(join(root, 'node_modules/rolldown'), join(folder, 'node_modules/rolldown'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (files: Record<string, string | object>): void => {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
  }
};
const text = (path: string): string => readFileSync(join(folder, path), 'utf8');

/** The real command, as a process of its own. */
const run = (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> =>
  new Promise((resolve) => {
    const env = { ...process.env, NODE_OPTIONS: '--conditions=source --disable-warning=ExperimentalWarning' };
    execFile(process.execPath, [bin, ...args], { cwd: folder, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    );
  });
const tar = (...args: string[]): Promise<string> =>
  new Promise((resolve, reject) =>
    execFile('tar', args, { cwd: folder }, (error, out) => (error ? reject(error) : resolve(out))),
  );

it('says how it is used', async () => {
  for (const args of [[], ['toString'], ['pack', '.', 'more'], ['check', '--all']])
    expect(await run(...args)).toMatchObject({ code: 64, stderr: expect.stringContaining('vitascope-plugin pack') });
});

it('says in a sentence what is no plugin', async () => {
  expect((await run('check')).stderr).toBe(
    `${join(folder, 'package.json')} cannot be read: a plugin is a folder with a package.json\n`,
  );
  write({ 'package.json': '{' });
  expect((await run('check')).stderr).toContain('package.json is no JSON');
  write({ 'package.json': { ...small, exports: undefined } });
  expect((await run('manifest')).stderr).toContain('names no module under exports');
  write({ 'package.json': { ...small, exports: './index.js' }, 'index.js': 'export default 7;' });
  expect(await run('manifest')).toMatchObject({ code: 1, stderr: expect.stringContaining('made with definePlugin()') });
});

describe('build', () => {
  it('makes one module of what is imported, data and installed packages too, and leaves the SDK out', async () => {
    write({
      'package.json': small,
      'src/index.ts': `import { definePlugin, route, z } from '@vitascope/sdk';
import { readFile } from 'node:fs/promises';
import words from './words.json' with { type: 'json' };
import { shout } from 'shouting';
const say = route('GET /say', { output: z.object({ text: z.string() }) }, async () => ({ text: shout(words.text) }));
export default definePlugin({ routes: [say], on: { 'app.ready': async () => void (await readFile('x')) } });`,
      'src/words.json': { text: 'hello from data' },
      'node_modules/shouting/package.json': { name: 'shouting', version: '1.0.0', type: 'module', exports: './i.js' },
      'node_modules/shouting/i.js': 'export const shout = (text) => text.toUpperCase();',
      'src/web/page.ts': `import { part } from './parts/part.ts'; export const mount = (target: any) => part(target);`,
      'src/web/parts/part.ts': `export const part = (target: any): void => void (target.textContent = 'a part');`,
      'src/web/parts/look.css': 'p { color: red }',
    });
    expect(await run('build')).toMatchObject({ code: 0, stderr: '' });
    const made = text('dist/index.js');
    expect(made).toContain('hello from data');
    expect(made).toContain('toUpperCase');
    expect([...made.matchAll(/from "([^"]+)"/g)].map(([, name]) => name).sort()).toEqual([
      '@vitascope/sdk',
      'node:fs/promises',
    ]);
    expect(text('web/page.js')).toMatch(/a part[^]*export \{ mount \}/);
    expect(text('web/page.js')).not.toContain('import');
    expect(text('web/parts/look.css')).toContain('red');
    expect(existsSync(join(folder, 'web/parts/part.js'))).toBe(false);
  });

  it('says how to get the bundler', async () => {
    write({ 'package.json': small, 'src/index.ts': empty });
    rmSync(join(folder, 'node_modules'), { recursive: true });
    const { code, stderr } = await run('build');
    expect(stderr).toBe('Building needs the bundler rolldown: npm install --save-dev rolldown\n');
    expect(code).toBe(1);
  });

  it('names what is not installed, what no browser has, and what cannot be read', async () => {
    write({ 'package.json': small, 'src/index.ts': `${empty}import 'not-there';` });
    expect(await run('build')).toMatchObject({
      code: 1,
      stderr: 'src/index.ts imports not-there, which is not there: npm install --save-dev not-there\n',
    });
    write({
      'src/index.ts': empty,
      'src/web/p.ts': `import { z } from '@vitascope/sdk'; export const mount = () => z;`,
    });
    expect((await run('build')).stderr).toContain('where there is no @vitascope/sdk');
    write({ 'src/index.ts': 'export default {{;' });
    expect(await run('build')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('src/index.ts cannot be built'),
    });
  });
});

describe('test', () => {
  it('runs what is there, hands on options, and fails with it', async () => {
    write({ 'package.json': { ...small, exports: './index.js' }, 'index.js': empty });
    expect((await run('test')).stderr).toContain('has no test');
    write({ 'src/a.test.ts': `import { it } from 'node:test'; it('adds', () => {}); it('takes', (): void => {});` });
    const passed = await run('test', '.', '--', '--test-reporter=tap', '--test-name-pattern=adds');
    expect(passed).toMatchObject({ code: 0, stdout: expect.stringMatching(/# pass 1\n# fail 0/) });
    write({ 'b.test.js': `import { it } from 'node:test'; it('breaks', () => { throw new Error('no'); });` });
    expect((await run('test')).code).toBe(1);
  });
});

describe('pack', () => {
  it('makes the same small package twice, and says its size and hash', async () => {
    write({
      'package.json': { ...small, scripts: { build: 'x' }, devDependencies: { rolldown: '1' }, files: undefined },
      'src/index.ts': empty,
      'src/index.test.ts': '',
      'src/web/p.ts': 'export const mount = () => {};',
      'README.md': '# Small',
      LICENSE: 'MIT',
      '.env': 'SECRET=1',
      'notes.txt': 'mine',
    });
    const first = await run('pack');
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const bytes = readFileSync(join(folder, 'vitascope-plugin-small-1.2.3.tgz'));
    expect(first.stdout).toContain(`vitascope-plugin-small-1.2.3.tgz  ${bytes.length} bytes\n`);
    expect(first.stdout).toContain(`sha512-${createHash('sha512').update(bytes).digest('base64')}\n`);
    expect((await tar('-tzf', 'vitascope-plugin-small-1.2.3.tgz')).trim().split('\n')).toEqual([
      'package/LICENSE',
      'package/README.md',
      'package/dist/index.js',
      'package/package.json',
      'package/web/p.js',
    ]);
    const json = JSON.parse(await tar('-xzOf', 'vitascope-plugin-small-1.2.3.tgz', 'package/package.json'));
    expect(json).toEqual({ ...small, vitascope: { ...vitascope, contributes: {} } });
    await run('pack');
    expect(readFileSync(join(folder, 'vitascope-plugin-small-1.2.3.tgz')).equals(bytes)).toBe(true);
  });

  it('takes a plugin without a build as it lies there, but for tests', async () => {
    cpSync(join(root, 'tests/fixtures/plugins/example'), folder, { recursive: true });
    write({ 'example.test.js': '', '.gitignore': 'x' });
    expect(await run('pack')).toMatchObject({ code: 0, stderr: '' });
    expect((await tar('-tzf', 'vitascope-plugin-example-1.0.0.tgz')).trim().split('\n')).toEqual([
      'package/films.json',
      'package/index.js',
      'package/package.json',
      'package/web/hello.css',
      'package/web/hello.js',
      'package/web/parts.js',
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['dependencies', { dependencies: { left: '1' } }, /cannot have dependencies \(dependencies: left\)\. Move them/],
    ['the SDK as a peer', { peerDependencies: { '@vitascope/sdk': '*' } }, /the server brings @vitascope\/sdk/],
    ['install scripts', { scripts: { postinstall: 'x' } }, /runs nothing while it is installed: remove postinstall/],
    ['no version', { version: undefined }, /needs a version/],
    ['a name that leads elsewhere', { name: '../up' }, /needs a name/],
    ['a file that is not there', { files: ['lib'] }, /names lib, which is not there/],
    ['a package without its module', { files: ['README.md'] }, /index\.js is named in package\.json, and is not in/],
  ])('refuses %s', async (_, changes, sentence) => {
    write({ 'package.json': { ...small, exports: './index.js', ...changes }, 'index.js': empty, 'README.md': '' });
    const { code, stderr } = await run('pack');
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(code).toBe(1);
    expect(existsSync(join(folder, 'vitascope-plugin-small-1.2.3.tgz'))).toBe(false);
  });

  it('refuses a page whose module is not there', async () => {
    const page = `definePlugin({ pages: [{ path: 'p', title: 'P', module: 'p.js' }] })`;
    write({ 'package.json': { ...small, exports: './i.js' }, 'i.js': empty.replace('definePlugin({})', page) });
    expect((await run('pack')).stderr).toBe('web/p.js is named in package.json, and is not in the package\n');
  });
});
