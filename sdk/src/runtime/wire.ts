import { codeOf, fail, type PluginError } from '../errors.ts';
import type { Fault } from '../schema.ts';

/**
 * What crosses between host and plugin, in-process or not: JSON, bytes, streams of bytes and feeds. null and undefined mean
 * absent; numbers are finite; class instances, functions and symbols are refused, so that what works in memory works over a pipe.
 */
export interface Encoder {
  /** Takes bytes along beside the message; what stands for them in it. */
  bytes(value: Uint8Array): unknown;
  /** Registers a stream of ours; the number the other side pulls it by. */
  stream(iterable: AsyncIterable<unknown>): number;
}

export interface Decoder {
  /** What travelled beside the message. */
  readonly bytes: Uint8Array;
  /** Opens a stream of the other side. */
  feed(stream: number): AsyncGenerator<unknown>;
}

/** Marks what is not plain data; plain objects that happen to have this member travel as `plain`. */
const mark = '$';

export function encode(value: unknown, encoder: Encoder, path = ''): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (typeof value !== 'object') return refuse(`a ${typeof value}`, path);
  if (value instanceof Uint8Array) return encoder.bytes(value);
  if (Array.isArray(value)) return value.map((item, i) => encode(item, encoder, `${path}.${i}`));
  if (value instanceof ReadableStream) return { [mark]: 'stream', s: encoder.stream(value) };
  if (Symbol.asyncIterator in value) return { [mark]: 'feed', s: encoder.stream(value as AsyncIterable<unknown>) };
  return encodeObject(value, encoder, path);
}

function encodeObject(value: object, encoder: Encoder, path: string): unknown {
  const prototype = Object.getPrototypeOf(value);
  // another realm's Object.prototype (a test runner's, a frame's) is as plain as ours
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    return refuse(`an instance of ${prototype.constructor?.name ?? 'a class'}`, path);
  }
  if (prototype !== null && prototype.constructor?.name !== 'Object') {
    return refuse(`an instance of ${prototype.constructor?.name ?? 'a class'}`, path);
  }
  const plain: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__' || member === null || member === undefined) continue;
    plain[key] = encode(member, encoder, path ? `${path}.${key}` : key);
  }
  return Object.hasOwn(plain, mark) ? { [mark]: 'plain', v: plain } : plain;
}

const refuse = (what: string, path: string): never =>
  fail('internal', `${path || 'The value'} is ${what}; only JSON, bytes and streams cross between plugin and host`);

export function decode(value: unknown, decoder: Decoder): unknown {
  if (value === null || value === undefined) return undefined;
  if (typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map((item) => decode(item, decoder));
  const object = value as Record<string, unknown>;
  switch (object[mark]) {
    case 'bytes':
      return decoder.bytes.slice(object.at as number, (object.at as number) + (object.n as number));
    case 'feed':
      return decoder.feed(object.s as number);
    case 'stream':
      return ReadableStream.from(decoder.feed(object.s as number));
    case 'plain':
      return decodeMembers(object.v as Record<string, unknown>, decoder);
    default:
      return decodeMembers(object, decoder);
  }
}

const decodeMembers = (object: Record<string, unknown>, decoder: Decoder): unknown => {
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(object)) {
    if (key !== '__proto__' && member !== null && member !== undefined) result[key] = decode(member, decoder);
  }
  return result;
};

/** Puts bytes beside a message and a mark into it. */
export function besideMessage(list: Uint8Array[]): (value: Uint8Array) => unknown {
  let at = 0;
  return (value) => {
    const found = { [mark]: 'bytes', at, n: value.length };
    list.push(value);
    at += value.length;
    return found;
  };
}

/** An error as it crosses. The stack is for the log of the other side. */
export interface WireError {
  code: string;
  message: string;
  retryAfterMs?: number;
  fix?: string;
  errors?: Fault[];
  stack?: string;
}

export function encodeError(error: unknown): WireError {
  const e = (typeof error === 'object' && error !== null ? error : { message: String(error) }) as Partial<PluginError>;
  const code = codeOf(e);
  return {
    code,
    message: String(e.message ?? error),
    ...(typeof e.retryAfterMs === 'number' && { retryAfterMs: e.retryAfterMs }),
    ...(typeof e.fix === 'string' && { fix: e.fix }),
    // An AggregateError has a member of this name too, with anything in it.
    ...(code === 'validation_failed' && Array.isArray(e.errors) && { errors: e.errors.flatMap(plainFault) }),
    ...(typeof e.stack === 'string' && { stack: withCauses(e as Error) }),
  };
}

function plainFault(fault: unknown): Fault[] {
  const { path, message } = (fault ?? {}) as Partial<Fault>;
  return typeof path === 'string' && typeof message === 'string' ? [{ path, message }] : [];
}

/** The stack with those of its causes: what the log needs, and what names the plugin's file. */
function withCauses(error: Error, depth = 0): string {
  const cause = error.cause instanceof Error && depth < 4 ? `\ncaused by ${withCauses(error.cause, depth + 1)}` : '';
  return `${error.stack}${cause}`;
}

/** The error of the other side as one of ours; its stack is in `remoteStack`. */
export function decodeError(wire: WireError): PluginError & { remoteStack?: string } {
  const { message, stack, ...members } = wire;
  return Object.assign(new Error(message), { ...members, code: codeOf(wire) }, stack ? { remoteStack: stack } : {});
}
