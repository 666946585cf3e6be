/** A two-way line between host and plugin. Messages arrive in order; the receiver is called asynchronously. */
export interface Link {
  /** In the same process, so bytes need no text form. */
  readonly direct: boolean;
  send(message: Message): void;
  receive(listener: (message: Message) => void): void;
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

/** Two ends of one line in this process: `direct` passes values, `json` serializes every message as a pipe would. */
export function createPair(mode: 'direct' | 'json'): [Link, Link] {
  const listeners: ((message: Message) => void)[] = [];
  const end = (mine: 0 | 1): Link => ({
    direct: mode === 'direct',
    send(message) {
      const sent = mode === 'direct' ? message : JSON.stringify(message);
      queueMicrotask(() => listeners[1 - mine]?.(typeof sent === 'string' ? JSON.parse(sent) : sent));
    },
    receive(listener) {
      listeners[mine] = listener;
    },
  });
  return [end(0), end(1)];
}
