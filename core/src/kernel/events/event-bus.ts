/** Facts that happened, for the parts of the server and, through server-sent events, for browsers. Kinds and payloads: */
export interface ServerEvents {
  'job.changed': {
    id: string;
    name: string;
    state: string;
    done: number;
    total: number | null;
    note: string;
    accountId: string | null;
  };
  /** `underway`: more is to come at once, and kept answers may lag a little behind. */
  'library.changed': { libraryId: number; itemIds: number[]; underway?: boolean };
  'item.changed': { itemId: number };
  'playstate.changed': { accountId: string; itemId: number };
  'plugin.changed': { id: string; state: string };
  'connection.changed': { id: string; state: string };
  'ui.changed': Record<string, never>;
  'log.line': { time: number; level: string; message: string; [key: string]: unknown };
}

export type EventName = keyof ServerEvents;

export interface EventBus {
  emit<K extends EventName>(name: K, payload: ServerEvents[K]): void;
  /** Returns the way to stop listening. A listener that throws is logged and does not stop the others. */
  on<K extends EventName>(name: K, listener: (payload: ServerEvents[K]) => void): () => void;
  /** Every event, for the SSE endpoint. */
  onAny(listener: (name: EventName, payload: ServerEvents[EventName]) => void): () => void;
}
