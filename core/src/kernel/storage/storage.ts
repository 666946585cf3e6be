import type { Readable } from 'node:stream';

export interface StoredFile {
  key: string;
  size: number;
  modifiedAt: Date;
}

/** Bytes from `start` to `end`, both included; to the end of the file where `end` is left out. */
export interface ByteRange {
  start: number;
  end?: number;
}

export type ByteSource = Uint8Array | Readable | AsyncIterable<Uint8Array>;

export interface Written {
  size: number;
  /** Hexadecimal. */
  sha256: string;
}

/**
 * Files of the server's own: artwork, thumbnails, converted subtitles. A key is a path of names made of letters, digits and
 * `. _ - @ + = ~`, such as `artwork/12/poster.webp`.
 */
export interface Storage {
  stat(key: string): Promise<StoredFile | undefined>;
  /** @throws AppError `not_found`, `range_unsatisfiable` */
  read(key: string, range?: ByteRange): Promise<Readable>;
  /** All or nothing: readers see the old file or the whole new one. @throws AppError `storage_full` */
  write(key: string, source: ByteSource): Promise<Written>;
  /** @throws AppError `not_found` */
  move(from: string, to: string): Promise<void>;
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>;
  /** Files below a prefix of whole names, `''` for all. */
  list(prefix: string): AsyncIterable<StoredFile>;
}
