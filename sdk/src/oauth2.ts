import { fail } from './errors.ts';
import type { Login, LoginStep, Tokens } from './login.ts';
import type { Conn } from './context.ts';
import type { Out, Schema } from './schema.ts';

/** The addresses of an OAuth 2 service and the app that signs in there. */
export interface OAuth2<S extends Schema> {
  /** The provider's settings schema: it types `app`. */
  settings: S;
  app(settings: Out<S>): { clientId: string; clientSecret?: string };
  /** Token endpoint. */
  token: string;
  /** Device authorization endpoint (RFC 8628); used when there is no redirect address. */
  device?: string;
  /** Authorization endpoint (RFC 6749, code with PKCE). */
  authorize?: string;
  scope?: string;
}

interface TokenAnswer {
  access_token?: string;
  refresh_token?: string;
  expires_in?: number;
  error?: string;
  error_description?: string;
}

const tokensOf = (answer: TokenAnswer, before?: Tokens): Tokens => ({
  access: answer.access_token ?? fail('unavailable', 'The service sent no access token'),
  refresh: answer.refresh_token ?? before?.refresh,
  expiresAt: answer.expires_in ? new Date(Date.now() + answer.expires_in * 1000).toISOString() : undefined,
});

/**
 * Device code and authorization code for services that follow the book: RFC 6749, RFC 7636 (PKCE) and RFC 8628.
 *
 * @example
 * ```ts
 * import { oauth2, secret, z } from '@vitascope/sdk';
 * const settings = z.object({ clientId: z.string(), clientSecret: secret() });
 * export const login = oauth2({
 *   settings,
 *   app: (s) => ({ clientId: s.clientId, clientSecret: s.clientSecret }),
 *   device: 'https://accounts.example/device',
 *   token: 'https://accounts.example/token',
 * });
 * ```
 */
export function oauth2<S extends Schema>(options: OAuth2<S>): Login<S> {
  const ask = (c: Conn<S>, grant: Record<string, string | undefined>, none: readonly number[] = []) => {
    const { clientId, clientSecret } = options.app(c.settings);
    const form = { client_id: clientId, client_secret: clientSecret, ...grant };
    const given = Object.entries(form).filter((pair): pair is [string, string] => pair[1] !== undefined);
    return c.http.request(options.token, { method: 'POST', body: new URLSearchParams(given), none });
  };
  return {
    begin: (c, { redirectUri }) =>
      redirectUri && options.authorize ? beginCode(options, c, redirectUri) : beginDevice(options, c),
    async next(c, state, { query }) {
      if (query) {
        if (query.state !== state.state) fail('auth', 'The answer belongs to another sign-in; start again');
        if (!query.code) fail('auth', query.error_description ?? query.error ?? 'The service refused to sign you in');
        const grant = {
          grant_type: 'authorization_code',
          code: query.code,
          redirect_uri: state.redirectUri,
          code_verifier: state.verifier,
        };
        return { tokens: tokensOf(await read(ask(c, grant))) };
      }
      const grant = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: state.deviceCode };
      const answer = await read(ask(c, grant, [400, 401, 403, 428]));
      if (!answer.error) return { tokens: tokensOf(answer) };
      if (answer.error === 'authorization_pending') return { state, pollMs: state.pollMs };
      // RFC 8628 3.5: each slow_down adds five seconds for good
      if (answer.error === 'slow_down')
        return { state: { ...state, pollMs: state.pollMs + 5000 }, pollMs: state.pollMs + 5000 };
      return fail(
        'auth',
        answer.error_description ?? `The service refused to sign you in (${answer.error}); start again`,
      );
    },
    async refresh(c, tokens) {
      if (!tokens.refresh) fail('auth', 'The sign-in has expired and cannot be renewed; sign in again');
      return tokensOf(await read(ask(c, { grant_type: 'refresh_token', refresh_token: tokens.refresh })), tokens);
    },
  };
}

async function beginDevice<S extends Schema>(options: OAuth2<S>, c: Conn<S>): Promise<LoginStep> {
  const address = options.device ?? fail('invalid_config', 'This service needs a redirect address to sign in');
  const form = { client_id: options.app(c.settings).clientId, ...(options.scope && { scope: options.scope }) };
  const d = await c.http.json(address, { method: 'POST', body: new URLSearchParams(form) });
  const pollMs = (d.interval ?? 5) * 1000;
  return {
    state: { deviceCode: d.device_code, pollMs },
    show: { code: d.user_code, url: d.verification_uri_complete ?? d.verification_uri ?? d.verification_url },
    pollMs,
    expiresAt: new Date(Date.now() + (d.expires_in ?? 600) * 1000).toISOString(),
  };
}

async function beginCode<S extends Schema>(options: OAuth2<S>, c: Conn<S>, redirectUri: string): Promise<LoginStep> {
  const url = new URL(options.authorize ?? fail('invalid_config', 'This service has no authorization address'));
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const state = crypto.randomUUID();
  const challenge = base64url(
    new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))),
  );
  const query = {
    response_type: 'code',
    client_id: options.app(c.settings).clientId,
    redirect_uri: redirectUri,
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...(options.scope && { scope: options.scope }),
  };
  for (const [key, value] of Object.entries(query)) url.searchParams.set(key, value);
  return { state: { state, verifier, redirectUri }, redirect: url.href };
}

const read = async (answer: Promise<Response>): Promise<TokenAnswer> => (await (await answer).json()) as TokenAnswer;

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url');
