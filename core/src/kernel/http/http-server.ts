import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import Koa from 'koa';
import { AppError } from '../errors.ts';
import type { Route } from './endpoint.ts';
import type { HttpServerOptions } from './http-options.ts';
import { createRequestHandler } from './request-handler.ts';
import { coreOwner, RouteTable } from './route-table.ts';

export interface HttpServer {
  /** @throws AppError `unavailable` when the address is taken or not ours */
  listen(): Promise<{ url: string; port: number }>;
  /** Stops accepting, lets running requests finish for `graceMs`, then cuts them off. */
  close(options: { graceMs: number }): Promise<void>;
  /** Aborts when `close` is called; event streams end with it. */
  readonly stopping: AbortSignal;
  /** Routes of a plugin, below `/api/v1/plugins/<owner>`. */
  addRoutes(owner: string, routes: readonly Route[]): void;
  removeRoutes(owner: string): void;
  readonly table: RouteTable;
  /** Koa's request listener, for a server of one's own. */
  callback(): (request: IncomingMessage, response: ServerResponse) => void;
}

const clientGone = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

export function createHttpServer(options: HttpServerOptions): HttpServer {
  const { logger } = options;
  const table = new RouteTable();
  table.add(coreOwner, options.routes);
  const stopping = new AbortController();
  const cutOff = new AbortController();
  const handle = createRequestHandler({ ...options, table, stopping: stopping.signal, cutOff: cutOff.signal });
  const app = new Koa();
  app.on('error', (error: NodeJS.ErrnoException) => {
    const isClientGone = clientGone.has(error.code ?? '');
    logger[isClientGone ? 'debug' : 'error']({ err: error }, 'A response was cut off');
  });
  app.use(async (context) => {
    context.respond = false;
    await handle(context.req, context.res);
  });
  const callback = app.callback();
  const server = createServer(
    { keepAliveTimeout: 72_000, headersTimeout: 30_000, noDelay: true },
    (request, response) => void callback(request, response),
  );
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return {
    listen: () => listen(server, options.server),
    async close({ graceMs }) {
      stopping.abort();
      await closeServer(server, graceMs, cutOff);
    },
    stopping: stopping.signal,
    addRoutes: (owner, routes) => table.add(owner, routes),
    removeRoutes: (owner) => table.remove(owner),
    table,
    callback: () => (request, response) => void callback(request, response),
  };
}

function listen(
  server: Server,
  { host, port, basePath }: HttpServerOptions['server'],
): Promise<{ url: string; port: number }> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(listenFailed(cause, host, port)));
    server.listen(port, host, () => {
      const actual = (server.address() as AddressInfo).port;
      const shown =
        host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '[::1]' : host.includes(':') ? `[${host}]` : host;
      resolve({ url: `http://${shown}:${actual}${basePath === '/' ? '' : basePath}`, port: actual });
    });
  });
}

function listenFailed(cause: NodeJS.ErrnoException, host: string, port: number): AppError {
  const reasons: Record<string, [string, string]> = {
    EADDRINUSE: ['the port is taken', 'Stop what uses it, or set server.port to another one.'],
    EADDRNOTAVAIL: ['this machine does not have the address', 'Set server.host to an address of this machine.'],
    EACCES: ['the system does not allow it', 'Choose a port above 1023.'],
  };
  const [reason, fix] = reasons[cause.code ?? ''] ?? [cause.message, 'Check server.host and server.port.'];
  return new AppError('unavailable', `The server cannot listen on ${host}:${port}: ${reason}.`, { cause, fix });
}

async function closeServer(server: Server, graceMs: number, cutOff: AbortController): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const timer = setTimeout(() => {
    cutOff.abort(new AppError('cancelled', 'The server is stopping.'));
    server.closeAllConnections();
  }, graceMs);
  // Connections that were busy just now are kept open by their clients, and would be waited for in vain.
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
