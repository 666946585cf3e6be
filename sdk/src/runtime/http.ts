import type { Http, RequestOptions } from '../context.ts';
import type { HttpDefaults } from '../contract.ts';
import { fail, type ErrorCode } from '../errors.ts';
import { check, faultText } from '../schema.ts';
import { milliseconds } from './duration.ts';
import type { HttpAnswer, HttpRequest } from './protocol.ts';

/** What `c.http` of one call works with. */
export interface HttpSupport {
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Address, headers and pace of the connection, with the present token. */
  defaults(token: string | undefined): HttpDefaults;
  /** The connection's token; undefined where it has no login. */
  token(): Promise<string | undefined>;
  renew(stale: string): Promise<void>;
}

/** Turns one call's requests into {@link HttpRequest}s and answers into values or typed errors. */
export function createHttp(support: HttpSupport): Http {
  const send = async (request: HttpRequest): Promise<Response> => {
    const answer = await support.send(request);
    const empty = [101, 204, 205, 304].includes(answer.status) || request.method === 'HEAD';
    return new Response(empty ? null : answer.body, { status: answer.status, headers: answer.headers });
  };

  const request = async (path: string, options: RequestOptions = {}, renewed = false): Promise<Response> => {
    const token = await support.token();
    const response = await send(prepare(path, options, support.defaults(token)));
    if (response.ok || options.none?.includes(response.status)) return response;
    if (response.status === 401 && token !== undefined && !renewed) {
      await response.body?.cancel();
      await support.renew(token);
      return request(path, options, true);
    }
    return failWith(response, path);
  };

  const text = async (path: string, options: RequestOptions = {}): Promise<string> => {
    const response = await request(path, options);
    if (!response.ok) {
      await response.body?.cancel();
      return undefined as unknown as string;
    }
    return response.text();
  };

  const json = async (path: string, options: RequestOptions & { schema?: any } = {}): Promise<any> => {
    const body = await text(path, { ...options, headers: { accept: 'application/json', ...options.headers } });
    if (body === undefined || body === '') return undefined;
    const value = parse(body, path);
    if (!options.schema) return value;
    const checked = await check(options.schema, value);
    if (checked.faults) fail('unavailable', `${path} answered something unexpected: ${faultText(checked.faults)}`);
    return checked.value;
  };

  return { json, text, request: (path, options) => request(path, options), fetch: createFetch(send, support) };
}

const createFetch =
  (send: (request: HttpRequest) => Promise<Response>, support: HttpSupport): typeof fetch =>
  async (input, init) => {
    const asked = new Request(input as string, init as RequestInit);
    const { pace } = support.defaults(await support.token());
    return send({
      url: asked.url,
      method: asked.method,
      headers: Object.fromEntries(asked.headers as unknown as Iterable<[string, string]>),
      ...(asked.body && { body: asked.body as ReadableStream<Uint8Array> }),
      ...(pace && { pace: { requests: pace.requests, perMs: milliseconds(pace.per) } }),
    });
  };

function prepare(path: string, options: RequestOptions, defaults: HttpDefaults): HttpRequest {
  const base =
    defaults.base === undefined
      ? undefined
      : new URL(defaults.base.endsWith('/') ? defaults.base : `${defaults.base}/`);
  const url = addressOf(path, base);
  // what belongs to the connection, its key above all, never goes to another host
  const ours = !base || url.origin === base.origin;
  const query = { ...(ours && defaults.query), ...options.query };
  for (const [key, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(key, String(value));
  const { body, type } = bodyOf(options.body);
  const headers = { ...(type && { 'content-type': type }), ...(ours && defaults.headers), ...options.headers };
  const ttl = options.ttl ?? defaults.ttl;
  return {
    url: url.href,
    method: options.method ?? 'GET',
    headers: Object.fromEntries(
      Object.entries(headers).filter((pair): pair is [string, string] => pair[1] !== undefined),
    ),
    ...(body !== undefined && { body }),
    ...(ttl && { ttlMs: milliseconds(ttl) }),
    ...(defaults.pace && { pace: { requests: defaults.pace.requests, perMs: milliseconds(defaults.pace.per) } }),
  };
}

function addressOf(path: string, base: URL | undefined): URL {
  try {
    return new URL(path, base);
  } catch {
    return fail(
      'invalid_config',
      base ? `"${path}" is no address` : `"${path}" is relative, and this connection has no base address`,
    );
  }
}

function bodyOf(body: unknown): { body?: HttpRequest['body']; type?: string } {
  if (body === undefined || body === null) return {};
  if (typeof body === 'string' || body instanceof Uint8Array || body instanceof ReadableStream) {
    return { body: body as HttpRequest['body'] };
  }
  if (body instanceof URLSearchParams) return { body: body.toString(), type: 'application/x-www-form-urlencoded' };
  return { body: JSON.stringify(body), type: 'application/json' };
}

function parse(body: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    return fail('unavailable', `${path} answered something that is not JSON: ${body.slice(0, 60)}`, { cause });
  }
}

const codeOfStatus = (status: number): ErrorCode => {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 429) return 'rate_limited';
  return 'unavailable';
};

async function failWith(response: Response, path: string): Promise<never> {
  await response.body?.cancel();
  const code = codeOfStatus(response.status);
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  return fail(code, `${path || '/'} answered ${response.status}`, retryAfterMs === undefined ? {} : { retryAfterMs });
}

/** Seconds or an HTTP date (RFC 9110 10.2.3) → milliseconds from now. */
export function retryAfter(header: string | null): number | undefined {
  if (!header) return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, Math.ceil(ms)) : undefined;
}
