import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { browseFolders } from './folder-browser.ts';

describe('the folder picker', () => {
  let base: string;
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'vitascope-browse-')));
    for (const name of ['films 10', 'films 2/deep/deeper', '.hidden'])
      await mkdir(join(base, name), { recursive: true });
    await symlink(join(base, 'films 2'), join(base, 'a link'));
    await symlink(join(base, 'nowhere'), join(base, 'broken'));
    for (const name of [
      'one.mkv',
      'films 2/two.mp4',
      'films 2/deep/deeper/three.avi',
      'poster.jpg',
      '.hidden/four.mkv',
    ])
      await writeFile(join(base, name), '');
  });
  afterEach(() => rm(base, { recursive: true, force: true }));

  it('lists folders in natural order, links among them, hidden ones left out, and counts media below', async () => {
    const listing = await browseFolders(`${base}/`);
    expect(listing).toEqual({
      path: base,
      parent: dirname(base),
      folders: ['a link', 'films 2', 'films 10'].map((name) => ({ name, path: join(base, name), readable: true })),
      mediaFileCount: 3,
    });
  });

  it('begins with the usual places', async () => {
    const { path, parent, folders } = await browseFolders(undefined);
    expect([path, parent]).toEqual(['', null]);
    expect(folders.map((folder) => folder.path)).toEqual(expect.arrayContaining([homedir(), '/', process.cwd()]));
  });

  it('has no way up from the root', async () => {
    expect((await browseFolders('/')).parent).toBeNull();
  });

  it.each(['relative', '/no/such/folder'])('refuses %s', async (path) => {
    await expect(browseFolders(path)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'query.path' }],
    });
  });
});
