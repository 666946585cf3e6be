import { createHash, randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { mkdir, open, opendir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { AppError, notFound } from '../errors.ts';
import type { ByteRange, ByteSource, Storage, StoredFile, Written } from './storage.ts';

/** Half-written files lie here; what a crash left is removed when it is older than a day. */
const incoming = '.incoming';
const leftoverMs = 86_400_000;

/** Files on the server's own disk, below `root`. */
export async function openLocalStorage(root: string): Promise<Storage> {
  const incomingFolder = path.join(root, incoming);
  await mkdir(incomingFolder, { recursive: true }).catch(rethrow);
  await removeLeftovers(incomingFolder);

  const find = async (key: string): Promise<StoredFile | undefined> => {
    const found = await ifThere(stat(pathOf(root, key)));
    return found?.isFile() ? { key, size: found.size, modifiedAt: found.mtime } : undefined;
  };

  return {
    stat: find,
    async read(key, range) {
      const handle = await ifThere(open(pathOf(root, key), 'r'));
      if (!handle) throw notFound('file', key);
      try {
        const { start, end } = within(key, (await handle.stat()).size, range);
        if (end >= start) return handle.createReadStream({ start, end, highWaterMark: 256 * 1024 });
      } catch (error) {
        await handle.close();
        throw error;
      }
      await handle.close();
      return Readable.from([], { objectMode: false });
    },
    async write(key, source) {
      const target = pathOf(root, key);
      const temporary = path.join(incomingFolder, randomUUID());
      try {
        const written = await writeWhole(temporary, source);
        await mkdir(path.dirname(target), { recursive: true });
        await rename(temporary, target);
        await syncFolder(path.dirname(target));
        return written;
      } catch (error) {
        await rm(temporary, { force: true });
        return rethrow(error);
      }
    },
    async move(from, to) {
      const [source, target] = [pathOf(root, from), pathOf(root, to)];
      if (!(await find(from))) throw notFound('file', from);
      await mkdir(path.dirname(target), { recursive: true }).catch(rethrow);
      await rename(source, target).catch(rethrow);
      await syncFolder(path.dirname(target));
    },
    async remove(key) {
      const target = pathOf(root, key);
      await rm(target, { force: true });
      await removeEmptyFolders(path.dirname(target), root);
    },
    list: (prefix) => walk(root, prefix === '' ? '' : checked(prefix)),
  };
}

async function writeWhole(file: string, source: ByteSource): Promise<Written> {
  const hash = createHash('sha256');
  let size = 0;
  const handle = await open(file, 'wx');
  try {
    for await (const chunk of source instanceof Uint8Array ? [source] : (source as AsyncIterable<Uint8Array>)) {
      hash.update(chunk);
      size += chunk.byteLength;
      await writeAll(handle, chunk);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  return { size, sha256: hash.digest('hex') };
}

/** One call may write less than it was given, for example when the disk is nearly full. */
async function writeAll(handle: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength;) at += (await handle.write(chunk, at)).bytesWritten;
}

/** A new name is only safe from a power cut when its folder is on the disk too. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  await handle.sync().finally(() => handle.close());
}

const safeName = /^[\p{L}\p{N}_@+=~-][\p{L}\p{N}._@+=~-]*$/u;

function checked(key: string): string {
  const names = key.split('/');
  if (key.length > 1000 || names.some((name) => !safeName.test(name) || Buffer.byteLength(name) > 200)) {
    throw new AppError('bad_request', `"${key.slice(0, 100)}" cannot be the key of a stored file.`);
  }
  return key;
}

const pathOf = (root: string, key: string): string => path.join(root, ...checked(key).split('/'));

function within(key: string, size: number, range: ByteRange | undefined): { start: number; end: number } {
  const start = range?.start ?? 0;
  const end = Math.min(range?.end ?? size - 1, size - 1);
  if (range && (start < 0 || start >= size || end < start)) {
    throw new AppError(
      'range_unsatisfiable',
      `${key} has ${size} bytes; the range ${start}-${range.end ?? ''} lies outside.`,
      { details: { size } },
    );
  }
  return { start, end };
}

async function* walk(root: string, prefix: string): AsyncIterable<StoredFile> {
  const folder = await ifThere(opendir(path.join(root, prefix)));
  if (!folder) return;
  const entries: Dirent[] = [];
  for await (const entry of folder) entries.push(entry);
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith('.')) continue;
    const key = prefix === '' ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) yield* walk(root, key);
    const found = entry.isFile() ? await ifThere(stat(path.join(root, key))) : undefined;
    if (found) yield { key, size: found.size, modifiedAt: found.mtime };
  }
}

async function removeLeftovers(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = path.join(folder, name);
    const found = await ifThere(stat(file));
    if (found && Date.now() - found.mtimeMs > leftoverMs) await rm(file, { force: true });
  }
}

async function removeEmptyFolders(folder: string, root: string): Promise<void> {
  for (let at = folder; at.length > root.length; at = path.dirname(at)) {
    try {
      await rmdir(at);
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? '';
      if (['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(code)) return;
      throw error;
    }
  }
}

/** Undefined where there is no such file. */
async function ifThere<T>(looking: Promise<T>): Promise<T | undefined> {
  try {
    return await looking;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG'].includes(code)) return undefined;
    throw error;
  }
}

function rethrow(error: unknown): never {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    throw new AppError('storage_full', 'The disk that holds the data directory is full.', {
      fix: 'Free space there; the file was not stored.',
      cause: error,
    });
  }
  throw error;
}
