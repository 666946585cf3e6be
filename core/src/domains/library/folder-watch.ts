import type { Stats } from 'node:fs';
import { basename } from 'node:path';
import { isMedia, isSidecar } from './scan/file-kinds.ts';

export interface FolderWatchListeners {
  /** A file that matters to a library appeared, changed or went. */
  changed(path: string): void;
  /** The folders are watched from now on. */
  ready(): void;
  /** The system has no room for so many watches. */
  exhausted(error: Error): void;
  failed(error: Error): void;
}

export interface FolderWatch {
  close(): Promise<void>;
}

export type OpenFolderWatch = (roots: readonly string[], listeners: FolderWatchListeners) => Promise<FolderWatch>;

/** No watches, file handles or memory left. */
const outOfRoom = new Set(['ENOSPC', 'EMFILE', 'ENFILE', 'ENOMEM']);

/** Watches folders with all that is below them by what the system offers. Loads what it needs when it is first called. */
export const openFolderWatch: OpenFolderWatch = async (roots, listeners) => {
  const { watch } = await import('chokidar');
  const watcher = watch([...roots], { ignoreInitial: true, ignorePermissionErrors: true, atomic: false, ignored });
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, (path) => listeners.changed(path));
  watcher.on('ready', () => listeners.ready());
  watcher.on('error', (error) => {
    const fault = error as NodeJS.ErrnoException;
    if (outOfRoom.has(fault.code ?? '')) listeners.exhausted(fault);
    else listeners.failed(fault);
  });
  return { close: () => watcher.close() };
};

const isWanted = (name: string): boolean => isMedia(name) || isSidecar(name);

/** Hidden things, and files that no scan looks at. Without `stats` nobody knows yet whether it is a folder. */
const ignored = (path: string, stats?: Stats): boolean => {
  const name = basename(path);
  if (name.startsWith('.') && name !== '.ignore') return true;
  return stats?.isFile() === true && !isWanted(name) && name !== '.ignore';
};
