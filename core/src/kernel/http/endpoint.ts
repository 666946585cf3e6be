import type { z } from 'zod';

/**
 * Who may call an endpoint.
 * - `public`: anybody.
 * - `guest`: a signed-in account, or the guest of a demo server on loopback.
 * - `user`: a signed-in account.
 * - `admin`: a signed-in administrator.
 * - `signed`: the bearer of a signed address (media bytes).
 */
export type Access = 'public' | 'guest' | 'user' | 'admin' | 'signed';

export type Verb = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`;

type Shape = z.ZodType | undefined;

/** What an endpoint promises, as data: the OpenAPI document is made from it without running a handler. */
export interface Endpoint<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Response extends Shape = Shape,
> {
  /** Method and path below `/api/v1`, for example `GET /media/:id`. A path that starts with `//` is absolute: `GET //health`. */
  verb: Verb;
  /** Groups it in the API reference. */
  tag: string;
  summary: string;
  description?: string;
  access: Access;
  /** Never looks at who calls, so that it answers even when accounts cannot be read: `findCaller()` finds nobody. */
  anonymous?: boolean;
  params?: Params;
  query?: Query;
  /** JSON body. Absent: none is read. */
  body?: Body;
  /** JSON answer. Absent: 204, or the handler answers through the raw response (`raw`). */
  response?: Response;
  /** Status of success; 200 with a response, 204 without. */
  status?: number;
  /** The handler writes bytes, a redirect or an event stream itself; the text describes what. */
  raw?: { contentType: string; description: string };
  /** Reads the request body itself (uploads), at most this many bytes. */
  upload?: { contentType: string; maxBytes: number };
  /** A stricter bucket than the general one. */
  limit?: 'auth' | 'heavy';
  /** Further paths that answer the same, as `verb` has them: a seed's own names. */
  aliases?: readonly Verb[];
  /** Scope an API token needs; `read` for GET and `write` for the rest unless told. */
  scope?: string;
}

/** Types an endpoint; the object itself is inert. */
export const endpoint = <
  const Params extends Shape = undefined,
  const Query extends Shape = undefined,
  const Body extends Shape = undefined,
  const Response extends Shape = undefined,
>(
  definition: Endpoint<Params, Query, Body, Response>,
): Endpoint<Params, Query, Body, Response> => definition;

/** An optional member's own schema. */
type Given<S> = Exclude<S, undefined>;
type Out<S> = [Given<S>] extends [never] ? undefined : Given<S> extends z.ZodType ? z.output<Given<S>> : undefined;
type In<S> = [Given<S>] extends [never] ? void : Given<S> extends z.ZodType ? z.input<Given<S>> : void;

/** The caller of a request, resolved from session cookie, bearer token or demo guest. */
export interface Caller {
  accountId: string;
  name: string;
  role: 'admin' | 'user' | 'guest';
  locale: string;
  timeZone: string;
  /** Set when a session cookie or bearer session was used. */
  sessionId?: string;
  /** Set when an API token was used. */
  tokenScopes?: readonly string[];
}

/** What a handler gets. `caller` is there whenever the endpoint's access asks for one. */
export interface Call<E extends Endpoint = Endpoint> {
  params: Out<E['params']>;
  query: Out<E['query']>;
  body: Out<E['body']>;
  /** Throws `unauthenticated` when nobody is signed in. */
  caller: Caller;
  findCaller(): Caller | undefined;
  signal: AbortSignal;
  requestId: string;
  /** Client address, through trusted proxies. */
  address: string;
  /** Absolute origin and base path the client used, e.g. `https://tv.example/vita`. */
  origin: string;
  secure: boolean;
  /** The client sits on this machine: nothing was forwarded, and it called the server by a loopback name. */
  local: boolean;
  /** Raw exchange, for `raw` and `upload` endpoints and for cookies. */
  http: HttpExchange;
}

/** The little of an HTTP exchange that a handler outside http may touch. */
export interface HttpExchange {
  header(name: string): string;
  cookie(name: string): string | undefined;
  setCookie(name: string, value: string, options: { maxAgeMs?: number; path?: string; httpOnly?: boolean }): void;
  clearCookie(name: string, options?: { path?: string }): void;
  set(header: string, value: string): void;
  status(code: number): void;
  /** Sends these bytes or this stream and ends. */
  send(body: string | Uint8Array | NodeJS.ReadableStream): void;
  request: import('node:http').IncomingMessage;
  response: import('node:http').ServerResponse;
  /** The handler takes over the socket; nothing else is written. */
  takeOver(): void;
}

export type Handler<E extends Endpoint> = (call: Call<E>) => Promise<In<E['response']>> | In<E['response']>;

export interface Route {
  endpoint: Endpoint;
  handle: Handler<Endpoint>;
}

/** Joins a promise and the code that keeps it. */
export const route = <E extends Endpoint>(contract: E, handle: Handler<E>): Route => ({
  endpoint: contract,
  handle: handle as unknown as Handler<Endpoint>,
});
