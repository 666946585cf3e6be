import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { unreadable } from './unreadable.ts';

const FIRST_READ = 16 * 1024;
const NEXT_READ = 8 * 1024;
const CAPACITY = 256 * 1024;
/** No honest header needs more; a hostile one is stopped here. */
const BUDGET = 4 * 1024 * 1024;

/** One buffer serves every file: the readers never await, so two files cannot be open in it at once. */
let scratch: Buffer | undefined;

/**
 * Reads numbers and strings at absolute offsets of a file through one window of 256 KiB at most. Synchronous on purpose:
 * it runs in the scan worker, where a read from the page cache costs less than a turn of the event loop.
 * Every access beyond the end throws `media_unreadable` with reason `truncated`, beyond the budget `damaged`.
 */
export class BinaryReader {
  readonly path: string;
  readonly size: number;
  readonly #fd: number;
  readonly #buffer: Buffer;
  #start = 0;
  #end = 0;
  #read = 0;

  constructor(path: string) {
    this.path = path;
    this.#buffer = scratch ??= Buffer.allocUnsafeSlow(CAPACITY);
    this.#fd = open(path);
    try {
      const stat = fstatSync(this.#fd);
      if (!stat.isFile()) throw unreadable(path, 'not_a_file');
      if (stat.size === 0) throw unreadable(path, 'empty');
      this.size = stat.size;
    } catch (error) {
      closeSync(this.#fd);
      throw error;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Makes `length` bytes at `offset` present and answers where they begin in the buffer. */
  at(offset: number, length: number): number {
    if (offset >= this.#start && offset + length <= this.#end) return offset - this.#start;
    if (!(offset >= 0) || offset + length > this.size) throw unreadable(this.path, 'truncated');
    if (length > CAPACITY) throw unreadable(this.path, 'damaged');
    this.#fill(offset, Math.max(length, this.#end === 0 ? FIRST_READ : NEXT_READ));
    if (offset + length > this.#end) throw unreadable(this.path, 'truncated');
    return 0;
  }

  #fill(offset: number, wanted: number): void {
    const length = Math.min(wanted, CAPACITY, this.size - offset);
    if ((this.#read += length) > BUDGET) throw unreadable(this.path, 'damaged');
    let got = 0;
    try {
      while (got < length) {
        const count = readSync(this.#fd, this.#buffer, got, length - got, offset + got);
        if (count === 0) break;
        got += count;
      }
    } catch (error) {
      throw unreadable(this.path, 'io', error);
    }
    this.#start = offset;
    this.#end = offset + got;
  }

  u8(offset: number): number {
    const at = this.at(offset, 1);
    return this.#buffer[at]!;
  }

  u16(offset: number): number {
    const at = this.at(offset, 2);
    return this.#buffer.readUInt16BE(at);
  }

  u32(offset: number): number {
    const at = this.at(offset, 4);
    return this.#buffer.readUInt32BE(at);
  }

  /** Loses precision above 2^53, where nothing real lies. */
  u64(offset: number): number {
    const at = this.at(offset, 8);
    return this.#buffer.readUInt32BE(at) * 0x1_0000_0000 + this.#buffer.readUInt32BE(at + 4);
  }

  /** Big-endian, 0 to 8 bytes. */
  uint(offset: number, length: number): number {
    if (length > 8) throw unreadable(this.path, 'damaged');
    const at = this.at(offset, length);
    let value = 0;
    for (let i = 0; i < length; i++) value = value * 256 + this.#buffer[at + i]!;
    return value;
  }

  f32(offset: number): number {
    const at = this.at(offset, 4);
    return this.#buffer.readFloatBE(at);
  }

  f64(offset: number): number {
    const at = this.at(offset, 8);
    return this.#buffer.readDoubleBE(at);
  }

  /** Latin-1, up to the first zero byte. */
  latin(offset: number, length: number): string {
    const at = this.at(offset, length);
    return cut(this.#buffer.toString('latin1', at, at + length));
  }

  /** UTF-8, up to the first zero byte. */
  utf8(offset: number, length: number): string {
    const at = this.at(offset, length);
    return cut(this.#buffer.toString('utf8', at, at + length));
  }

  /** A copy, which stays true after the next read. */
  bytes(offset: number, length: number): Uint8Array {
    const at = this.at(offset, length);
    return new Uint8Array(this.#buffer.subarray(at, at + length));
  }

  /** Bytes past the window and the budget, for a reader that keeps its own count; shorter at the end of the file. */
  chunk(offset: number, length: number): Buffer {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.size - offset)));
    try {
      return bytes.subarray(0, bytes.length === 0 ? 0 : readSync(this.#fd, bytes, 0, bytes.length, offset));
    } catch (error) {
      throw unreadable(this.path, 'io', error);
    }
  }

  /** Where `pattern` last occurs in the `length` bytes before `end`, if it does. */
  findLast(pattern: Uint8Array, end: number, length: number): number | undefined {
    const from = Math.max(0, end - Math.min(length, CAPACITY));
    const at = this.at(from, end - from);
    const found = this.#buffer.subarray(at, at + end - from).lastIndexOf(pattern);
    return found < 0 ? undefined : from + found;
  }
}

function open(path: string): number {
  try {
    // Without O_NONBLOCK a named pipe would hang the scan until somebody writes to it.
    return openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw unreadable(path, 'missing', error);
    if (code === 'EACCES' || code === 'EPERM') throw unreadable(path, 'denied', error);
    throw unreadable(path, code === 'ENXIO' || code === 'EISDIR' ? 'not_a_file' : 'io', error);
  }
}

const cut = (text: string): string => {
  const zero = text.indexOf('\0');
  return zero < 0 ? text : text.slice(0, zero);
};
