import { fail } from '../errors.ts';
import { noBytes, type Link, type Message } from './link.ts';

/** Bytes that one message may take; what is larger goes as a stream. */
export const mostFrameBytes = 16 * 1024 * 1024;
const headBytes = 8;

/** What a {@link Link} over a socket needs of it. */
export interface FrameSocket {
  write(chunk: Uint8Array): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
}

/**
 * A link over a byte stream. Each message is a frame: the length of its JSON and of the bytes beside it, 32 bits little endian each,
 * then both. A frame that is too large is refused before it is read, so that nobody can fill the other side's memory.
 *
 * @param broken hears why the other side's bytes cannot be understood; nothing is read after that
 */
export function frameLink(socket: FrameSocket, broken: (error: Error) => void): Link {
  return {
    direct: false,
    send(message, bytes) {
      for (const chunk of encodeFrame(message, bytes)) socket.write(chunk);
    },
    receive(listener) {
      const read = frameReader(listener);
      let isBroken = false;
      socket.on('data', (chunk) => {
        if (isBroken) return;
        try {
          read(chunk);
        } catch (error) {
          isBroken = true;
          broken(error as Error);
        }
      });
    },
  };
}

function encodeFrame(message: Message, bytes: readonly Uint8Array[]): Uint8Array[] {
  const json = JSON.stringify(message);
  const length = Buffer.byteLength(json);
  const beside = bytes.reduce((sum, each) => sum + each.length, 0);
  if (length + beside > mostFrameBytes) {
    fail(
      'internal',
      `${describe(message)} is ${megabytes(length + beside)} MB large; what is above ${megabytes(mostFrameBytes)} MB goes as a stream`,
    );
  }
  const head = Buffer.allocUnsafe(headBytes + length);
  head.writeUInt32LE(length, 0);
  head.writeUInt32LE(beside, 4);
  head.write(json, headBytes);
  return [head, ...bytes];
}

/** Calls `listener` for each whole frame. @throws for a frame that is too large or no message */
export function frameReader(listener: (message: Message, bytes: Uint8Array) => void): (chunk: Uint8Array) => void {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let wanted = headBytes;
  return (chunk) => {
    pieces.push(chunk);
    held += chunk.length;
    if (held < wanted) return;
    let buffer =
      pieces.length === 1 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat(pieces);
    for (;;) {
      wanted = headBytes;
      if (buffer.length < headBytes) break;
      const length = buffer.readUInt32LE(0);
      const beside = buffer.readUInt32LE(4);
      if (length + beside > mostFrameBytes) {
        throw new Error(
          `a message of ${megabytes(length + beside)} MB, where ${megabytes(mostFrameBytes)} MB are allowed`,
        );
      }
      wanted = headBytes + length + beside;
      if (buffer.length < wanted) break;
      const message = messageOf(buffer.toString('utf8', headBytes, headBytes + length));
      const bytes = beside > 0 ? new Uint8Array(buffer.subarray(headBytes + length, wanted)) : noBytes;
      buffer = buffer.subarray(wanted);
      listener(message, bytes);
    }
    pieces = buffer.length > 0 ? [buffer] : [];
    held = buffer.length;
  };
}

const kinds = new Set(['call', 'note', 'ok', 'err', 'abort', 'pull', 'item', 'stop']);

function messageOf(json: string): Message {
  const value = parse(json) as { t?: unknown } | null;
  if (typeof value !== 'object' || value === null || !kinds.has(value.t as string)) {
    throw new Error(`something that is no message: ${json.slice(0, 60)}`);
  }
  return value as Message;
}

function parse(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Error(`something that is no JSON: ${json.slice(0, 60)}`, { cause });
  }
}

const describe = (message: Message): string =>
  message.t === 'ok' ? 'The answer' : message.t === 'item' ? 'An item of the answer' : 'The message';
const megabytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(1).replace(/\.0$/, '');
