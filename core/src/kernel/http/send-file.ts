import { close, fstat, open, read as readFd } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { AppError } from '../errors.ts';
import { parseRange, type ByteRange } from './byte-range.ts';
import type { Call } from './endpoint.ts';
import { createTransferBuffers, type TransferBuffers } from './transfer-buffers.ts';

// Plain descriptors: a FileHandle costs a third of a small request.
const openFd = promisify(open);
const fstatFd = promisify(fstat);
const closeFd = promisify(close);

export interface FileToSend {
  path: string;
  contentType: string;
  /** Strong entity tag with its quotes; made from size and time of change unless told. */
  etag?: string;
  /** `private, max-age=0` unless told. */
  cacheControl?: string;
  /** `attachment; filename*=…`, for downloads. */
  disposition?: string;
  contentEncoding?: string;
}

/**
 * Measured on loopback against nginx's sendfile: with pieces of 1 MiB the processor time per GB is near the least that
 * two copies cost, and a range of 1 MiB, the usual size of players, is one read and one write.
 */
const chunkBytes = 1024 * 1024;
/** Reading ahead pays for few clients; with many, somebody else's piece is ready anyway and the caches stay warmer. */
const readAheadClients = 2;
/** Threads that libuv has for files. */
const readingTurns = 4;

export type SendFile = (call: Pick<Call, 'http'>, file: FileToSend) => Promise<void>;

/**
 * Makes the sender of files: byte ranges, conditional requests, HEAD. Bytes go through few large buffers that are used
 * again; the next piece is read while one is written, and never more than two wait for a slow client.
 */
export function createSendFile(): SendFile {
  const buffers = createTransferBuffers({ bytes: chunkBytes, turns: readingTurns });
  let active = 0;
  return async function sendFile({ http }, file) {
    const fd = await openFile(file.path);
    try {
      const stat = await fstatFd(fd);
      if (!stat.isFile()) throw gone();
      const { response, request } = http;
      const etag = file.etag ?? `"${stat.size.toString(16)}-${Math.trunc(stat.mtimeMs).toString(16)}"`;
      const modified = new Date(Math.floor(stat.mtimeMs / 1000) * 1000);
      setHeaders(http, file, etag, modified);
      if (isUnchanged(http, etag, modified)) {
        http.status(304);
        http.takeOver();
        return void response.end();
      }
      const range = rangeOf(http, stat.size, etag, modified);
      const { start, end } = range ?? { start: 0, end: stat.size - 1 };
      http.set('Content-Length', String(end - start + 1));
      if (range) {
        http.status(206);
        http.set('Content-Range', `bytes ${start}-${end}/${stat.size}`);
      }
      http.takeOver();
      if (request.method === 'HEAD' || end < start) return void response.end();
      active++;
      try {
        await transfer({ fd, response, range: { start, end }, buffers, readAhead: active <= readAheadClients });
      } finally {
        active--;
      }
    } finally {
      await closeFd(fd);
    }
  };
}

async function openFile(path: string): Promise<number> {
  try {
    return await openFd(path, 'r');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw gone(cause);
    if (code === 'EACCES' || code === 'EPERM') {
      throw new AppError('forbidden', 'The server may not read this file.', {
        cause,
        fix: 'Let the account that runs the server read it.',
      });
    }
    throw cause;
  }
}

const gone = (cause?: unknown): AppError =>
  new AppError('not_found', 'The file is not there any more.', { cause, details: { resource: 'file' } });

type Exchange = Call['http'];

function setHeaders(http: Exchange, file: FileToSend, etag: string, modified: Date): void {
  http.set('Content-Type', file.contentType);
  http.set('ETag', etag);
  http.set('Last-Modified', modified.toUTCString());
  http.set('Cache-Control', file.cacheControl ?? 'private, max-age=0');
  if (!file.contentEncoding) http.set('Accept-Ranges', 'bytes');
  else http.set('Content-Encoding', file.contentEncoding);
  if (file.disposition) http.set('Content-Disposition', file.disposition);
}

function isUnchanged(http: Exchange, etag: string, modified: Date): boolean {
  const tags = http.header('if-none-match');
  if (tags !== '') return tags === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
  const since = Date.parse(http.header('if-modified-since'));
  return Number.isFinite(since) && modified.getTime() <= since;
}

function rangeOf(http: Exchange, size: number, etag: string, modified: Date): ByteRange | undefined {
  const header = http.header('range');
  if (header === '' || http.request.method === 'HEAD') return undefined;
  const condition = http.header('if-range');
  if (condition !== '' && condition !== etag && Date.parse(condition) !== modified.getTime()) return undefined;
  const range = parseRange(header, size);
  if (range !== 'unsatisfiable') return range;
  throw new AppError('range_unsatisfiable', `The range lies outside the ${size} bytes of the file.`, {
    details: { size },
  });
}

interface Transfer {
  fd: number;
  response: ServerResponse;
  range: ByteRange;
  buffers: TransferBuffers;
  readAhead: boolean;
}

interface Piece {
  buffer: Buffer;
  bytes: Buffer;
}

async function transfer({ fd, response, range, buffers, readAhead }: Transfer): Promise<void> {
  const closed = new Promise<void>((resolve) => response.once('close', resolve));
  let position = range.start;
  let reading = readNext();
  let writing: Promise<void> | undefined;
  try {
    while (reading) {
      const piece = await reading;
      await writing;
      if (response.destroyed) {
        buffers.give(piece.buffer);
        reading = undefined;
        return;
      }
      writing = write(piece);
      if (!readAhead) await writing;
      reading = readNext();
    }
    await writing;
    response.end();
  } catch (error) {
    // The length is promised already: cutting the connection is the only way to say that the file ended early.
    response.destroy(error as Error);
  } finally {
    // Nobody may close the file under a read, or use a buffer that is still being filled.
    const [last] = await Promise.allSettled([reading]);
    if (last.status === 'fulfilled' && last.value) buffers.give(last.value.buffer);
  }

  function readNext(): Promise<Piece> | undefined {
    const length = Math.min(chunkBytes, range.end + 1 - position);
    if (length <= 0 || response.destroyed) return undefined;
    const at = position;
    position += length;
    return readPiece({ fd, buffers, length, position: at });
  }

  /** Resolves when the bytes are with the system, or nobody wants them any more. */
  function write({ buffer, bytes }: Piece): Promise<void> {
    const out = new Promise<void>((resolve) => response.write(bytes, () => resolve()));
    return Promise.race([out, closed]).then(() => buffers.give(buffer));
  }
}

interface PieceRead {
  fd: number;
  buffers: TransferBuffers;
  length: number;
  position: number;
}

async function readPiece({ fd, buffers, length, position }: PieceRead): Promise<Piece> {
  const buffer = await buffers.take();
  try {
    await readWhole({ fd, buffer, length, position });
    return { buffer, bytes: length === buffer.length ? buffer : buffer.subarray(0, length) };
  } catch (error) {
    buffers.give(buffer);
    throw error;
  } finally {
    buffers.filled();
  }
}

interface WholeRead {
  fd: number;
  buffer: Buffer;
  length: number;
  position: number;
}

function readWhole({ fd, buffer, length, position }: WholeRead): Promise<void> {
  return new Promise((resolve, reject) => {
    const step = (done: number): void => {
      readFd(fd, buffer, done, length - done, position + done, (error, count) => {
        if (error) reject(error);
        else if (count === 0) reject(new AppError('media_unreadable', 'The file became shorter while it was sent.'));
        else if (done + count < length) step(done + count);
        else resolve();
      });
    };
    step(0);
  });
}
