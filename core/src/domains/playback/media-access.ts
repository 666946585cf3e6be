import { stat } from 'node:fs/promises';
import { AppError, codeOf } from '../../kernel/errors.ts';
import { resolveInside } from '../../kernel/security/safe-path.ts';
import type { RootFolders } from './ports.ts';

/** The real path of a library's file, links followed, which lies inside its root folder for sure. */
export type OpenInRoot = (rootId: number, path: string) => Promise<string>;

/** @throws AppError (the made function) `root_unavailable`, `not_found`, `forbidden` */
export function createOpenInRoot(folders: RootFolders): OpenInRoot {
  return async (rootId, path) => {
    const root = (await folders.roots()).find(({ id }) => id === rootId);
    if (!root) throw new AppError('not_found', 'The folder of this file belongs to no library any more.');
    try {
      return await resolveInside(root.path, path);
    } catch (error) {
      if (codeOf(error) === 'not_found' && !(await isFolder(root.path))) throw unavailable(error);
      throw error;
    }
  };
}

const unavailable = (cause: unknown): AppError =>
  new AppError('root_unavailable', 'The folder of this film is not there at the moment.', {
    fix: 'Connect or mount its disk again.',
    cause,
  });

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ?? false;
}
