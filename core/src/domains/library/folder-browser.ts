import type { Dirent } from 'node:fs';
import { access, constants, readdir, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { AppError } from '../../kernel/errors.ts';
import { findFault, tidyFolder } from './folder-rules.ts';
import { isMedia } from './scan/file-kinds.ts';

export interface FolderListing {
  /** Empty at the start, where the usual places are listed. */
  path: string;
  parent: string | null;
  folders: { name: string; path: string; readable: boolean }[];
  /** Media files in the folder and below it, as far as could be counted in a moment. */
  mediaFileCount: number;
}

const usualPlaces = ['/media', '/mnt', '/data', '/srv', '/volume1', '/storage', '/Volumes', '/'];
const countMs = 250;
const mostCounted = 50_000;
const inOrder = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

/**
 * Lists the folders of a folder; without a path the places where media usually lie. Hidden ones are left out.
 * @throws AppError `validation_failed` when the path is no folder that the server can read
 */
export async function browseFolders(path: string | undefined): Promise<FolderListing> {
  if (path === undefined || path.trim() === '') {
    const places = [...new Set([homedir(), ...usualPlaces, process.cwd()])];
    const there = await Promise.all(places.map(async (place) => ((await isFolder(place)) ? place : undefined)));
    const folders = there.filter((place) => place !== undefined);
    return {
      path: '',
      parent: null,
      folders: await Promise.all(folders.map(async (place) => entry(place, place))),
      mediaFileCount: 0,
    };
  }
  const folder = tidyFolder(path);
  const fault = await findFault(folder);
  if (fault) throw new AppError('validation_failed', fault, { errors: [{ path: 'query.path', message: fault }] });
  const children = await subfolders(folder, await readdir(folder, { withFileTypes: true }));
  return {
    path: folder,
    parent: dirname(folder) === folder ? null : dirname(folder),
    folders: await Promise.all(children.map((name) => entry(name, join(folder, name)))),
    mediaFileCount: await countMedia(folder),
  };
}

async function entry(name: string, path: string): Promise<FolderListing['folders'][number]> {
  const readable = await access(path, constants.R_OK | constants.X_OK).then(
    () => true,
    () => false,
  );
  return { name, path, readable };
}

/** Links to folders count as folders. */
async function subfolders(folder: string, entries: readonly Dirent[]): Promise<string[]> {
  const wanted = entries.filter(({ name }) => !name.startsWith('.'));
  const names = await Promise.all(
    wanted.map(async (each) => {
      if (each.isDirectory()) return each.name;
      return each.isSymbolicLink() && (await isFolder(join(folder, each.name))) ? each.name : undefined;
    }),
  );
  return names.filter((name) => name !== undefined).toSorted(inOrder.compare);
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory() && isAbsolute(path),
    () => false,
  );

/** Counts breadth first and stops after a moment, so that a large disk does not keep the picker waiting. */
async function countMedia(folder: string): Promise<number> {
  const deadline = performance.now() + countMs;
  const waiting = [folder];
  let count = 0;
  for (let looked = 0; waiting.length > 0 && performance.now() < deadline && looked < mostCounted;) {
    const next = waiting.shift() as string;
    const entries = await readdir(next, { withFileTypes: true }).catch(() => [] as Dirent[]);
    looked += entries.length + 1;
    for (const each of entries) {
      if (each.name.startsWith('.')) continue;
      if (each.isDirectory()) waiting.push(join(next, each.name));
      else if (isMedia(each.name)) count += 1;
    }
  }
  return count;
}
