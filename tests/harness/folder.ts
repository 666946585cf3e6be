import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const made = new Set<string>();

/** A new empty folder; whatever is left of it goes when this process ends. */
export function temporaryFolder(name = 'vitascope'): string {
  if (made.size === 0) process.once('exit', () => made.forEach(removeFolder));
  const folder = mkdtempSync(path.join(tmpdir(), `${name}-`));
  made.add(folder);
  return folder;
}

export function removeFolder(folder: string): void {
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  made.delete(folder);
}
