import { createHash, randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { AppError } from '../errors.ts';
import type { ByteRange, ByteSource, Storage, StoredFile } from './storage.ts';

export interface Blob {
  /** The SHA-256 of its bytes, hexadecimal. */
  id: string;
  size: number;
}

/** Files named by what is in them: the same bytes are stored once, and a damaged file can be told. */
export interface Blobs {
  put(source: ByteSource): Promise<Blob>;
  stat(id: string): Promise<StoredFile | undefined>;
  read(id: string, range?: ByteRange): Promise<Readable>;
  remove(id: string): Promise<void>;
  /** Reads the whole file; false when its bytes are not what they were. */
  isIntact(id: string): Promise<boolean>;
  list(): AsyncIterable<Blob>;
}

const folder = 'blobs';

export function createBlobs(storage: Storage): Blobs {
  return {
    async put(source) {
      const arriving = `${folder}/new/${randomUUID()}`;
      const { sha256, size } = await storage.write(arriving, source);
      const key = keyOf(sha256);
      // Moving it over an equal file also mends one that was damaged.
      await storage.move(arriving, key);
      return { id: sha256, size };
    },
    stat: async (id) => storage.stat(keyOf(id)),
    read: async (id, range) => storage.read(keyOf(id), range),
    remove: async (id) => storage.remove(keyOf(id)),
    async isIntact(id) {
      const hash = createHash('sha256');
      for await (const chunk of await storage.read(keyOf(id))) hash.update(chunk as Uint8Array);
      return hash.digest('hex') === id;
    },
    async *list() {
      for await (const { key, size } of storage.list(folder)) {
        const id = key.slice(key.lastIndexOf('/') + 1);
        if (isId(id)) yield { id, size };
      }
    },
  };
}

const isId = (id: string): boolean => /^[0-9a-f]{64}$/.test(id);

function keyOf(id: string): string {
  if (!isId(id)) throw new AppError('bad_request', 'The id of a blob is 64 hexadecimal digits.');
  return `${folder}/${id.slice(0, 2)}/${id.slice(2, 4)}/${id}`;
}
