import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Source } from '@vitascope/sdk';
import { AppError } from '../errors.ts';
import { resolveInside } from '../security/safe-path.ts';

type Bytes = ReadableStream<Uint8Array>;
const day = 86_400_000;
/** The name says when a blob may go: `<uuid>.<milliseconds since 1970, 0 for never>`. */
const blobName = /^([0-9a-f-]{36})\.(\d+)$/;

/** The bytes one plugin keeps, below its data folder. */
export class PluginBlobs {
  readonly #folder: string;
  readonly #dataFolder: string;

  constructor(dataFolder: string) {
    this.#dataFolder = dataFolder;
    this.#folder = join(dataFolder, 'blobs');
  }

  async put(body: Bytes | Uint8Array, days?: number): Promise<{ blob: string }> {
    await mkdir(this.#folder, { recursive: true });
    const name = `${randomUUID()}.${days ? Date.now() + days * day : 0}`;
    const aside = join(this.#folder, `.${name}`);
    const from = body instanceof Uint8Array ? Readable.from([body]) : Readable.fromWeb(body as never);
    try {
      await pipeline(from, createWriteStream(aside));
      await rename(aside, join(this.#folder, name));
    } catch (error) {
      await rm(aside, { force: true });
      throw error;
    }
    return { blob: name };
  }

  /** Opens what needs no network: a blob, a text, a file of the plugin's own folder. */
  async open(source: Source, range?: { start: number; end?: number }): Promise<Bytes> {
    if ('text' in source) return webStream(Readable.from([slice(Buffer.from(source.text), range)]));
    if ('blob' in source && !blobName.test(source.blob)) throw missing();
    const path = 'blob' in source ? join(this.#folder, source.blob) : 'path' in source ? source.path : undefined;
    if (path === undefined) throw new AppError('unsupported', 'This kind of source cannot be opened as bytes.');
    const file = await resolveInside(this.#dataFolder, path);
    if (!(await stat(file)).isFile()) throw missing();
    return webStream(createReadStream(file, { start: range?.start, end: range?.end, highWaterMark: 256 * 1024 }));
  }

  /** Removes blobs whose days are over and remains of interrupted writes. */
  async clean(now = Date.now()): Promise<number> {
    let removed = 0;
    for (const name of await readdir(this.#folder).catch(() => [])) {
      const until = Number(blobName.exec(name)?.[2] ?? 1);
      if (until === 0 || until > now) continue;
      await rm(join(this.#folder, name), { force: true });
      removed++;
    }
    return removed;
  }
}

const missing = (): AppError => new AppError('not_found', 'There is no such blob.');
const webStream = (stream: Readable): Bytes => Readable.toWeb(stream) as unknown as Bytes;
const slice = (bytes: Buffer, range?: { start: number; end?: number }): Buffer =>
  range ? bytes.subarray(range.start, range.end === undefined ? undefined : range.end + 1) : bytes;
