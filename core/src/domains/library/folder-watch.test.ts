import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openFolderWatch, type FolderWatch } from './folder-watch.ts';

let folder: string;
let watch: FolderWatch | undefined;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vitascope-watch-'));
});
afterEach(async () => {
  await watch?.close();
  await rm(folder, { recursive: true });
});

async function open(root: string): Promise<Set<string>> {
  const changed = new Set<string>();
  await new Promise<void>((resolve, reject) => {
    const late = setTimeout(() => reject(new Error('It still looks around.')), 5000);
    const ready = (): void => {
      clearTimeout(late);
      resolve();
    };
    const failed = (error: Error): void => reject(error);
    void openFolderWatch([root], { ready, failed, exhausted: failed, changed: (path) => void changed.add(path) }).then(
      (opened) => (watch = opened),
    );
  });
  return changed;
}

it('looks into each folder once, whatever links lead to it, and however they loop', async () => {
  const [root, outside] = [join(folder, 'root'), join(folder, 'outside')];
  await mkdir(join(root, 'films'), { recursive: true });
  await mkdir(outside);
  // Each way through two loops is another path: without an end to them there are 2^40.
  for (const name of ['one', 'two', 'three']) await symlink('..', join(root, 'films', name));
  await symlink(outside, join(root, 'linked'));
  const changed = await open(root);
  await writeFile(join(root, 'films', 'new.mkv'), 'x');
  await writeFile(join(outside, 'far.mkv'), 'x');
  await vi.waitFor(
    () => expect([...changed].toSorted()).toEqual([join(root, 'films/new.mkv'), join(root, 'linked/far.mkv')]),
    5000,
  );
}, 15_000);

it('goes on with a folder that was renamed', async () => {
  await mkdir(join(folder, 'before'));
  const changed = await open(folder);
  await rename(join(folder, 'before'), join(folder, 'after'));
  await vi.waitFor(async () => {
    await writeFile(join(folder, 'after', `${performance.now()}.mkv`), 'x');
    expect([...changed].some((path) => path.startsWith(join(folder, 'after')))).toBe(true);
  }, 5000);
}, 15_000);
