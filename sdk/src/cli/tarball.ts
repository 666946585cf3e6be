import { gzipSync } from 'node:zlib';
import { fail } from '../errors.ts';

/** A file of a tarball. */
export interface TarFile {
  /** With `/`. */
  path: string;
  bytes: Uint8Array;
}

const block = 512;
/** 26 October 1985, the time npm gives every file: some systems cannot unpack anything from 1970. */
const time = 499_162_500;

/** A gzipped tar (POSIX ustar) of these files, sorted by path: the same bytes for the same files, on every machine. */
export function tarball(files: readonly TarFile[]): Buffer {
  const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const parts = sorted.flatMap(({ path, bytes }) => [header(path, bytes.length), bytes, padding(bytes.length)]);
  const zipped = gzipSync(Buffer.concat([...parts, Buffer.alloc(2 * block)]), { level: 9 });
  // The operating system, which zlib writes down and nobody reads: 255 is "unknown".
  zipped[9] = 255;
  return zipped;
}

const padding = (length: number): Buffer => Buffer.alloc((block - (length % block)) % block);
const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;

function header(path: string, size: number): Buffer {
  const [prefix, name] = split(path);
  const bytes = Buffer.alloc(block);
  bytes.write(name, 0);
  bytes.write(octal(0o644, 7), 100);
  bytes.write(octal(0, 7), 108);
  bytes.write(octal(0, 7), 116);
  bytes.write(octal(size, 11), 124);
  bytes.write(octal(time, 11), 136);
  // The checksum counts itself as eight spaces.
  bytes.write(' '.repeat(8), 148);
  bytes.write('0', 156);
  bytes.write('ustar\x0000', 257);
  bytes.write(octal(0, 7), 329);
  bytes.write(octal(0, 7), 337);
  bytes.write(prefix, 345);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${octal(sum, 6)} `, 148);
  return bytes;
}

/** A long path goes into two fields, parted at a slash. */
function split(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ['', path];
  const cuts = [...path.matchAll(/\//g)].map(({ index }) => [path.slice(0, index), path.slice(index + 1)] as const);
  const cut = cuts.find(([prefix, name]) => Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100);
  if (!cut) return fail('invalid_config', `${path} is too long a path for a tarball: use shorter names`);
  return [cut[0], cut[1]];
}
