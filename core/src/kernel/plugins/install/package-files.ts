import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '../../errors.ts';

/** A file of a package; `path` is relative, with `/`, and leads nowhere else. */
export interface PackageFile {
  path: string;
  bytes: Uint8Array;
}

export const mostEntries = 5000;
export const mostBytes = 200_000_000;

/** @throws AppError `package_invalid` always: the shape of every refusal of a package */
export const unusable = (why: string, cause?: unknown): AppError =>
  new AppError('package_invalid', `The package cannot be used: ${why}.`, {
    cause,
    fix: 'Ask its author for a package made with `vitascope-plugin pack`.',
  });

/** The path as it is written below the plugin's folder. @throws AppError `package_invalid` when it leads elsewhere */
export function checkedPath(given: string): string {
  const path = given.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
  const segments = path.split('/');
  const isOdd = segments.some(
    (segment) => segment === '' || segment === '.' || segment === '..' || segment.endsWith(':'),
  );
  // eslint-disable-next-line no-control-regex -- that is what is looked for
  if (isOdd || path.length > 500 || /[\\\u0000-\u001f]|^[a-z]:/i.test(path)) {
    throw unusable(`it has an entry "${given.slice(0, 200)}", which leads out of its folder or is no name of a file`);
  }
  return path;
}

/** Reads a folder as a package, without node_modules and .git. @throws AppError `package_invalid` for links and what is too large */
export async function readPackageFolder(root: string): Promise<PackageFile[]> {
  const paths = await listEntries(root, { skip: new Set(['node_modules', '.git']) });
  const files: PackageFile[] = [];
  let size = 0;
  for (const path of paths) {
    size += (await stat(join(root, path))).size;
    if (size > mostBytes) throw unusable(`it has more than ${mostBytes / 1_000_000} MB`);
    files.push({ path, bytes: await readFile(join(root, path)) });
  }
  return files;
}

/** Every file below a folder, as relative paths with `/`. @throws AppError `package_invalid` for links and too many entries */
async function listEntries(root: string, { skip }: { skip: ReadonlySet<string> }): Promise<string[]> {
  const paths: string[] = [];
  const waiting = [''];
  let entries = 0;
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    for (const entry of await readdir(join(root, below), { withFileTypes: true })) {
      if (skip.has(entry.name)) continue;
      const path = below ? `${below}/${entry.name}` : entry.name;
      if (++entries > mostEntries) throw unusable(`it has more than ${mostEntries} entries`);
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isFile()) paths.push(checkedPath(path));
      else throw unusable(`"${path}" is neither a file nor a folder`);
    }
  }
  return paths.sort();
}

/** Every file of an installed plugin with its bytes; what is no file has none. */
export async function* installedFiles(root: string): AsyncGenerator<{ path: string; bytes?: Uint8Array }> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    if (entry.isDirectory()) continue;
    const file = join(entry.parentPath, entry.name);
    const path = file.slice(root.length + 1).replaceAll('\\', '/');
    yield entry.isFile() ? { path, bytes: await readFile(file) } : { path };
  }
}

/** Writes a package's files into a folder that is not there yet. */
export async function writeFiles(folder: string, files: readonly PackageFile[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const { path, bytes } of files) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, bytes, { flag: 'wx', mode: 0o644 });
  }
}
