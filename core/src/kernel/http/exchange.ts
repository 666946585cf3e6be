import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { HttpExchange } from './endpoint.ts';
import type { Origin } from './proxy-trust.ts';
import type { RequestIds } from './problem.ts';

export interface ExchangeFacts extends RequestIds {
  origin: Origin;
  /** `` or `/vita`: what addresses and cookies begin with. */
  basePath: string;
  secureCookies: boolean;
}

/** One request and its answer. Headers wait here until something is sent, then go out in one piece. */
export class Exchange implements HttpExchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly facts: ExchangeFacts;
  #headers: string[];
  #status: number | undefined;
  #cookies: Record<string, string> | undefined;
  /** Something was sent, or the handler has the response for itself. */
  answered = false;

  /** @param headers names and values in turn, sent with every answer */
  constructor(request: IncomingMessage, response: ServerResponse, facts: ExchangeFacts, headers: readonly string[]) {
    this.request = request;
    this.response = response;
    this.facts = facts;
    this.#headers = [...headers];
  }

  header(name: string): string {
    const value = this.request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : (value ?? '');
  }

  cookie(name: string): string | undefined {
    this.#cookies ??= parseCookies(this.request.headers.cookie);
    return this.#cookies[name];
  }

  setCookie(name: string, value: string, options: { maxAgeMs?: number; path?: string; httpOnly?: boolean }): void {
    const { maxAgeMs, path = '/', httpOnly = true } = options;
    const parts = [`${name}=${encodeURIComponent(value)}`, `Path=${this.#cookiePath(path)}`, 'SameSite=Lax'];
    if (maxAgeMs !== undefined) parts.push(`Max-Age=${Math.max(0, Math.round(maxAgeMs / 1000))}`);
    if (httpOnly) parts.push('HttpOnly');
    if (this.facts.secureCookies) parts.push('Secure');
    this.#headers.push('Set-Cookie', parts.join('; '));
  }

  clearCookie(name: string, options: { path?: string } = {}): void {
    this.setCookie(name, '', { ...options, maxAgeMs: 0 });
  }

  /** Replaces a header that was set before. */
  set(header: string, value: string): void {
    const wanted = header.toLowerCase();
    for (let index = 0; index < this.#headers.length; index += 2) {
      if (this.#headers[index]?.toLowerCase() === wanted && wanted !== 'set-cookie') {
        this.#headers[index + 1] = value;
        return;
      }
    }
    this.#headers.push(header, value);
  }

  status(code: number): void {
    this.#status = code;
  }

  /** The status that the handler chose, if it did. */
  get chosenStatus(): number | undefined {
    return this.#status;
  }

  send(body: string | Uint8Array | NodeJS.ReadableStream): void {
    if (typeof body === 'string' || body instanceof Uint8Array) return this.sendBytes(this.#status ?? 200, body);
    this.takeOver();
    this.response.statusCode = this.#status ?? 200;
    // When either side ends early the other is destroyed: a client that leaves frees the source, and a source that fails
    // cuts the connection, the only way left to say that the body is not whole.
    pipeline(body, this.response, () => undefined);
  }

  /** The whole answer at once. */
  sendBytes(status: number, body: string | Uint8Array | undefined): void {
    this.answered = true;
    const headers = this.#headers;
    if (body !== undefined)
      headers.push('Content-Length', String(typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength));
    this.response.writeHead(status, headers);
    this.response.end(body);
  }

  sendJson(status: number, value: unknown, contentType = 'application/json; charset=utf-8'): void {
    this.#headers.push('Content-Type', contentType);
    this.sendBytes(status, JSON.stringify(value));
  }

  /** Forgets what a failed handler had set, for the error that is sent instead. */
  resetHeaders(headers: readonly string[]): void {
    this.#headers = [...headers];
  }

  takeOver(): void {
    this.answered = true;
    const { response } = this;
    if (response.headersSent) return;
    response.statusCode = this.#status ?? 200;
    for (let index = 0; index < this.#headers.length; index += 2) {
      const [name = '', value = ''] = [this.#headers[index], this.#headers[index + 1]];
      if (name === 'Set-Cookie') response.appendHeader(name, value);
      else response.setHeader(name, value);
    }
  }

  #cookiePath(path: string): string {
    const { basePath } = this.facts;
    return basePath === '' ? path : path === '/' ? basePath : basePath + path;
  }
}

function parseCookies(header: string | undefined): Record<string, string> {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  if (!header) return cookies;
  for (const part of header.split(';', 100)) {
    const equals = part.indexOf('=');
    if (equals < 1) continue;
    const name = part.slice(0, equals).trim();
    if (name in cookies) continue;
    const raw = part
      .slice(equals + 1)
      .trim()
      .replace(/^"(.*)"$/, '$1');
    cookies[name] = raw.includes('%') ? decoded(raw) : raw;
  }
  return cookies;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (malformed) {
    if (malformed instanceof URIError) return text;
    throw malformed;
  }
}
