import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBlobs } from './blobs.ts';
import { openLocalStorage } from './local-storage.ts';
import type { Storage } from './storage.ts';

const bytes = (content: string): Uint8Array => new TextEncoder().encode(content);
const keysOf = async (storage: Storage, prefix = ''): Promise<string[]> => {
  const keys: string[] = [];
  for await (const { key } of storage.list(prefix)) keys.push(key);
  return keys;
};

let root: string;
let storage: Storage;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vitascope-storage-'));
  storage = await openLocalStorage(root);
});
afterEach(() => rm(root, { recursive: true, force: true }));

const leftovers = (): Promise<string[]> => readdir(path.join(root, '.incoming'));

describe('local storage', () => {
  it('writes, reads, lists, moves and removes', async () => {
    const written = await storage.write('artwork/12/poster.webp', bytes('hello world'));
    expect(written).toEqual({ size: 11, sha256: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9' });
    await storage.write('b.txt', Readable.from([bytes('from '), bytes('a stream')]));
    expect(await text(await storage.read('b.txt'))).toBe('from a stream');
    expect(await storage.stat('artwork/12/poster.webp')).toMatchObject({ size: 11, modifiedAt: expect.any(Date) });
    expect(await keysOf(storage)).toEqual(['artwork/12/poster.webp', 'b.txt']);
    await storage.move('b.txt', 'artwork/13/b.txt');
    expect(await keysOf(storage, 'artwork/13')).toEqual(['artwork/13/b.txt']);
    await storage.remove('artwork/12/poster.webp');
    await storage.remove('artwork/12/poster.webp');
    expect(await readdir(path.join(root, 'artwork'))).toEqual(['13']);
    expect(await keysOf(storage, 'nothing/here')).toEqual([]);
  });

  it.each([
    [{ start: 0 }, '0123456789'],
    [{ start: 3, end: 5 }, '345'],
    [{ start: 9 }, '9'],
    [{ start: 8, end: 100 }, '89'],
    [undefined, '0123456789'],
  ])('reads the range %o', async (range, expected) => {
    await storage.write('digits', bytes('0123456789'));
    expect(await text(await storage.read('digits', range))).toBe(expected);
  });

  it('tells a range outside the file and a file that is not there', async () => {
    await storage.write('digits', bytes('0123456789'));
    await expect(storage.read('digits', { start: 10 })).rejects.toMatchObject({
      code: 'range_unsatisfiable',
      details: { size: 10 },
    });
    await expect(storage.read('digits', { start: 5, end: 4 })).rejects.toMatchObject({ code: 'range_unsatisfiable' });
    await expect(storage.read('nothing')).rejects.toMatchObject({ code: 'not_found' });
    await expect(storage.move('nothing', 'there')).rejects.toMatchObject({ code: 'not_found' });
    expect(await storage.stat('nothing')).toBeUndefined();
  });

  it('reads an empty file as empty', async () => {
    await storage.write('empty', bytes(''));
    expect(await text(await storage.read('empty'))).toBe('');
  });

  it.each([
    '',
    '/etc/passwd',
    '../outside',
    'a/../../b',
    'a//b',
    './a',
    '.hidden',
    'a/.incoming',
    'a\\b',
    'a\0b',
    'a/',
    'x'.repeat(201),
    `${'x/'.repeat(600)}x`,
  ])('refuses the key %j', async (key) => {
    await expect(storage.write(key, bytes('x'))).rejects.toMatchObject({ code: 'bad_request' });
    await expect(storage.read(key)).rejects.toMatchObject({ code: 'bad_request' });
    await expect(storage.remove(key)).rejects.toMatchObject({ code: 'bad_request' });
  });

  it('leaves the old file and nothing else when the source breaks off', async () => {
    await storage.write('kept', bytes('old'));
    const broken = async function* () {
      yield bytes('half');
      throw new Error('connection lost');
    };
    await expect(storage.write('kept', broken())).rejects.toThrow('connection lost');
    expect(await text(await storage.read('kept'))).toBe('old');
    expect(await leftovers()).toEqual([]);
  });

  it('keeps one whole version when many write the same key', async () => {
    const versions = Array.from({ length: 20 }, (_, n) => String(n % 10).repeat(50_000));
    await Promise.all(versions.map((content) => storage.write('same', Readable.from([bytes(content)]))));
    expect(versions).toContain(await text(await storage.read('same')));
  });

  it('removes what a crash left, when it is old', async () => {
    for (const name of ['old', 'new']) await writeFile(path.join(root, '.incoming', name), 'x');
    await utimes(path.join(root, '.incoming', 'old'), new Date(0), new Date(0));
    await openLocalStorage(root);
    expect(await leftovers()).toEqual(['new']);
  });
});

/** A disk of 256 kB, where this process may make one. */
function mountTinyDisk(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('a full disk', () => {
  it('is told as such, and leaves no half file', async (context) => {
    const disk = path.join(root, 'disk');
    await mkdir(disk);
    if (!mountTinyDisk(disk)) return context.skip('needs the right to mount a small disk (root)');
    try {
      const small = await openLocalStorage(disk);
      await small.write('first', new Uint8Array(100_000));
      await expect(small.write('second', new Uint8Array(300_000))).rejects.toMatchObject({ code: 'storage_full' });
      expect(await readdir(path.join(disk, '.incoming'))).toEqual([]);
      await small.remove('first');
      await small.write('second', new Uint8Array(150_000));
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('is recognised by the code of the system', async () => {
    const full = async function* () {
      yield bytes('half');
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    await expect(storage.write('a', full())).rejects.toMatchObject({ code: 'storage_full' });
    expect(await leftovers()).toEqual([]);
  });
});

describe('blobs', () => {
  it('store equal bytes once under their checksum and notice damage', async () => {
    const blobs = createBlobs(storage);
    const first = await blobs.put(bytes('poster'));
    expect(await blobs.put(Readable.from([bytes('pos'), bytes('ter')]))).toEqual(first);
    const all = [];
    for await (const blob of blobs.list()) all.push(blob);
    expect(all).toEqual([first]);
    expect((await buffer(await blobs.read(first.id, { start: 3 }))).toString()).toBe('ter');
    expect(await blobs.isIntact(first.id)).toBe(true);

    const file = path.join(root, 'blobs', first.id.slice(0, 2), first.id.slice(2, 4), first.id);
    await writeFile(file, 'poSter');
    expect(await blobs.isIntact(first.id)).toBe(false);
    await blobs.put(bytes('poster'));
    expect(await readFile(file, 'utf8')).toBe('poster');

    await blobs.remove(first.id);
    expect(await blobs.stat(first.id)).toBeUndefined();
    await expect(blobs.read('../../etc/passwd')).rejects.toMatchObject({ code: 'bad_request' });
  });
});
