import { fail, type PluginError } from '../errors.ts';
import type { Link, Message } from './link.ts';
import { besideMessage, decode, decodeError, encode, encodeError, type WireError } from './wire.ts';

/** Answers a call of the other side. Throwing answers with the error's code. */
export type CallHandler = (method: string, args: any, signal: AbortSignal) => unknown;
/** Hears a note of the other side; nobody waits for it. */
export type NoteHandler = (method: string, args: any) => void;

interface Waiting {
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/** A call of ours; it stays open until its answer came and every stream in the answer has ended. */
interface Outbound extends Waiting {
  signal?: AbortSignal;
  onAbort(): void;
  /** Streams in the answer, which the caller reads. */
  streams: Set<number>;
  /** Streams in the question, which nobody reads once it is answered. */
  sent: number[];
  ended?(): void;
}

/** How a call is made. */
export interface CallOptions {
  signal?: AbortSignal;
  /** Called once when the answer is there and every stream in it has ended, or the call failed. */
  ended?(): void;
}

/** A stream of ours that the other side pulls. */
interface Source {
  iterator: AsyncIterator<unknown>;
  ended(): void;
}

/**
 * One end of a symmetric conversation over a {@link Link}: both sides call and answer. Values, feeds (async iterables) and byte
 * streams cross, pulled item by item, so that the slower side sets the pace; aborting a call aborts it over there.
 */
export class Peer {
  readonly #link: Link;
  readonly #onCall: CallHandler;
  readonly #onNote: NoteHandler;
  #last = 0;
  #closed: PluginError | undefined;
  readonly #outbound = new Map<number, Outbound>();
  readonly #inbound = new Map<number, AbortController>();
  readonly #sources = new Map<number, Source>();
  readonly #pulls = new Map<number, Waiting>();

  constructor(link: Link, onCall: CallHandler, onNote: NoteHandler = () => {}) {
    this.#link = link;
    this.#onCall = onCall;
    this.#onNote = onNote;
    link.receive((message, bytes) => this.#receive(message, bytes));
  }

  /** How much is open in either direction; all zero when a conversation is over. */
  get open(): { calls: number; answering: number; streams: number } {
    return { calls: this.#outbound.size, answering: this.#inbound.size, streams: this.#sources.size };
  }

  call(method: string, args: unknown, { signal, ended }: CallOptions = {}): Promise<any> {
    const refusal = this.#closed ?? (signal?.aborted ? signal.reason : undefined);
    if (refusal) {
      ended?.();
      return Promise.reject(refusal);
    }
    const id = ++this.#last;
    return new Promise((resolve, reject) => {
      const onAbort = () => this.#abort(id, signal!.reason);
      const sent: number[] = [];
      const stream = (iterable: AsyncIterable<unknown>) => sent[sent.push(this.#addSource(iterable)) - 1]!;
      this.#outbound.set(id, { resolve, reject, signal, onAbort, streams: new Set(), sent, ended });
      signal?.addEventListener('abort', onAbort, { once: true });
      try {
        this.#send(args, stream, (a) => ({ t: 'call', id, m: method, a }));
      } catch (error) {
        this.#release(id);
        throw error;
      }
    });
  }

  note(method: string, args: unknown): void {
    if (this.#closed) return;
    this.#send(args, noStreams, (a) => ({ t: 'note', m: method, a }));
  }

  /** Ends everything in flight on this side with this error; later calls are refused with it. */
  close(error: PluginError): void {
    this.#closed = error;
    for (const id of this.#outbound.keys()) this.#abort(id, error);
    for (const stop of this.#inbound.values()) stop.abort(error);
    for (const s of this.#sources.keys()) this.#stopSource(s);
  }

  #send(value: unknown, stream: (iterable: AsyncIterable<unknown>) => number, message: (v: unknown) => Message): void {
    const beside: Uint8Array[] = [];
    const bytes = this.#link.direct ? asTheyAre : besideMessage(beside);
    this.#link.send(message(encode(value, { bytes, stream })), beside);
  }

  #tell(message: Message): void {
    this.#link.send(message, []);
  }

  #receive(message: Message, bytes: Uint8Array): void {
    switch (message.t) {
      case 'call':
        return void this.#answer(message, bytes);
      case 'note':
        return this.#onNote(message.m, decode(message.a, { bytes, feed: noStreams }));
      case 'ok':
        return this.#succeed(message, bytes);
      case 'err':
        return this.#release(message.id)?.reject(decodeError(message.e));
      case 'abort':
        return this.#inbound
          .get(message.id)
          ?.abort(decodeError(message.e ?? { code: 'cancelled', message: 'Cancelled' }));
      case 'pull':
        return void this.#serveSource(message.s);
      case 'item':
        return this.#deliver(message, bytes);
      case 'stop':
        return this.#stopSource(message.s);
    }
  }

  // Calls of ours.

  #succeed(message: { id: number; v?: unknown }, bytes: Uint8Array): void {
    const call = this.#outbound.get(message.id);
    if (!call) return;
    call.resolve(decode(message.v, { bytes, feed: (s) => this.#feed(s, call, message.id) }));
    if (call.streams.size === 0) this.#release(message.id);
  }

  #release(id: number): Outbound | undefined {
    const call = this.#outbound.get(id);
    this.#outbound.delete(id);
    call?.signal?.removeEventListener('abort', call.onAbort);
    for (const s of call?.sent ?? []) this.#stopSource(s);
    call?.ended?.();
    return call;
  }

  #abort(id: number, reason: unknown): void {
    const call = this.#release(id);
    if (!call) return;
    this.#tell({ t: 'abort', id, e: abortError(reason) });
    call.reject(reason);
    for (const s of call.streams) this.#pulls.get(s)?.reject(reason);
  }

  /** A stream in an answer to us, pulled one item at a time. */
  #feed(s: number, call: Outbound, id: number): AsyncGenerator<unknown> {
    call.streams.add(s);
    const finish = () => {
      call.streams.delete(s);
      if (call.streams.size === 0) this.#release(id);
    };
    return this.#pullAll(s, finish, call.signal);
  }

  /** By hand, not as a generator: one that nobody began to read would not notice that it was given up. */
  #pullAll(s: number, finish: () => void, signal?: AbortSignal): AsyncGenerator<unknown> {
    let over = false;
    const end = (tell: boolean): void => {
      if (over) return;
      over = true;
      if (tell) this.#tell({ t: 'stop', s });
      finish();
    };
    const next = async (): Promise<IteratorResult<unknown>> => {
      if (over) return { done: true, value: undefined };
      try {
        signal?.throwIfAborted();
        const item = await this.#pull(s);
        if (!item.end) return { done: false, value: item.value };
        end(false);
        return { done: true, value: undefined };
      } catch (error) {
        end((error as { fromSource?: boolean }).fromSource !== true);
        throw error;
      }
    };
    const generator: AsyncGenerator<unknown> = {
      next,
      async return(value) {
        end(true);
        return { done: true, value: await value };
      },
      async throw(error) {
        end(true);
        throw error;
      },
      [Symbol.asyncIterator]: () => generator,
      [Symbol.asyncDispose]: async () => end(true),
    };
    return generator;
  }

  #pull(s: number): Promise<{ end: boolean; value?: unknown }> {
    if (this.#closed) return Promise.reject(this.#closed);
    return new Promise((resolve, reject) => {
      this.#pulls.set(s, { resolve: resolve as Waiting['resolve'], reject });
      this.#tell({ t: 'pull', s });
    }).finally(() => this.#pulls.delete(s)) as Promise<{ end: boolean; value?: unknown }>;
  }

  #deliver(message: { s: number; v?: unknown; end?: boolean; e?: WireError }, bytes: Uint8Array): void {
    const pull = this.#pulls.get(message.s);
    if (message.e) pull?.reject(Object.assign(decodeError(message.e), { fromSource: true }));
    else
      pull?.resolve({
        end: message.end ?? false,
        value: decode(message.v, { bytes, feed: (s) => this.#pullAll(s, () => {}) }),
      });
  }

  // Calls of the other side.

  async #answer(message: { id: number; m: string; a: unknown }, bytes: Uint8Array): Promise<void> {
    const stop = new AbortController();
    this.#inbound.set(message.id, stop);
    let streams = 0;
    const settle = () => {
      if (--streams < 0) this.#inbound.delete(message.id);
    };
    try {
      if (this.#closed) throw this.#closed;
      const args = decode(message.a, { bytes, feed: (s) => this.#pullAll(s, () => {}, stop.signal) });
      const value = await this.#onCall(message.m, args, stop.signal);
      const stream = (iterable: AsyncIterable<unknown>) => {
        streams++;
        return this.#addSource(iterable, settle);
      };
      this.#send(value, stream, (v) => ({ t: 'ok', id: message.id, v }));
    } catch (error) {
      // what a handler throws after its caller left is the abort, whatever library dressed it up
      this.#tell({ t: 'err', id: message.id, e: encodeError(stop.signal.aborted ? stop.signal.reason : error) });
    }
    settle();
  }

  #addSource(iterable: AsyncIterable<unknown>, ended: () => void = () => {}): number {
    const s = ++this.#last;
    this.#sources.set(s, { iterator: iterable[Symbol.asyncIterator](), ended });
    return s;
  }

  async #serveSource(s: number): Promise<void> {
    const source = this.#sources.get(s);
    if (!source) return this.#tell({ t: 'item', s, end: true });
    try {
      const { done, value } = await source.iterator.next();
      if (done) this.#endSource(s);
      const stream = (iterable: AsyncIterable<unknown>) => this.#addSource(iterable);
      if (done) this.#tell({ t: 'item', s, end: true });
      else this.#send(value, stream, (v) => ({ t: 'item', s, v }));
    } catch (error) {
      this.#endSource(s);
      this.#tell({ t: 'item', s, e: encodeError(error) });
    }
  }

  #endSource(s: number): void {
    this.#sources.get(s)?.ended();
    this.#sources.delete(s);
  }

  /** Nobody reads on: the generator's `finally` runs, a byte stream is cancelled. */
  #stopSource(s: number): void {
    const source = this.#sources.get(s);
    if (!source) return;
    this.#endSource(s);
    // the reader is gone; what closing throws has nobody to go to but the note below
    Promise.resolve(source.iterator.return?.()).catch((error: unknown) => this.note('unheard', encodeError(error)));
  }
}

const asTheyAre = (value: Uint8Array): unknown => value;
const noStreams = (): never => fail('internal', 'A stream cannot be part of a note');

const abortError = (reason: unknown): WireError => {
  const wire = encodeError(reason);
  // a plain AbortError has no code of ours
  return { ...wire, code: wire.code === 'internal' ? 'cancelled' : wire.code };
};
