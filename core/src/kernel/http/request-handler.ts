import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parse as parseQuery } from 'node:querystring';
import { AppError, codeOf } from '../errors.ts';
import { csrfCookie } from '../security/csrf.ts';
import { checkAccess, checkForgery } from './caller-checks.ts';
import { Exchange } from './exchange.ts';
import { sessionCookie, type Authenticate, type HttpServerOptions } from './http-options.ts';
import { problemOf, retryAfterOf } from './problem.ts';
import { createProxyTrust, type Origin } from './proxy-trust.ts';
import { createRateLimits } from './rate-limits.ts';
import { checkUpload, discardBody, readJsonBody } from './request-body.ts';
import { RequestCall } from './request-call.ts';
import { logRequest, type Observed } from './request-log.ts';
import { coreOwner, type RouteEntry, type RouteTable } from './route-table.ts';
import { commonHeaders, dataPolicy } from './security-headers.ts';
import { checkResponse, undeclaredMembers, validateInput } from './validation.ts';

export interface HandlerOptions extends HttpServerOptions {
  table: RouteTable;
  stopping: AbortSignal;
  cutOff: AbortSignal;
}

/** One request from its ids to its answer: who calls, may they, is it well-formed, then the handler. */
export function createRequestHandler(
  options: HandlerOptions,
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const { table, logger, csrf, stopping } = options;
  const { basePath, publicUrl, secureCookies, trustedProxies } = options.server;
  const readOrigin = createProxyTrust(trustedProxies);
  const limits = createRateLimits(options.limits);
  const base = basePath === '/' ? '' : basePath;
  const publicHost = publicUrl === undefined ? undefined : new URL(publicUrl).host;
  const headers = [...commonHeaders, 'Content-Security-Policy', dataPolicy];

  return async function handle(request, response) {
    const startedAt = performance.now();
    const origin = readOrigin(request);
    const requestId = saneId(request.headers['x-request-id']) ?? randomUUID();
    const correlationId = saneId(request.headers['x-correlation-id']) ?? requestId;
    const facts = {
      requestId,
      correlationId,
      origin,
      basePath: base || origin.prefix,
      secureCookies: cookiesAreSecure(secureCookies, origin),
    };
    const initial = [...headers, 'X-Request-Id', requestId, 'X-Correlation-Id', correlationId];
    if (stopping.aborted) initial.push('Connection', 'close');
    const exchange = new Exchange(request, response, facts, initial);
    const observed: Observed = { exchange, startedAt, route: undefined, accountId: undefined };
    try {
      await answer(exchange, observed);
    } catch (error) {
      if (codeOf(error) === 'too_large') await discardBody(request);
      sendProblem(exchange, error, initial);
    }
    if (response.writableFinished || response.destroyed) logRequest(logger, observed);
    else response.once('close', () => logRequest(logger, observed));
  };

  async function answer(exchange: Exchange, observed: Observed): Promise<void> {
    const { request } = exchange;
    const method = request.method ?? 'GET';
    const url = request.url ?? '/';
    const mark = url.indexOf('?');
    const path = withoutBase(mark < 0 ? url : url.slice(0, mark));
    if (path === undefined) return outsideBase(exchange, url);
    const match = table.match(method, path);
    if (match.kind === 'found') {
      observed.route = match.entry.path;
      return serve(exchange, observed, match.entry, {
        params: match.params,
        search: mark < 0 ? '' : url.slice(mark + 1),
      });
    }
    const limited = limits.consume(undefined, undefined, exchange.facts.origin.address);
    if (limited) await limited;
    if (match.kind === 'method') return wrongMethod(exchange, method, match.allow);
    const isPage = (method === 'GET' || method === 'HEAD') && path !== '/api' && !path.startsWith('/api/');
    if (isPage) for (const page of options.pages ?? []) if (await page(exchange, path)) return;
    throw new AppError('not_found', `Nothing answers ${method} ${path.slice(0, 200)}.`, {
      details: { resource: 'path', identifier: path.slice(0, 200) },
    });
  }

  /** A proxy may pass the base path on or cut it off. */
  function withoutBase(path: string): string | undefined {
    if (base === '' || !(path === base || path.startsWith(`${base}/`))) {
      return base === '' || path.startsWith('/api/') || path.startsWith('/health') ? path : undefined;
    }
    return path.slice(base.length) || '/';
  }

  function outsideBase(exchange: Exchange, url: string): void {
    if (url === '/' || url.startsWith('/?')) {
      exchange.set('Location', `${base}/`);
      return exchange.sendBytes(302, undefined);
    }
    throw new AppError('not_found', `This server answers below ${base}/.`, {
      details: { resource: 'path', identifier: url.split('?', 1)[0] },
    });
  }

  async function serve(
    exchange: Exchange,
    observed: Observed,
    entry: RouteEntry,
    raw: { params: object; search: string },
  ): Promise<void> {
    const { endpoint } = entry;
    const { origin } = exchange.facts;
    const isAnonymous = endpoint.anonymous || endpoint.access === 'signed';
    const identified = isAnonymous ? undefined : identify(exchange);
    const caller = identified instanceof Promise ? await identified : identified;
    observed.accountId = caller?.accountId;
    checkForgery(exchange, caller, csrf, publicHost);
    const limited = limits.consume(endpoint, caller, origin.address);
    if (limited) await limited;
    checkAccess(endpoint, caller);
    if (caller?.sessionId && !caller.tokenScopes) offerCsrfToken(exchange, caller.sessionId);
    if (endpoint.upload) checkUpload(exchange.request, endpoint.upload);
    const body = endpoint.body ? await readJsonBody(exchange.request, options.limits.bodyBytes) : undefined;
    const query = endpoint.query ? parseQuery(raw.search, '&', '=', { maxKeys: 200 }) : undefined;
    const input = validateInput(endpoint, { params: raw.params, query: query && { ...query }, body });
    const call = new RequestCall(exchange, input, caller, () => abortSignal(exchange));
    const result: unknown = await entry.handle(call as never);
    if (!exchange.answered) respond(exchange, entry, result);
  }

  function identify(exchange: Exchange): ReturnType<Authenticate> {
    const { request, facts } = exchange;
    const bearer = bearerOf(request.headers.authorization);
    const cookie = bearer === undefined ? exchange.cookie(sessionCookie) : undefined;
    const { address, loopback } = facts.origin;
    return options.authenticate({
      token: bearer ?? cookie,
      fromCookie: cookie !== undefined,
      address,
      loopback,
      userAgent: request.headers['user-agent'] ?? '',
    });
  }

  function offerCsrfToken(exchange: Exchange, sessionId: string): void {
    if (exchange.request.headers.authorization !== undefined || exchange.cookie(csrfCookie) !== undefined) return;
    exchange.setCookie(csrfCookie, csrf.tokenFor(sessionId), { httpOnly: false });
  }

  function respond(exchange: Exchange, { endpoint, owner }: RouteEntry, result: unknown): void {
    exchange.set('Cache-Control', 'no-store');
    if (!endpoint.response) return exchange.sendBytes(exchange.chosenStatus ?? endpoint.status ?? 204, undefined);
    const isForeign = owner !== coreOwner;
    let answered = result;
    if (isForeign || options.validateResponses) {
      answered = checkResponse(endpoint, result);
      const extra = isForeign ? [] : undeclaredMembers(result, answered);
      if (extra.length > 0)
        throw new Error(
          `${endpoint.verb} answers members that its schema does not have: ${extra.slice(0, 10).join(', ')}`,
        );
    }
    exchange.sendJson(exchange.chosenStatus ?? endpoint.status ?? 200, answered);
  }

  function abortSignal({ response }: Exchange): AbortSignal {
    const left = new AbortController();
    response.once('close', () => {
      if (!response.writableFinished) left.abort(new AppError('cancelled', 'The client left.'));
    });
    return AbortSignal.any([left.signal, options.cutOff]);
  }

  function sendProblem(exchange: Exchange, error: unknown, initial: readonly string[]): void {
    const { response, request, facts } = exchange;
    const problem = problemOf(error, facts);
    if (problem.status >= 500 && problem.status !== 501 && problem.error_code !== 'cancelled') {
      const { reference } = problem;
      logger.error(
        { err: error, reference, request_id: facts.requestId, correlation_id: facts.correlationId },
        `${request.method} failed: ${problem.error_code}`,
      );
    }
    if (response.headersSent || response.destroyed) {
      response.destroy();
      return;
    }
    exchange.resetHeaders(initial);
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    exchange.set('Cache-Control', 'no-store');
    const wait = retryAfterOf(problem);
    if (wait !== undefined) exchange.set('Retry-After', String(wait));
    if (problem.error_code === 'unauthenticated') exchange.set('WWW-Authenticate', 'Bearer');
    if (problem.error_code === 'range_unsatisfiable') exchange.set('Content-Range', `bytes */${String(problem.size)}`);
    if (Array.isArray(problem.allow)) exchange.set('Allow', problem.allow.join(', '));
    // The body may be longer than anybody was willing to read.
    if (problem.status === 413) exchange.set('Connection', 'close');
    exchange.sendJson(problem.status, problem, 'application/problem+json; charset=utf-8');
  }
}

function wrongMethod(exchange: Exchange, method: string, allow: readonly string[]): void {
  const all = [...new Set([...allow, 'OPTIONS'])];
  if (method === 'OPTIONS') {
    exchange.set('Allow', all.join(', '));
    return exchange.sendBytes(204, undefined);
  }
  throw new AppError('method_not_allowed', `This path does not take ${method.slice(0, 20)}.`, {
    details: { allow: all },
  });
}

function saneId(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' && /^[A-Za-z0-9._:-]{1,64}$/.test(value) ? value : undefined;
}

function bearerOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(header)?.[1] ?? '';
}

const cookiesAreSecure = (policy: 'auto' | 'always' | 'never', origin: Origin): boolean =>
  policy === 'always' || (policy === 'auto' && origin.secure);
