import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkFolders, findFault } from './folder-rules.ts';

const advice =
  'where the server keeps its own data; choose the folder in which media lie, or move the data directory out of it.';

describe('folders that are to become root folders', () => {
  let base: string;
  const at = (name: string): string => join(base, name);
  beforeEach(async () => {
    base = await realpath(await mkdtemp(join(tmpdir(), 'vitascope-folders-')));
    for (const name of ['films/new', 'shows', 'data/cache']) await mkdir(at(name), { recursive: true });
    await writeFile(at('a-file'), '');
    await symlink(at('films'), at('link'));
  });
  afterEach(() => rm(base, { recursive: true, force: true }));
  const check = (folders: string[], taken: string[] = []) =>
    checkFolders({ folders, taken: taken.map((path) => ({ path, library: 'Films' })), reserved: [at('data')] });

  it('may be several that are there, and become tidy', async () => {
    expect(await check([`${at('films')}/`, `${at('films')}/../shows`])).toEqual([at('films'), at('shows')]);
  });

  it('are all judged at once, each fault under its own number', async () => {
    const error = await check(['films', at('films'), at('nowhere'), at('a-file'), `${at('a-file')}/below`]).catch(
      (e) => e,
    );
    expect(error.code).toBe('validation_failed');
    expect(error.errors).toEqual([
      {
        path: 'body.folders.0',
        message: '"films" is not an absolute path; write it from the root, such as /media/films.',
      },
      { path: 'body.folders.2', message: `There is no folder ${at('nowhere')} on the server.` },
      { path: 'body.folders.3', message: `${at('a-file')} is a file, not a folder.` },
      { path: 'body.folders.4', message: `${at('a-file')}/below is not a folder: a part of its path is a file.` },
    ]);
  });

  it.each([
    ['the same', 'films', 'films', /is the same folder as .*films, a root folder of the library "Films"/],
    ['the same by a link', 'link', 'films', /link is the same folder as .*films/],
    ['inside', 'films/new', 'films', /lies inside/],
    ['inside by a link', 'link/new', 'films', /lies inside/],
    ['around', 'films', 'films/new', /lies around/],
  ])('cannot be %s as another root folder', async (_, folder, taken, message) => {
    await expect(check([at(folder)], [at(taken)])).rejects.toMatchObject({
      code: 'conflict',
      errors: [{ path: 'body.folders.0', message: expect.stringMatching(message) }],
    });
  });

  it('cannot lie in each other', async () => {
    await expect(check([at('films'), at('link')])).rejects.toMatchObject({
      code: 'conflict',
      errors: [{ path: 'body.folders.1' }],
    });
  });

  it('cannot lie in the data folder of the server', async () => {
    await expect(check([at('data/cache')])).rejects.toMatchObject({
      code: 'conflict',
      message: /the server keeps its own data/,
    });
  });

  it('cannot lie around the data folder of the server, whatever leads there', async () => {
    await symlink(base, `${base}-link`);
    for (const folder of [base, `${base}-link`]) {
      await expect(check([folder])).rejects.toMatchObject({
        code: 'conflict',
        errors: [{ path: 'body.folders.0', message: `${folder} lies around ${at('data')}, ${advice}` }],
      });
    }
    await rm(`${base}-link`);
  });

  it.runIf(process.platform === 'linux').each(['/', '/proc', '/sys', '/dev'])(
    'cannot be %s, where watching and scanning find no end',
    async (folder) => {
      await symlink(folder, at('door'));
      for (const path of [folder, at('door')]) {
        await expect(check([path])).rejects.toMatchObject({ code: 'conflict', message: /belongs to the system/ });
      }
    },
  );

  it('may lie beside one whose disk is not mounted', async () => {
    expect(await check([at('films')], [at('gone')])).toEqual([at('films')]);
  });

  it('are not names that begin alike', async () => {
    await mkdir(at('films-2'));
    expect(await check([at('films-2')], [at('films')])).toEqual([at('films-2')]);
  });

  it('that lead back to themselves are named as that', async () => {
    await symlink(at('loop'), at('loop'));
    expect(await findFault(at('loop'))).toMatch(/a link that leads back to itself/);
  });
});
