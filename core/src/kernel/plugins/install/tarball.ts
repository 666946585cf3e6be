import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Parser, type ReadEntry } from 'tar';
import { checkedPath, mostBytes, mostEntries, unusable, type PackageFile } from './package-files.ts';

const inflate = promisify(gunzip);
/** What headers and padding may add to the files themselves. */
const overhead = mostEntries * 2048;
const fileTypes = new Set(['File', 'OldFile']);

/**
 * Reads a gzipped tarball into memory: files only, each below the plugin's folder, a leading `package/` left out. Nothing is
 * written, so that a package is judged as a whole first.
 * @throws AppError `package_invalid`
 */
export async function readTarball(bytes: Uint8Array): Promise<PackageFile[]> {
  const archive = await unzipped(bytes);
  // The parser would unzip it once more, without our limit.
  if (archive[0] === 0x1f && archive[1] === 0x8b) throw unusable('it is packed twice');
  const files = await parse(archive);
  const isWrapped = files.every(({ path }) => path.startsWith('package/'));
  const own = isWrapped ? files.map(({ path, bytes: body }) => ({ path: path.slice(8), bytes: body })) : files;
  checkNames(own);
  return own;
}

async function unzipped(bytes: Uint8Array): Promise<Buffer> {
  try {
    return await inflate(bytes, { maxOutputLength: mostBytes + overhead });
  } catch (cause) {
    const isLarge = (cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE';
    throw unusable(isLarge ? `it unpacks to more than ${mostBytes / 1_000_000} MB` : 'it is no whole .tgz file', cause);
  }
}

function parse(archive: Buffer): Promise<PackageFile[]> {
  return new Promise((resolve, reject) => {
    const files: { path: string; chunks: Uint8Array[] }[] = [];
    let count = 0;
    const refuse = (why: string): void => reject(unusable(why));
    const take = (entry: ReadEntry): void => {
      count += 1;
      if (count > mostEntries) refuse(`it has more than ${mostEntries} entries`);
      else if (entry.type === 'Directory') checkEntry(entry, reject);
      else if (!fileTypes.has(entry.type)) refuse(`"${entry.path}" is neither a file nor a folder (${entry.type})`);
      else {
        const path = checkEntry(entry, reject);
        const chunks: Uint8Array[] = [];
        entry.on('data', (chunk: Uint8Array) => void chunks.push(chunk));
        if (path !== undefined) files.push({ path, chunks });
        return;
      }
      entry.resume();
    };
    const parser = new Parser({ strict: true, brotli: false, zstd: false, onReadEntry: take } as never);
    parser.on('ignoredEntry', (entry: ReadEntry) => refuse(`"${entry.path}" is of an unknown kind`));
    parser.on('error', (cause: Error) => reject(unusable(`it is no whole .tgz file (${cause.message})`, cause)));
    parser.on('end', () => resolve(files.map(({ path, chunks }) => ({ path, bytes: Buffer.concat(chunks) }))));
    parser.end(archive);
  });
}

function checkEntry(entry: ReadEntry, reject: (error: unknown) => void): string | undefined {
  try {
    return checkedPath(entry.path);
  } catch (error) {
    reject(error);
    return undefined;
  }
}

/** Two names that one file system takes for one would let the second file replace the first. */
function checkNames(files: readonly PackageFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const name = path.toLowerCase();
    if (seen.has(name)) throw unusable(`it has "${path}" twice`);
    seen.add(name);
  }
}
