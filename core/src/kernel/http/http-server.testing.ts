import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { silentLogger } from '../log/logger.ts';
import { createCsrf, type Csrf } from '../security/csrf.ts';
import { secretKeyFrom } from '../security/secret-key.ts';
import type { Caller, Route } from './endpoint.ts';
import type { HttpServerOptions } from './http-options.ts';
import { createHttpServer, type HttpServer } from './http-server.ts';

export const testKey = secretKeyFrom(Buffer.alloc(32, 7));

const caller = (accountId: string, role: Caller['role'], more: Partial<Caller> = {}): Caller => ({
  accountId,
  name: accountId,
  role,
  locale: 'en',
  timeZone: 'UTC',
  ...more,
});
/** Token → caller, for tests of the http layer without accounts. */
export const testCallers: Readonly<Record<string, Caller>> = {
  anna: caller('anna', 'admin', { sessionId: 'session-anna' }),
  ben: caller('ben', 'user', { sessionId: 'session-ben' }),
  'token-read': caller('ben', 'user', { tokenScopes: ['read'] }),
  'token-write': caller('ben', 'user', { tokenScopes: ['write'] }),
  'token-playback': caller('ben', 'user', { tokenScopes: ['playback'] }),
  'token-admin': caller('anna', 'admin', { tokenScopes: ['admin'] }),
};

export interface TestServer extends HttpServer {
  url: string;
  port: number;
  csrf: Csrf;
  ask(path: string, options?: AskOptions): Promise<Answer>;
}

export interface AskOptions {
  method?: string;
  headers?: Record<string, string | string[]>;
  body?: string | Buffer;
  json?: unknown;
  /** Session cookie of a test caller, with its CSRF token unless `csrf` says otherwise. */
  as?: string;
  csrf?: false | string;
}

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look at members of any shape
  json: any;
}

type TestOptions = Partial<Omit<HttpServerOptions, 'server' | 'limits'>> & {
  server?: Partial<HttpServerOptions['server']>;
  limits?: Partial<HttpServerOptions['limits']>;
};

/** A server on a free loopback port, and a way to ask it with any header at all. */
export async function startTestServer(routes: readonly Route[], options: TestOptions = {}): Promise<TestServer> {
  const csrf = createCsrf(testKey);
  const server = createHttpServer({
    routes,
    csrf,
    logger: silentLogger(),
    validateResponses: true,
    authenticate: ({ token }) => (token === undefined ? undefined : testCallers[token]),
    ...options,
    server: { host: '127.0.0.1', port: 0, basePath: '/', trustedProxies: [], secureCookies: 'auto', ...options.server },
    limits: { requestsPerMinute: 0, authPerMinute: 0, heavyPerMinute: 0, bodyBytes: 1_048_576, ...options.limits },
  });
  const { port, url } = await server.listen();
  return {
    ...server,
    stopping: server.stopping,
    url,
    port,
    csrf,
    ask: (path, asked = {}) => ask(port, path, withSession(asked, csrf)),
  };
}

function withSession(options: AskOptions, csrf: Csrf): AskOptions {
  const headers: Record<string, string | string[]> = { ...options.headers };
  if (options.as !== undefined) headers.cookie = `vitascope_session=${options.as}`;
  const sessionId = options.as === undefined ? undefined : testCallers[options.as]?.sessionId;
  if (sessionId && options.csrf !== false) headers['x-csrf-token'] = options.csrf ?? csrf.tokenFor(sessionId);
  if (options.json !== undefined) headers['content-type'] = 'application/json';
  return { ...options, headers, body: options.json === undefined ? options.body : JSON.stringify(options.json) };
}

function ask(port: number, path: string, { method = 'GET', headers, body }: AskOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ port, host: '127.0.0.1', path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = response.headers['content-type']?.includes('json') ?? false;
        const json: unknown = isJson && text !== '' ? JSON.parse(text) : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** Writes these bytes to a fresh connection and collects what comes back until it closes. */
export function askRaw(port: number, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    let received = '';
    socket.on('data', (chunk) => (received += chunk.toString()));
    socket.once('close', () => resolve(received));
    socket.once('error', reject);
  });
}
