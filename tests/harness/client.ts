import type { z } from 'zod';
import type { Endpoint } from '../../core/src/kernel/http/endpoint.ts';

/** Members of an endpoint are optional, so each type comes with `undefined` beside it. */
type Out<S> = [NonNullable<S>] extends [z.ZodType] ? z.output<NonNullable<S>> : undefined;
type Given<Name extends string, S> = [NonNullable<S>] extends [never]
  ? { [K in Name]?: undefined }
  : [NonNullable<S>] extends [z.ZodType]
    ? { [K in Name]: z.input<NonNullable<S>> }
    : { [K in Name]?: undefined };
type Input<E extends Endpoint> = Given<'params', E['params']> & Given<'query', E['query']> & Given<'body', E['body']>;
/** Members that may be left out because everything in them has a default. */
type Loose<T> = {
  [K in keyof T as object extends T[K] ? never : undefined extends T[K] ? never : K]: T[K];
} & Partial<T>;

/** An answer whose body was read. */
export interface Answer<Body = unknown> {
  status: number;
  headers: Headers;
  body: Body;
}

export interface RawRequest {
  query?: Record<string, unknown>;
  body?: unknown;
  headers?: Record<string, string>;
  /** Leaves out the CSRF token, to see what happens. */
  withoutCsrf?: boolean;
}

export interface Credentials {
  name: string;
  password: string;
}

export const admin: Credentials = { name: 'admin', password: 'correct horse battery' };

/** One person at one browser: keeps cookies and the CSRF token, never follows redirects. */
export class Client {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  csrfToken: string | undefined;
  /** An API token, sent instead of cookies. */
  bearer: string | undefined;

  constructor(url: string) {
    this.url = url;
  }

  /** Creates the first account and signs in as it. */
  async setUp(credentials: Credentials & { code?: string } = admin): Promise<this> {
    return this.#enter('/api/v1/setup', credentials, 201);
  }

  async login(credentials: Credentials = admin): Promise<this> {
    return this.#enter('/api/v1/auth/login', credentials, 200);
  }

  async #enter(path: string, credentials: Credentials & { code?: string }, status: number): Promise<this> {
    const answer = await this.send('POST', path, { body: credentials });
    if (answer.status !== status)
      throw new Error(`POST ${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    this.csrfToken = (answer.body as { csrfToken: string }).csrfToken;
    return this;
  }

  /** Calls an endpoint by its contract. Throws unless it succeeds and its answer has the promised shape. */
  async call<E extends Endpoint>(contract: E, input: Loose<Input<E>>): Promise<Out<E['response']>> {
    const given = input as { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown };
    const [method = '', path = ''] = contract.verb.split(' ');
    const address = addressOf(path, given.params);
    const answer = await this.send(method, address, { query: given.query, body: given.body });
    const wanted = contract.status ?? (contract.response ? 200 : 204);
    if (answer.status !== wanted) {
      throw new Error(`${method} ${address} answered ${answer.status}, not ${wanted}: ${JSON.stringify(answer.body)}`);
    }
    return (contract.response ? contract.response.parse(answer.body) : undefined) as Out<E['response']>;
  }

  get = (path: string, request?: RawRequest): Promise<Answer> => this.send('GET', path, request);
  post = (path: string, body?: unknown, request?: RawRequest): Promise<Answer> =>
    this.send('POST', path, { ...request, body });
  put = (path: string, body?: unknown, request?: RawRequest): Promise<Answer> =>
    this.send('PUT', path, { ...request, body });
  patch = (path: string, body?: unknown, request?: RawRequest): Promise<Answer> =>
    this.send('PATCH', path, { ...request, body });
  delete = (path: string, request?: RawRequest): Promise<Answer> => this.send('DELETE', path, request);

  /** Sends to a path of this server and reads the answer, JSON where it says so, text otherwise. */
  async send(method: string, path: string, request: RawRequest = {}): Promise<Answer> {
    const answer = await this.fetch(method, path, request);
    const text = await answer.text();
    const isJson = /[/+]json\b/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: isJson && text !== '' ? JSON.parse(text) : text };
  }

  /** The raw answer, for streams and bytes. A string or bytes as body are sent as they are. */
  async fetch(method: string, path: string, { query, body, headers, withoutCsrf }: RawRequest = {}): Promise<Response> {
    const isRaw = typeof body === 'string' || body instanceof Uint8Array;
    const answer = await fetch(this.url + path + queryString(query), {
      method,
      redirect: 'manual',
      body: body === undefined ? undefined : isRaw ? (body as NonNullable<RequestInit['body']>) : JSON.stringify(body),
      headers: {
        ...(body !== undefined && !isRaw ? { 'content-type': 'application/json' } : {}),
        ...(this.bearer ? { authorization: `Bearer ${this.bearer}` } : {}),
        ...(this.cookies.size > 0 ? { cookie: this.cookieHeader() } : {}),
        ...(this.csrfToken && !withoutCsrf ? { 'x-csrf-token': this.csrfToken } : {}),
        ...headers,
      },
    });
    this.#keepCookies(answer.headers.getSetCookie());
    return answer;
  }

  cookieHeader = (): string => [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  #keepCookies(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
      const [name = '', ...value] = pair.split('=');
      const ended = attributes.some((attribute) => /^max-age=0$/i.test(attribute) || isPast(attribute));
      if (ended) this.cookies.delete(name);
      else this.cookies.set(name, value.join('='));
    }
  }
}

const isPast = (attribute: string): boolean =>
  /^expires=/i.test(attribute) && Date.parse(attribute.slice(8)) < Date.now();

function addressOf(path: string, parameters: Record<string, unknown> = {}): string {
  const filled = path.replace(/:(\w+)/g, (_, name: string) => encodeURIComponent(String(parameters[name])));
  return filled.startsWith('//') ? filled.slice(1) : `/api/v1${filled}`;
}

function queryString(query: Record<string, unknown> = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const entry of Array.isArray(value) ? value : [value]) search.append(name, String(entry));
  }
  return search.size > 0 ? `?${search}` : '';
}
