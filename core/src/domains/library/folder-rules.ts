import { opendir, realpath, stat } from 'node:fs/promises';
import { isAbsolute, resolve, sep } from 'node:path';
import { AppError, type FieldError } from '../../kernel/errors.ts';

/** A root folder that is taken. */
export interface TakenFolder {
  path: string;
  library: string;
}

export interface FolderQuestion {
  folders: readonly string[];
  /** Root folders of all libraries that stay. */
  taken: readonly TakenFolder[];
  /** Folders of the server itself, which no library may be in or around. */
  reserved: readonly string[];
}

/** The same path always has the same text: absolute, without `..` and without a separator at its end. */
export const tidyFolder = (folder: string): string => (isAbsolute(folder) ? resolve(folder) : folder);

export const isWithin = (path: string, folder: string): boolean =>
  path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);

/**
 * Checks folders that are to become root folders; answers with their tidy paths.
 * @throws AppError `validation_failed` for folders that are not there or cannot be read, `conflict` for those that overlap; each
 * names its folder as `body.folders.<n>`
 */
export async function checkFolders({ folders, taken, reserved }: FolderQuestion): Promise<string[]> {
  const tidy = folders.map(tidyFolder);
  const faults = await Promise.all(tidy.map(findFault));
  const invalid = faults.flatMap((message, index) => (message ? [faultAt(index, message)] : []));
  if (invalid.length > 0) throw refusal('validation_failed', invalid);
  const others = await Promise.all(taken.map(placeOf));
  const own = await Promise.all(tidy.map((path) => placeOf({ path, library: '' })));
  const kept = await Promise.all(reserved.map((path) => placeOf({ path: tidyFolder(path), library: '' })));
  const clashes = own.flatMap((place, index) => {
    const message =
      ofSystem(place) ?? overlap(place, [...others, ...own.slice(0, index)]) ?? clashWithServer(place, kept);
    return message ? [faultAt(index, message)] : [];
  });
  if (clashes.length > 0) throw refusal('conflict', clashes);
  return tidy;
}

/** Why a folder cannot be read, as a sentence; undefined when it can. */
export async function findFault(folder: string): Promise<string | undefined> {
  if (!isAbsolute(folder)) return `"${folder}" is not an absolute path; write it from the root, such as /media/films.`;
  try {
    if (!(await stat(folder)).isDirectory()) return `${folder} is a file, not a folder.`;
    await (await opendir(folder)).close();
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return reasons[code ?? '']?.(folder) ?? `${folder} cannot be read: ${message}`;
  }
}

const reasons: Readonly<Record<string, (folder: string) => string>> = {
  ENOENT: (folder) => `There is no folder ${folder} on the server.`,
  ENOTDIR: (folder) => `${folder} is not a folder: a part of its path is a file.`,
  EACCES: (folder) => `${folder} cannot be read. Give the account that runs the server access to it.`,
  EPERM: (folder) => `${folder} cannot be read. Give the account that runs the server access to it.`,
  ELOOP: (folder) => `${folder} is a link that leads back to itself.`,
  ENAMETOOLONG: (folder) => `The path ${folder.slice(0, 80)}… is too long.`,
};

interface Place extends TakenFolder {
  /** Without links. */
  real: string;
  /** What the folder is, whatever it is called; undefined for one that is not there. */
  identity: string | undefined;
}

async function placeOf(folder: TakenFolder): Promise<Place> {
  try {
    const [real, { dev, ino }] = [await realpath(folder.path), await stat(folder.path)];
    return { ...folder, real, identity: `${dev}:${ino}` };
  } catch {
    // A disk that is not mounted now still has its place.
    return { ...folder, real: folder.path, identity: undefined };
  }
}

function overlap(place: Place, others: readonly Place[]): string | undefined {
  for (const other of others) {
    const whose =
      other.library === '' ? 'another folder of this list' : `a root folder of the library "${other.library}"`;
    const same = place.real === other.real || (place.identity !== undefined && place.identity === other.identity);
    if (same) return `${place.path} is the same folder as ${other.path}, ${whose}.`;
    if (isWithin(place.real, other.real)) return `${place.path} lies inside ${other.path}, ${whose}.`;
    if (isWithin(other.real, place.real)) return `${place.path} lies around ${other.path}, ${whose}.`;
  }
  return undefined;
}

function clashWithServer(place: Place, reserved: readonly Place[]): string | undefined {
  for (const { path, real } of reserved) {
    if (isWithin(place.real, real)) return `${place.path} lies in ${path}, where the server keeps its own data.`;
    if (isWithin(real, place.real))
      return `${place.path} lies around ${path}, where the server keeps its own data; choose the folder in which media lie, or move the data directory out of it.`;
  }
  return undefined;
}

/** What the system makes up as it is asked has no end: watching it takes all memory. `/` has all of that below it. */
const madeUp = ['/proc', '/sys', '/dev'];

function ofSystem({ path, real }: Place): string | undefined {
  const isOfSystem = real === '/' || madeUp.some((folder) => isWithin(real, folder));
  return isOfSystem ? `${path} belongs to the system; choose the folder in which media lie.` : undefined;
}

const faultAt = (index: number, message: string): FieldError => ({ path: `body.folders.${index}`, message });

const refusal = (code: 'validation_failed' | 'conflict', errors: FieldError[]): AppError =>
  new AppError(code, errors.map(({ message }) => message).join(' '), { errors });
