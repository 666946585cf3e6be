import { readdirSync, statSync } from 'node:fs';

/** What a root folder looked like when a scan began. */
export interface RootState {
  device: string;
}

export interface RootQuestion {
  path: string;
  /** The device it was on at the last scan. */
  device: string | null;
  /** It had files at the last scan. */
  hadFiles: boolean;
}

/**
 * Says why a root folder must not be scanned now, or what it looks like. An empty folder where files were, or another device than
 * before that holds nothing, is a disk that is not mounted: nothing in it may be marked missing.
 */
export function inspectRoot({ path, device, hadFiles }: RootQuestion): RootState | { unavailable: string } {
  try {
    const stats = statSync(path);
    if (!stats.isDirectory()) return { unavailable: `${path} is not a folder.` };
    const isEmpty = readdirSync(path).length === 0;
    const now = String(stats.dev);
    if (isEmpty && hadFiles) {
      const moved = device !== null && device !== now ? ' and lies on another device than before' : '';
      return {
        unavailable: `${path} is empty${moved}, although it held files. Its disk is not mounted, most likely. Nothing was removed; scan again once the disk is back.`,
      };
    }
    return { device: now };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return { unavailable: `${path} is not there. Mount its disk, or take the folder out of the library.` };
    if (code === 'EACCES' || code === 'EPERM')
      return { unavailable: `${path} cannot be read. Give the account that runs the server access to it.` };
    return { unavailable: `${path} cannot be read: ${message}` };
  }
}
