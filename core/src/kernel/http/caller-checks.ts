import { AppError } from '../errors.ts';
import { csrfCookie, csrfHeader, type Csrf } from '../security/csrf.ts';
import type { Caller, Endpoint } from './endpoint.ts';
import type { Exchange } from './exchange.ts';

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses changes that a foreign page asked a browser for. Callers who prove themselves in a header need no such
 * protection: no page can make a browser send one.
 * @param publicHost host of the configured public address
 * @throws AppError `csrf_failed`
 */
export function checkForgery(
  exchange: Exchange,
  caller: Caller | undefined,
  csrf: Csrf,
  publicHost: string | undefined,
): void {
  const { request } = exchange;
  if (safeMethods.has(request.method ?? '')) return;
  if (request.headers.authorization !== undefined) return;
  if (caller?.sessionId && !caller.tokenScopes) checkToken(exchange, caller.sessionId, csrf);
  checkSite(exchange, publicHost);
}

function checkToken(exchange: Exchange, sessionId: string, csrf: Csrf): void {
  const token = exchange.header(csrfHeader);
  if (token !== '' && csrf.matches(sessionId, token)) return;
  const problem = token === '' ? 'The CSRF token is missing.' : 'The CSRF token is not of this session.';
  throw new AppError('csrf_failed', problem, {
    fix: `Send the value of the cookie ${csrfCookie} in the header ${csrfHeader}.`,
  });
}

function checkSite(exchange: Exchange, publicHost: string | undefined): void {
  const { host, rebound } = exchange.facts.origin;
  if (rebound && host !== publicHost) throw foreign(`a page under the name ${host}`);
  const site = exchange.header('sec-fetch-site');
  // The browser itself says that the page is ours, also where a proxy changed the Host header.
  if (site === 'same-origin') return;
  const origin = exchange.header('origin');
  if (origin !== '') {
    // Ports are left out: proxies often drop them, and cookies do not know them either.
    const from = URL.canParse(origin) ? new URL(origin).hostname : 'null';
    if (from === hostname(host) || (publicHost !== undefined && from === hostname(publicHost))) return;
    throw foreign(`a page of ${from}`);
  }
  if (site === 'cross-site' || site === 'same-site') throw foreign('another site');
}

const hostname = (host: string): string => host.toLowerCase().replace(/:\d+$/, '');

const foreign = (who: string): AppError =>
  new AppError('csrf_failed', `The change was asked for by ${who}.`, {
    fix: 'Behind a reverse proxy, pass the Host header on, or set server.publicUrl and server.trustedProxies.',
  });

/** @throws AppError `unauthenticated`, `forbidden` */
export function checkAccess(endpoint: Endpoint, caller: Caller | undefined): void {
  const { access } = endpoint;
  if (access === 'public' || access === 'signed') return;
  if (!caller || (caller.role === 'guest' && access !== 'guest')) {
    throw new AppError('unauthenticated', 'This needs an account.', { fix: 'Sign in.' });
  }
  if (access === 'admin' && caller.role !== 'admin') {
    throw new AppError('forbidden', 'Only an administrator may do this.');
  }
  if (caller.tokenScopes) checkScope(endpoint, caller.tokenScopes);
}

/** The scope an API token needs: told by the endpoint, else by who may call it and what it does. */
export function scopeOf(endpoint: Endpoint): string {
  if (endpoint.scope) return endpoint.scope;
  if (endpoint.access === 'admin') return 'admin';
  return endpoint.verb.startsWith('GET ') ? 'read' : 'write';
}

/** `admin` covers everything, `write` covers `read` and `playback`. */
function checkScope(endpoint: Endpoint, scopes: readonly string[]): void {
  const needed = scopeOf(endpoint);
  const isCovered =
    scopes.includes(needed) || scopes.includes('admin') || (needed !== 'admin' && scopes.includes('write'));
  if (isCovered) return;
  throw new AppError('forbidden', `This API token has no scope "${needed}".`, {
    details: { scope: needed },
    fix: `Make a token with the scope "${needed}".`,
  });
}
