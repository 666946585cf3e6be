import type { Client } from '../harness/client.ts';

export interface ServerEvent {
  id: string;
  name: string;
  data: Record<string, unknown>;
}

/** An open `GET /events`. */
export interface EventReader {
  readonly status: number;
  readonly headers: Headers;
  /** All events so far. */
  readonly seen: readonly ServerEvent[];
  /** Resolves with the first event, past or to come, that `wanted` is true for. */
  until(wanted: (event: ServerEvent) => boolean, withinMs?: number): Promise<ServerEvent>;
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

/** @param path with a base path or a query where one is wanted */
export async function openEvents(
  client: Client,
  { path = '/api/v1/events', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<EventReader> {
  const leave = new AbortController();
  const answer = await fetch(client.url + path, {
    signal: leave.signal,
    headers: { cookie: client.cookieHeader(), accept: 'text/event-stream', ...headers },
  });
  const seen: ServerEvent[] = [];
  const listeners = new Set<(event: ServerEvent) => void>();
  const ended = read(answer, (event) => {
    seen.push(event);
    for (const listener of listeners) listener(event);
  }).catch((error: unknown) => {
    if (!leave.signal.aborted) throw error;
  });
  return {
    status: answer.status,
    headers: answer.headers,
    seen,
    ended,
    until(wanted, withinMs = 20_000) {
      const earlier = seen.find(wanted);
      if (earlier) return Promise.resolve(earlier);
      return new Promise((resolve, reject) => {
        const listener = (event: ServerEvent): void => {
          if (!wanted(event)) return;
          clearTimeout(timer);
          listeners.delete(listener);
          resolve(event);
        };
        const names = (): string => JSON.stringify(seen.slice(-5));
        const timer = setTimeout(
          () => reject(new Error(`No such event came within ${withinMs} ms; the last ones were ${names()}`)),
          withinMs,
        );
        listeners.add(listener);
      });
    },
    close: () => leave.abort(),
  };
}

async function read(answer: Response, onEvent: (event: ServerEvent) => void): Promise<void> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of answer.body ?? []) {
    rest += decoder.decode(chunk as Uint8Array, { stream: true });
    const blocks = rest.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(
        block.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
      );
      const data = fields.get('data');
      if (data === undefined) continue;
      onEvent({
        id: fields.get('id') ?? '',
        name: fields.get('event') ?? '',
        data: JSON.parse(data) as ServerEvent['data'],
      });
    }
  }
}
