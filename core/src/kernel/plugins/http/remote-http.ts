import { finished, Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import got, { type Options, type Request, type Response } from 'got';
import { retryAfter, type HttpAnswer, type HttpRequest } from '@vitascope/sdk/runtime';
import { AppError, codeOf } from '../../errors.ts';
import type { Logger } from '../../log/logger.ts';
import { guardedLookup, guardHost, hostOf, type AddressRules } from './address-guard.ts';
import { AnswerCache } from './answer-cache.ts';
import type { HostLimiter } from './host-limiter.ts';

/** Who sends a request: what it may reach, what must not reach the log. */
export interface Sender {
  pluginId: string;
  connectionId?: string;
  rules: AddressRules;
  /** Secret values, struck out of what is logged. */
  secrets: readonly string[];
  requestId: string;
}

const retries = 2;
const longestRetryMs = 30_000;
const retried = new Set([429, 502, 503, 504]);
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** The one door through which plugins reach the network: limits, retries, the address guard, the cache and the log line are here. */
export class RemoteHttp {
  readonly #limiter: HostLimiter;
  readonly #logger: Logger;
  readonly #cache = new AnswerCache();
  readonly #userAgent: string;

  constructor(options: { limiter: HostLimiter; logger: Logger; userAgent: string }) {
    this.#limiter = options.limiter;
    this.#logger = options.logger;
    this.#userAgent = options.userAgent;
  }

  /** @throws AppError `forbidden` for an address out of bounds, `unavailable` when no answer came */
  async send(request: HttpRequest, sender: Sender, signal: AbortSignal): Promise<HttpAnswer> {
    const url = new URL(request.url);
    guardHost(url, sender.rules);
    const isCacheable = request.method === 'GET' && request.ttlMs;
    if (!isCacheable) return this.#attempt(request, { url, sender, signal });
    const key = AnswerCache.keyOf(sender.connectionId ?? sender.pluginId, request);
    return this.#cache.get(key, request.ttlMs!, () => this.#attempt(request, { url, sender, signal }));
  }

  /** Forgets what was kept for a connection or plugin. */
  forget(owner: string): void {
    this.#cache.forget(owner);
  }

  async #attempt(request: HttpRequest, o: { url: URL; sender: Sender; signal: AbortSignal }): Promise<HttpAnswer> {
    const isStream = request.body instanceof ReadableStream;
    for (let attempt = 0; ; attempt++) {
      const mayRetry = !isStream && attempt < retries;
      try {
        const answer = await this.#sendOnce(request, o);
        const after = retryAfter(answer.headers['retry-after'] ?? null);
        if (answer.status === 429) this.#limiter.rest(o.url.host, after ?? 1000);
        const isSafe = answer.status === 429 || safeMethods.has(request.method);
        const pause = after ?? 500 * 2 ** attempt;
        if (!mayRetry || !isSafe || !retried.has(answer.status) || pause > longestRetryMs) return answer;
        await answer.body?.cancel();
        await wait(pause, undefined, { signal: o.signal });
      } catch (error) {
        o.signal.throwIfAborted();
        if (!mayRetry || !safeMethods.has(request.method) || codeOf(error) !== 'unavailable') throw error;
        await wait(250 * 2 ** attempt, undefined, { signal: o.signal });
      }
    }
  }

  async #sendOnce(request: HttpRequest, o: { url: URL; sender: Sender; signal: AbortSignal }): Promise<HttpAnswer> {
    const leave = await this.#limiter.enter(o.url.host, request.pace, o.signal);
    const started = performance.now();
    try {
      const { response, stream } = await this.#open(request, o);
      this.#logLine(request, o, { status: response.statusCode, started });
      // A GET's writing side stays open, so that the stream never closes by itself.
      finished(stream as unknown as Readable, { writable: false }, leave);
      return { status: response.statusCode, headers: headersOf(response), body: bodyOf(stream) };
    } catch (error) {
      leave();
      o.signal.throwIfAborted();
      this.#logLine(request, o, { status: 0, started });
      throw unanswered(error, o.url);
    }
  }

  #open(
    request: HttpRequest,
    { url, sender, signal }: { url: URL; sender: Sender; signal: AbortSignal },
  ): Promise<{ response: Response; stream: Request }> {
    const { body } = request;
    const options = {
      method: request.method as 'GET',
      headers: { 'user-agent': this.#userAgent, ...request.headers },
      ...(body !== undefined && !(body instanceof ReadableStream) && { body: body as string }),
      throwHttpErrors: false,
      retry: { limit: 0 },
      timeout: { lookup: 5000, connect: 10_000, response: 60_000 },
      dnsLookup: guardedLookup(sender.rules),
      maxRedirects: 5,
      signal,
      hooks: { beforeRedirect: [(next: Options) => guardHost(new URL(String(next.url)), sender.rules)] },
    };
    const stream = got.stream(url, options as never) as unknown as Request;
    return new Promise((resolve, reject) => {
      stream.once('response', (response: Response) => resolve({ response, stream }));
      stream.once('error', reject);
      if (body instanceof ReadableStream)
        Readable.fromWeb(body as never).pipe(stream as unknown as NodeJS.WritableStream);
      // a request without a body is sent once its writing side is closed
      else if (body === undefined && !['GET', 'HEAD'].includes(request.method)) stream.end();
    });
  }

  #logLine(request: HttpRequest, o: { url: URL; sender: Sender }, r: { status: number; started: number }): void {
    const { sender, url } = o;
    this.#logger.info(
      {
        plugin: sender.pluginId,
        connection: sender.connectionId,
        request_id: sender.requestId,
        method: request.method,
        host: url.host,
        path: withoutSecrets(url.pathname, sender.secrets),
        status: r.status,
        ms: Math.round(performance.now() - r.started),
      },
      'Remote request',
    );
  }
}

/** The path alone, without secrets that some services put into it. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce(
    (t, secret) =>
      secret.length < 4 ? t : t.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]'),
    text,
  );
}

const headersOf = ({ headers }: Response): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers as Record<string, string | string[] | undefined>)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value!]),
  );

const bodyOf = (stream: Request): ReadableStream<Uint8Array> =>
  Readable.toWeb(stream as unknown as Readable) as unknown as ReadableStream<Uint8Array>;

function unanswered(error: unknown, url: URL): AppError {
  const cause = (error as { cause?: unknown }).cause;
  for (const e of [error, cause]) if (codeOf(e) === 'forbidden') return e as AppError;
  const { code, message } = error as NodeJS.ErrnoException;
  return new AppError('unavailable', `${hostOf(url)} does not answer (${code ?? message}).`, { cause: error });
}
