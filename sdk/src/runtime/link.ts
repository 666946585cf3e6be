/**
 * A two-way line between host and plugin. Messages arrive in order; the receiver is called asynchronously. Bytes in a message are
 * not part of its JSON: they travel beside it, one after the other, and the message says where each begins.
 */
export interface Link {
  /** In the same process: bytes are handed over as they are. */
  readonly direct: boolean;
  send(message: Message, bytes: readonly Uint8Array[]): void;
  receive(listener: (message: Message, bytes: Uint8Array) => void): void;
}

import type { WireError } from './wire.ts';

/** Everything that is said over a link. `id` numbers a call, `s` a stream, both counted by the side that made it. */
export type Message =
  | { t: 'call'; id: number; m: string; a: unknown }
  | { t: 'note'; m: string; a: unknown }
  | { t: 'ok'; id: number; v?: unknown }
  | { t: 'err'; id: number; e: WireError }
  | { t: 'abort'; id: number; e?: WireError }
  | { t: 'pull'; s: number }
  | { t: 'item'; s: number; v?: unknown; end?: boolean; e?: WireError }
  | { t: 'stop'; s: number };

export const noBytes: Uint8Array = new Uint8Array();

/** Two ends of one line in this process: `direct` passes values, `json` serializes every message as a pipe would. */
export function createPair(mode: 'direct' | 'json'): [Link, Link] {
  const listeners: ((message: Message, bytes: Uint8Array) => void)[] = [];
  const end = (mine: 0 | 1): Link => ({
    direct: mode === 'direct',
    send(message, bytes) {
      const sent = mode === 'direct' ? message : JSON.stringify(message);
      const beside = bytes.length > 0 ? new Uint8Array(Buffer.concat(bytes)) : noBytes;
      queueMicrotask(() => listeners[1 - mine]?.(typeof sent === 'string' ? JSON.parse(sent) : sent, beside));
    },
    receive(listener) {
      listeners[mine] = listener;
    },
  });
  return [end(0), end(1)];
}
