import { LRUCache } from 'lru-cache';
import type { Readable } from 'node:stream';
import { codeOf, notFound } from '../../../kernel/errors.ts';
import type { AppError } from '../../../kernel/errors.ts';
import type { Database } from '../../../kernel/database/database.ts';
import { createBlobs } from '../../../kernel/storage/blobs.ts';
import type { Storage } from '../../../kernel/storage/storage.ts';
import type { FoundPicture } from '../catalog-entry.ts';
import type { FetchPicture, PictureFolders } from '../ports.ts';
import { createPictureFactKeeper, storePictureFacts } from './picture-facts.ts';
import { createPictureSource } from './picture-source.ts';
import type { PicturePlace } from './picture-source.ts';
import { bucketOf, readPictureFacts, renderPicture } from './render-picture.ts';
import type { PictureFacts } from './render-picture.ts';
import { createTurns } from '../../../kernel/turns.ts';

export interface PictureServiceParts {
  database: Database;
  storage: Storage;
  folders: PictureFolders;
  fetch?: FetchPicture;
  /** Pictures made at once; 1 unless told, so that a grid of new posters leaves the processor to others. */
  atOnce?: number;
  log: { warn(details: object, message: string): void };
}

export interface ServedPicture {
  stream: Readable;
  size: number;
  /** The address may be kept for ever; false when it names another version than the present one. */
  immutable: boolean;
  etag: string;
}

export interface PictureService {
  /**
   * A picture as WebP, at least `width` pixels wide unless it has fewer.
   * @throws AppError `not_found`, `media_unsupported`, `media_unreadable`, `too_large`
   */
  open(id: number, version: string, width: number | undefined): Promise<ServedPicture>;
  /** The tag of what `open` would answer, without making it. */
  etag(id: number, version: string, width: number | undefined): string;
  /** Keeps bytes that a person brought. Throws as `open` does. */
  receive(kind: FoundPicture['kind'], bytes: Uint8Array): Promise<FoundPicture>;
  /** Learns sizes and placeholders of pictures that are in use and have none yet; how many it looked at. */
  describeMissing(signal: AbortSignal, limit?: number): Promise<number>;
  /** Writes what is still to be kept. */
  close(): Promise<void>;
}

type Row = PicturePlace & { placeholder: string | null; width: number | null; height: number | null };
const columns = 'id, source, location, version, placeholder, width, height';

/** A picture that cannot be read is not tried again for a while. */
const failureMs = 60_000;

export function createPictureService(parts: PictureServiceParts): PictureService {
  const { database, storage, folders, fetch, log } = parts;
  const blobs = createBlobs(storage);
  const read = createPictureSource({ storage, blobs, folders, fetch });
  const turns = createTurns(parts.atOnce ?? 1);
  const making = new Map<string, Promise<void>>();
  const failures = new LRUCache<string, AppError>({ max: 1000, ttl: failureMs });
  const facts = createPictureFactKeeper(database, (error) =>
    log.warn({ error }, 'Facts about pictures were not kept.'),
  );

  const make = async (row: Row, key: string, width: number): Promise<void> => {
    const failed = failures.get(key);
    if (failed) throw failed;
    try {
      await turns.take(async () => {
        // Somebody who asks for a picture and leaves does not stop it: the next one gets it from the disk.
        const made = await renderPicture(await read(row, AbortSignal.timeout(30_000)), width);
        await storage.write(key, made.webp);
        if (isNews(row, made.facts)) facts.add(row.id, made.facts);
      });
    } catch (error) {
      if (codeOf(error) !== 'internal') failures.set(key, error as AppError);
      throw error;
    }
  };

  const once = (row: Row, key: string, width: number): Promise<void> => {
    const known = making.get(key);
    if (known) return known;
    const work = make(row, key, width).finally(() => making.delete(key));
    making.set(key, work);
    return work;
  };

  return {
    etag: (id, version, width) => `"${id}-${version}-${bucketOf(width)}"`,
    async open(id, version, width) {
      const row = await database.first<Row>(`select ${columns} from artwork where id = ?`, [id]);
      if (!row) throw notFound('picture', id);
      const bucket = bucketOf(width);
      const key = `pictures/${id % 100}/${id}-${keyPart(row.version)}-${bucket}.webp`;
      let file = await storage.stat(key);
      if (!file) {
        await once(row, key, bucket);
        file = await storage.stat(key);
      }
      return {
        stream: await storage.read(key),
        size: file?.size ?? 0,
        immutable: version === row.version,
        etag: `"${id}-${row.version}-${bucket}"`,
      };
    },
    async receive(kind, bytes) {
      const { width, height, placeholder } = await turns.take(() => readPictureFacts(bytes));
      const blob = await blobs.put(bytes);
      return {
        kind,
        source: 'blob',
        location: blob.id,
        provider: 'manual',
        version: blob.id.slice(0, 16),
        width,
        height,
        placeholder,
      };
    },
    async describeMissing(signal, limit = Number.MAX_SAFE_INTEGER) {
      let looked = 0;
      for (let after = 0; looked < limit && !signal.aborted;) {
        const rows = await database.all<Row>(
          `select ${columns} from artwork where placeholder is null and source <> 'url' and item_id is not null and id > ?
           and kind in ('poster', 'backdrop', 'still') order by id limit 50`,
          [after],
        );
        if (rows.length === 0) break;
        after = rows.at(-1)!.id;
        looked += rows.length;
        const learnt = new Map<number, PictureFacts>();
        for (const row of rows) {
          if (signal.aborted) break;
          await turns
            .take(async () => void learnt.set(row.id, await readPictureFacts(await read(row, signal))))
            .catch(skip);
        }
        if (learnt.size > 0) await storePictureFacts(database, learnt);
      }
      return looked;
    },
    close: () => facts.flush(),
  };
}

/** A picture that cannot be read says so when somebody asks for it; a pass over all of them goes on. */
function skip(error: unknown): void {
  if (codeOf(error) === 'internal') throw error;
}

const isNews = (row: Row, { width, height }: PictureFacts): boolean =>
  row.placeholder === null || row.width !== width || row.height !== height;

/** A version as a part of a file's name. */
const keyPart = (version: string): string => version.replaceAll(/[^A-Za-z0-9.-]/g, '_').slice(0, 80);
