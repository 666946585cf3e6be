import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { discoverPlugins } from './discover.ts';

let root: string;
beforeEach(async () => void (root = await mkdtemp(path.join(tmpdir(), 'vitascope-discover-'))));
afterEach(() => rm(root, { recursive: true, force: true }));

const put = async (folder: string, json: unknown, file = 'index.js') => {
  await mkdir(path.join(root, folder), { recursive: true });
  await writeFile(path.join(root, folder, 'package.json'), typeof json === 'string' ? json : JSON.stringify(json));
  await writeFile(path.join(root, folder, file), 'throw new Error("this code must not run");');
};
const good = (id: string) => ({
  version: '1.2.3',
  exports: './index.js',
  vitascope: { format: 1, id, name: id.toUpperCase(), sdk: '^0.1.0', contributes: {} },
});
const discover = () =>
  discoverPlugins([
    { folder: root, bundled: false },
    { folder: path.join(root, 'missing'), bundled: false },
  ]);

describe('discovery', () => {
  it('reads manifests without running anything, and takes the first of an id', async () => {
    await put('b', good('one'));
    await put('a', good('one'));
    await mkdir(path.join(root, 'no-plugin'));
    await writeFile(path.join(root, 'file.txt'), '');
    const { plugins, warnings } = await discover();
    expect(plugins).toMatchObject([
      { id: 'one', name: 'ONE', version: '1.2.3', folder: expect.stringMatching(/\/a$/), hash: expect.any(String) },
    ]);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    ['{"broken', /cannot be used/],
    ['null', /cannot be used/],
    [{}, /vitascope: Invalid input.*exports: names no module/],
    [{ ...good('x'), exports: '../outside.js' }, /exports: names no module inside/],
    [{ ...good('x'), exports: '/etc/passwd' }, /exports: names no module inside/],
    [{ ...good('x'), vitascope: { ...good('x').vitascope, id: '../x' } }, /vitascope\.id/],
    [{ ...good('x'), vitascope: { ...good('x').vitascope, unknown: 1 } }, /[Uu]nrecognized key/],
    [
      {
        ...good('x'),
        vitascope: {
          ...good('x').vitascope,
          contributes: { pages: [{ path: 'p', title: 'P', module: '../../x.js' }] },
        },
      },
      /pages\.0\.module/,
    ],
  ])('says what is wrong with %j', async (json, fault) => {
    await put('Bad One', json);
    const { plugins } = await discover();
    expect(plugins).toHaveLength(1);
    expect(plugins[0]!.fault).toMatch(fault);
    expect(plugins[0]!.id).toMatch(/^[a-z][a-z0-9-]*$/);
  });

  it('survives links in circles, and notices changed files', async () => {
    await put('p', good('p'));
    await symlink(path.join(root, 'p'), path.join(root, 'p', 'self'));
    await symlink(path.join(root, 'loop'), path.join(root, 'loop'));
    const before = (await discover()).plugins.find(({ id }) => id === 'p')!;
    await writeFile(path.join(root, 'p', 'other.js'), '1');
    expect((await discover()).plugins.find(({ id }) => id === 'p')!.hash).not.toBe(before.hash);
  });
});
