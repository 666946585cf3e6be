import { readdirSync, realpathSync, statSync, type Dirent, type Stats } from 'node:fs';
import { join } from 'node:path';
import { isInside } from '../../../kernel/security/safe-path.ts';
import { isMedia, isSidecar } from './file-kinds.ts';

/** A file as the disk tells it. Times are whole milliseconds since 1970. */
export interface FoundFile {
  name: string;
  path: string;
  size: number;
  modifiedAt: number;
}

/** One folder with what matters in it. */
export interface FoundFolder {
  path: string;
  /** The number of the device it lies on. */
  device: string;
  media: FoundFile[];
  /** NFO and other texts, pictures, and subtitles with what belongs to them. */
  sidecars: FoundFile[];
  folders: string[];
}

/** Something that could not be looked at. Files known below it keep their state. */
export interface Unreadable {
  path: string;
  reason: string;
}

export interface WalkOptions {
  /** The real path of the root folder: links that leave it are not followed, as nothing outside would ever be played. */
  realRoot: string;
  /** Folders that are not entered, whatever leads to them. */
  closed?: readonly string[];
  onUnreadable(problem: Unreadable): void;
}

const skippedFolders = new Set([
  '@eadir',
  'lost+found',
  '$recycle.bin',
  'system volume information',
  '#recycle',
  '.trash',
]);
const working = /^_(unpack|failed)_/i;
/** A folder with a file of this name is left out, with all below it. */
export const ignoreMark = '.ignore';

/**
 * Walks a tree, a folder at a time, parents before children, names in order. Links to folders are followed once each, so a loop
 * ends. Folders that cannot be read are reported and passed over; only a root that cannot be read is thrown.
 */
export function* walk(root: string, options: WalkOptions): Generator<FoundFolder> {
  const visited = new Set((options.closed ?? []).flatMap(identityOf));
  const waiting = [root];
  while (waiting.length > 0) {
    const path = waiting.pop() as string;
    const entries = path === root ? readFolder(path) : tryRead(path, options);
    const device = entries && enter(path, visited, options);
    if (!device) continue;
    if (entries.some((entry) => entry.name === ignoreMark)) continue;
    const folder = sortEntries({ path, device }, entries, options);
    yield folder;
    waiting.push(...folder.folders.toReversed());
  }
}

const readFolder = (path: string): Dirent[] => readdirSync(path, { withFileTypes: true });

function tryRead(path: string, options: WalkOptions): Dirent[] | undefined {
  try {
    return readFolder(path);
  } catch (error) {
    options.onUnreadable({ path, reason: (error as Error).message });
    return undefined;
  }
}

/** Remembers a folder by what it is, not by the way that led to it. Its device; undefined when it is not to be entered. */
function enter(path: string, visited: Set<string>, options: WalkOptions): string | undefined {
  try {
    const stats = statSync(path);
    const identity = keyOf(stats);
    if (visited.has(identity)) return undefined;
    visited.add(identity);
    return String(stats.dev);
  } catch (error) {
    options.onUnreadable({ path, reason: (error as Error).message });
    return undefined;
  }
}

const keyOf = ({ dev, ino }: Stats): string => `${dev}:${ino}`;

/** None for a folder that is not there: nothing leads to it either. */
function identityOf(path: string): string[] {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats ? [keyOf(stats)] : [];
}

function sortEntries(
  place: Pick<FoundFolder, 'path' | 'device'>,
  entries: readonly Dirent[],
  options: WalkOptions,
): FoundFolder {
  const folder: FoundFolder = { ...place, media: [], sidecars: [], folders: [] };
  for (const entry of entries.toSorted(byName)) {
    if (entry.name.startsWith('.')) continue;
    const full = join(place.path, entry.name);
    if (entry.isSymbolicLink() && leadsOutside(full, options)) continue;
    if (entry.isDirectory()) {
      if (isLibraryFolder(entry.name)) folder.folders.push(full);
      continue;
    }
    const stats = statOf(full, entry, options);
    if (stats?.isDirectory()) {
      if (isLibraryFolder(entry.name)) folder.folders.push(full);
    } else if (stats?.isFile())
      keepFile(folder, { name: entry.name, path: full, size: stats.size, modifiedAt: Math.trunc(stats.mtimeMs) });
  }
  return folder;
}

function leadsOutside(path: string, options: WalkOptions): boolean {
  try {
    if (isInside(options.realRoot, realpathSync(path))) return false;
    options.onUnreadable({
      path,
      reason: 'The link leads outside the root folder; add the folder it leads to as a root folder.',
    });
  } catch (error) {
    options.onUnreadable({ path, reason: (error as Error).message });
  }
  return true;
}

/** Only what may matter is looked at: links, and files of a kind the library knows. */
function statOf(path: string, entry: Dirent, options: WalkOptions): Stats | undefined {
  const wanted = entry.isSymbolicLink() || (entry.isFile() && isOfInterest(entry.name));
  if (!wanted) return undefined;
  try {
    return statSync(path);
  } catch (error) {
    const damaged = entry.name.includes('\uFFFD');
    options.onUnreadable({
      path,
      reason: damaged ? 'The name is not valid UTF-8; rename the file.' : (error as Error).message,
    });
    return undefined;
  }
}

function keepFile(folder: FoundFolder, file: FoundFile): void {
  if (isMedia(file.name)) folder.media.push(file);
  else if (isOfInterest(file.name)) folder.sidecars.push(file);
}

const isOfInterest = (name: string): boolean => isMedia(name) || isSidecar(name);
const isLibraryFolder = (name: string): boolean => !skippedFolders.has(name.toLowerCase()) && !working.test(name);
const byName = (a: Dirent, b: Dirent): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);
