import createClient, { type Client, type Middleware } from 'openapi-fetch';
import { ApiError, type Problem } from './problem.ts';
import type { paths } from './schema.d.ts';

export type Api = Client<paths>;

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
const csrfHeader = 'x-csrf-token';
const csrfCookie = 'vitascope_csrf';

export interface ApiOptions {
  /** Path the app is served under, without a slash at the end. */
  base: string;
  csrf: CsrfToken;
  /** Called when the session is over and could not be renewed. */
  onSignedOut?: () => void;
}

/** The CSRF token of the session: told by sign-in and `me`, kept in a cookie by the server besides. */
export class CsrfToken {
  value: string | undefined;

  /** A session left its cookie in this browser; it may have ended since. Its own cookies are hidden from scripts. */
  static isKept(cookies: string): boolean {
    return cookies.split('; ').some((cookie) => cookie.startsWith(`${csrfCookie}=`));
  }

  /** What `document.cookie` is set to once a session has ended, so that nobody asks for it again. */
  static forgotten(path: string): string {
    return `${csrfCookie}=; Path=${path}; Max-Age=0`;
  }

  /** Headers for a request that changes something and does not go through the client, such as an upload. */
  headers(): Record<string, string> {
    return this.value ? { [csrfHeader]: this.value } : {};
  }
}

/**
 * The typed client of `/api/v1`. State-changing calls carry the CSRF token; a 401 renews the session once and repeats
 * the call.
 */
export function createApi({ base, csrf, onSignedOut }: ApiOptions): Api {
  const api = createClient<paths>({ baseUrl: base, fetch: renewingFetch(base, csrf, onSignedOut) });
  api.use(csrfMiddleware(csrf));
  return api;
}

const csrfMiddleware = (csrf: CsrfToken): Middleware => ({
  onRequest({ request }) {
    if (safeMethods.has(request.method) || !csrf.value) return undefined;
    request.headers.set(csrfHeader, csrf.value);
    return request;
  },
});

function renewingFetch(base: string, csrf: CsrfToken, onSignedOut?: () => void) {
  let renewal: Promise<boolean> | undefined;
  const renew = () => (renewal ??= renewSession(base, csrf).finally(() => (renewal = undefined)));

  return async (request: Request): Promise<Response> => {
    const again = request.clone();
    const response = await reach(request);
    if (response.status !== 401 || isSignIn(request.url)) return response;
    if (!(await renew())) {
      onSignedOut?.();
      return response;
    }
    if (!safeMethods.has(again.method) && csrf.value) again.headers.set(csrfHeader, csrf.value);
    return reach(again);
  };
}

const isSignIn = (url: string) => /\/api\/v1\/(auth\/(login|register|refresh)|setup)$/.test(new URL(url).pathname);

const refusals = new Set([401, 403]);

/** False when the session has ended; throws {@link ApiError} when nobody could tell: it may go on as soon as somebody can. */
async function renewSession(base: string, csrf: CsrfToken): Promise<boolean> {
  const request = new Request(`${base}/api/v1/auth/refresh`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...csrf.headers() },
    body: '{}',
  });
  const response = await reach(request);
  if (refusals.has(response.status)) return false;
  await assertOk(response);
  const body = (await response.json()) as { csrfToken?: string };
  csrf.value = body.csrfToken ?? csrf.value;
  return true;
}

async function reach(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (cause) {
    if (request.signal.aborted) throw cause;
    throw new ApiError({ status: 0, error_code: 'unreachable' }, cause);
  }
}

type Outcome<T> = { data?: T; error?: unknown; response: Response };

/** Awaits a call of the client and gives its data; throws {@link ApiError} when the server refused. */
export async function ok<T>(call: Promise<Outcome<T>>): Promise<NonNullable<T>> {
  const { data, error, response } = await call;
  if (!response.ok) throw new ApiError(toProblem(response, error));
  return data as NonNullable<T>;
}

/** Reads the problem out of a plain `fetch` response and throws it. */
export async function assertOk(response: Response): Promise<Response> {
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => undefined);
  throw new ApiError(toProblem(response, body));
}

function toProblem(response: Response, body: unknown): Problem {
  const known = typeof body === 'object' && body !== null ? (body as Partial<Problem>) : {};
  return { reference: response.headers.get('x-request-id') ?? undefined, ...known, status: response.status };
}
