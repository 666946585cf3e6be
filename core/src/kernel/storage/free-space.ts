import { statfs } from 'node:fs/promises';
import { AppError } from '../errors.ts';
import type { HealthCheck } from '../http/health.ts';

/** Bytes that the server may still write where a folder lies. */
export type ReadFreeSpace = (folder: string) => Promise<number>;

const megabyte = 1_000_000;
/**
 * What a scan of a large library writes at once: the database's log before it is folded in, and pictures. A share of the disk
 * would say nothing: one percent is 40 GB of one disk and 10 MB of another.
 */
const leastFreeBytes = 200 * megabyte;

/** Whether the disk of the data folder has room. Nearly full is degraded, not down: reading goes on. */
export function freeSpaceHealth(folder: string, read: ReadFreeSpace = readFreeSpace): HealthCheck {
  return {
    name: 'disk space',
    critical: false,
    async check() {
      const free = await read(folder);
      if (free >= leastFreeBytes) return;
      const [left, least] = [free, leastFreeBytes].map((bytes) => Math.floor(bytes / megabyte));
      throw new AppError(
        'storage_full',
        `Only ${left} MB are free where the data folder ${folder} lies; below ${least} MB scans and conversions may stop.`,
        { fix: 'Delete what is not needed on that disk, or move the data folder to a larger one.' },
      );
    },
  };
}

/** What is left to whoever runs the server; root's reserve does not count. Asks on a thread, as every file call does. */
const readFreeSpace: ReadFreeSpace = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};
