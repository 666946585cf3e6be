import { realpath } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { AppError } from '../errors.ts';

/** Whether `path` is `root` or lies below it, by their text alone. Use only on paths that went through `realpath`. */
export function isInside(root: string, path: string): boolean {
  const way = relative(root, path);
  return way === '' || (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`));
}

/**
 * The real path of something below `root`, symbolic links followed on both sides.
 * @param path relative to `root`, or absolute
 * @throws AppError `forbidden` when it lies outside, `not_found` when it is not there
 */
export async function resolveInside(root: string, path: string): Promise<string> {
  if (path.includes('\0')) throw outside();
  const [realRoot, wanted] = [await realpathOf(root), resolve(root, path)];
  const real = await realpathOf(wanted);
  if (!isInside(realRoot, real)) throw outside();
  return real;
}

/** As `resolveInside`, `undefined` instead of an error. */
export async function findInside(root: string, path: string): Promise<string | undefined> {
  try {
    return await resolveInside(root, path);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'forbidden' || error.code === 'not_found'))
      return undefined;
    throw error;
  }
}

const gone = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'ENAMETOOLONG']);

async function realpathOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code && gone.has(code)) throw new AppError('not_found', 'There is no such file.', { cause });
    if (code === 'EACCES' || code === 'EPERM')
      throw new AppError('forbidden', 'The server may not read this file.', { cause });
    throw cause;
  }
}

const outside = (): AppError => new AppError('forbidden', 'The path leads outside the folder it belongs to.');
