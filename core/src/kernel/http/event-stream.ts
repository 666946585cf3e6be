import type { ServerResponse } from 'node:http';
import { AppError } from '../errors.ts';
import type { EventBus, EventName, ServerEvents } from '../events/event-bus.ts';
import { route, type Caller, type Route } from './endpoint.ts';
import { streamEvents } from './events.schema.ts';

export interface EventStreamOptions {
  bus: EventBus;
  /** Streams end when it aborts. */
  stopping: AbortSignal;
  /** Open streams of one account. */
  streamsPerAccount: number;
  heartbeatMs?: number;
  /** A client that lets this much pile up has gone without saying so, and is cut off. */
  maxPendingBytes?: number;
  /** Events kept for clients that come back. */
  keptEvents?: number;
}

interface Client {
  caller: Caller;
  wantsLog: boolean;
  response: ServerResponse;
}

interface Kept {
  id: number;
  name: EventName;
  payload: ServerEvents[EventName];
  frame: string;
}

/** `GET /events`: one hub writes each event once as text and hands it to every client that may see it. */
export function eventStreamRoute(options: EventStreamOptions): Route {
  const { bus, stopping, streamsPerAccount } = options;
  const { heartbeatMs = 15_000, maxPendingBytes = 1_048_576, keptEvents = 500 } = options;
  const clients = new Set<Client>();
  const kept: Kept[] = [];
  // Ids of an earlier run of the server must not be taken for ours.
  const run = Date.now().toString(36);
  let last = 0;
  let heartbeat: NodeJS.Timeout | undefined;

  bus.onAny((name, payload) => {
    // Log lines come in floods and are only for those who look at them; nobody gets them afterwards.
    const isLog = name === 'log.line';
    if (isLog && clients.size === 0) return;
    const id = isLog ? last : ++last;
    const frame = `${isLog ? '' : `id: ${run}.${id}\n`}event: ${name}\ndata: ${JSON.stringify(payload)}\n\n`;
    const event = { id, name, payload, frame };
    if (!isLog) {
      kept.push(event);
      if (kept.length > keptEvents) kept.shift();
    }
    for (const client of clients) if (maySee(client, event)) write(client, frame);
  });
  stopping.addEventListener('abort', () => {
    clearInterval(heartbeat);
    for (const { response } of clients) response.end();
  });

  return route(streamEvents, (call) => {
    const { http, caller } = call;
    const isFull =
      [...clients].filter((client) => client.caller.accountId === caller.accountId).length >= streamsPerAccount;
    if (isFull)
      throw new AppError('rate_limited', 'Too many event streams are open for this account.', {
        details: { retry_after_seconds: 10 },
      });
    if (stopping.aborted) throw new AppError('unavailable', 'The server is stopping.');
    http.set('Content-Type', 'text/event-stream; charset=utf-8');
    http.set('Cache-Control', 'no-store');
    http.set('X-Accel-Buffering', 'no');
    http.takeOver();
    const { request, response } = http;
    const client: Client = { caller, response, wantsLog: /[?&]log=1(?:&|$)/.test(request.url ?? '') };
    response.write('retry: 2000\n\n');
    replay(client, http.header('last-event-id'));
    clients.add(client);
    heartbeat ??= setInterval(() => clients.forEach((each) => write(each, ': \n\n')), heartbeatMs).unref();
    response.once('close', () => leave(client));
  });

  function leave(client: Client): void {
    clients.delete(client);
    if (clients.size > 0) return;
    clearInterval(heartbeat);
    heartbeat = undefined;
  }

  function write(client: Client, frame: string): void {
    const { response } = client;
    if (response.writableLength > maxPendingBytes) response.destroy();
    else if (!response.destroyed && !response.writableEnded) response.write(frame);
  }

  function replay(client: Client, lastEventId: string): void {
    if (lastEventId === '') return;
    const [theirRun, number] = lastEventId.split('.');
    const seen = Number(number);
    const oldest = kept[0]?.id ?? last + 1;
    if (theirRun !== run || !Number.isInteger(seen) || seen < oldest - 1) {
      return write(client, `id: ${run}.${last}\nevent: reset\ndata: {}\n\n`);
    }
    for (const event of kept) if (event.id > seen && maySee(client, event)) write(client, event.frame);
  }
}

/** Work and play states belong to people; how the server is doing belongs to administrators. */
function maySee({ caller, wantsLog }: Client, { name, payload }: Pick<Kept, 'name' | 'payload'>): boolean {
  const isAdmin = caller.role === 'admin' && (!caller.tokenScopes || caller.tokenScopes.includes('admin'));
  switch (name) {
    case 'log.line':
      return isAdmin && wantsLog;
    case 'plugin.changed':
    case 'connection.changed':
      return isAdmin;
    case 'job.changed':
      return isAdmin || (payload as ServerEvents['job.changed']).accountId === caller.accountId;
    case 'playstate.changed':
      return (payload as ServerEvents['playstate.changed']).accountId === caller.accountId;
    default:
      return true;
  }
}
