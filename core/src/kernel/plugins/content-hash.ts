import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

const longest = 5000;
const skipped = new Set(['node_modules', '.git']);

/** Every file below a folder, as sorted relative paths with `/`, without node_modules and symbolic links. */
export async function listFiles(folder: string, below = ''): Promise<string[]> {
  const entries = await readdir(join(folder, below), { withFileTypes: true });
  const files: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory() && !skipped.has(entry.name)) files.push(...(await listFiles(folder, path)));
    else if (entry.isFile()) files.push(path);
    if (files.length > longest) throw new Error(`${folder} has more than ${longest} files`);
  }
  return files;
}

/** A short hash over names, sizes and times of a folder's files: changes when any of them does. */
export async function hashFolder(folder: string): Promise<string> {
  const hash = createHash('sha256');
  for (const path of await listFiles(folder)) {
    const { size, mtimeMs } = await stat(join(folder, path));
    hash.update(`${path}\0${size}\0${mtimeMs}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
