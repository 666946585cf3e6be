import type { Call, Caller } from '../../kernel/http/endpoint.ts';
import { route, type Route } from '../../kernel/http/endpoint.ts';
import { done } from '../../kernel/http/schema.ts';
import { AppError } from '../../kernel/errors.ts';
import { verifyPassword } from '../../kernel/security/passwords.ts';
import type { AccountRow, ApiTokenRow } from './identity.entity.ts';
import * as api from './identity.schema.ts';
import type { IdentityService, SignIn } from './identity.service.ts';

export interface IdentityRoutesOptions {
  serverName(): string;
  version: string;
  /** The CSRF token of a session (or of the demo guest). */
  csrfToken(caller: Pick<Caller, 'accountId' | 'sessionId'>): string;
  cookies: { session: string; refresh: string; csrf: string };
  /** The account may not be used any more: what it still holds elsewhere ends. */
  onAccountEnded(accountId: string): Promise<void>;
  /** Setting up ends the demo unless it is to stay. */
  onSetUp(choice: { keepDemo: boolean }): Promise<void>;
}

const refreshPath = '/api/v1/auth';
/** As long as browsers keep any cookie. */
const keptMs = 400 * 86_400_000;

/** Everything below `/setup`, `/auth` and `/accounts`. */
export function identityRoutes(identity: IdentityService, options: IdentityRoutesOptions): Route[] {
  const { accounts, sessions, apiTokens } = identity;
  const facts = (call: Call) => ({ userAgent: call.http.header('user-agent'), address: call.address });

  const signedIn = (call: Call, { account, tokens }: SignIn) => {
    const csrfToken = options.csrfToken(tokens);
    call.http.setCookie(options.cookies.session, tokens.accessToken, {
      maxAgeMs: tokens.expiresAt - Date.now(),
      httpOnly: true,
    });
    call.http.setCookie(options.cookies.refresh, tokens.refreshToken, {
      maxAgeMs: keptMs,
      path: refreshPath,
      httpOnly: true,
    });
    call.http.setCookie(options.cookies.csrf, csrfToken, { maxAgeMs: keptMs, httpOnly: false });
    return {
      account: accountView(account),
      accessToken: tokens.accessToken,
      refreshToken: tokens.refreshToken,
      expiresAt: iso(tokens.expiresAt),
      csrfToken,
    };
  };
  const clearCookies = (call: Call) => {
    call.http.clearCookie(options.cookies.session);
    call.http.clearCookie(options.cookies.refresh, { path: refreshPath });
    call.http.clearCookie(options.cookies.csrf);
  };

  return [
    route(api.getSetupState, async ({ local }) => ({
      needed: await identity.setupNeeded(),
      demo: await identity.demoOpen(),
      codeRequired: identity.codeRequired(local),
      registration: identity.options.registration(),
      serverName: options.serverName(),
      version: options.version,
    })),
    route(api.setUp, async (call) => {
      const { keepDemo = false, ...fresh } = call.body;
      const done = await identity.setUp(fresh, { ...facts(call), local: call.local });
      await options.onSetUp({ keepDemo });
      return signedIn(call, done);
    }),
    route(api.register, async (call) => signedIn(call, await identity.register(call.body, facts(call)))),
    route(api.login, async (call) =>
      signedIn(call, await identity.login(call.body.name, call.body.password, facts(call))),
    ),
    route(api.refresh, async (call) => {
      const token = call.body.refreshToken ?? call.http.cookie(options.cookies.refresh);
      if (!token) throw new AppError('unauthenticated', 'There is no refresh token.', { fix: 'Sign in.' });
      return signedIn(call, await identity.refresh(token));
    }),
    route(api.logout, async (call) => {
      if (call.caller.sessionId) await sessions.end(call.caller.sessionId);
      clearCookies(call);
      return done;
    }),
    route(api.me, async (call) => {
      const csrfToken = call.caller.tokenScopes ? null : options.csrfToken(call.caller);
      // Kept like the session itself: by this cookie the web app knows that it is worth asking who this is.
      const maxAgeMs = call.caller.sessionId ? keptMs : undefined;
      if (csrfToken) call.http.setCookie(options.cookies.csrf, csrfToken, { maxAgeMs, httpOnly: false });
      return { account: accountView(await accounts.get(call.caller.accountId)), csrfToken };
    }),
    route(api.updateMe, async (call) => {
      const account = await accounts.update(call.caller.accountId, call.body);
      identity.forget(account.id);
      return accountView(account);
    }),
    route(api.changePassword, async (call) => {
      const account = await accounts.get(call.caller.accountId);
      if (!(await verifyPassword(account.passwordHash ?? undefined, call.body.current))) {
        throw new AppError('credentials_invalid', 'The current password is wrong.');
      }
      await accounts.update(account.id, { password: call.body.next });
      await sessions.endAll(account.id, call.caller.sessionId);
      return done;
    }),
    route(api.listSessions, async (call) => ({
      items: (await sessions.list(call.caller.accountId)).map((session) => ({
        id: session.id,
        userAgent: session.userAgent,
        address: session.address,
        createdAt: iso(session.createdAt),
        lastUsedAt: iso(session.lastUsedAt),
        current: session.id === call.caller.sessionId,
      })),
    })),
    route(api.endSession, async (call) => {
      await sessions.end(call.params.id, call.caller.accountId);
      return done;
    }),
    route(api.listApiTokens, async (call) => ({ items: (await apiTokens.list(call.caller.accountId)).map(tokenView) })),
    route(api.createApiToken, async (call) => {
      const { name, scopes, expiresAt } = call.body;
      if (call.caller.tokenScopes) {
        throw new AppError('forbidden', 'An API token cannot make another one.', { fix: 'Sign in and make it there.' });
      }
      if (scopes.includes('admin') && call.caller.role !== 'admin') {
        throw new AppError('forbidden', 'Only administrators may make tokens with the scope "admin".');
      }
      const until = expiresAt === undefined ? undefined : Date.parse(expiresAt);
      const { row, secret } = await apiTokens.create(call.caller.accountId, name, scopes, until);
      return { token: tokenView(row), secret };
    }),
    route(api.deleteApiToken, async (call) => {
      await apiTokens.delete(call.params.id, call.caller.accountId);
      return done;
    }),
    route(api.listAccounts, async () => ({ items: (await accounts.list()).map(accountView) })),
    route(api.createAccount, async (call) => accountView(await accounts.create(call.body))),
    route(api.updateAccount, async (call) => {
      const account = await accounts.update(call.params.id, call.body);
      identity.forget(account.id);
      if (call.body.enabled === false) await options.onAccountEnded(account.id);
      if (call.body.enabled === false || call.body.password !== undefined) await sessions.endAll(account.id);
      return accountView(account);
    }),
    route(api.deleteAccount, async (call) => {
      if (call.params.id === call.caller.accountId) {
        throw new AppError('conflict', 'This is your own account.', { fix: 'Let another administrator delete it.' });
      }
      await sessions.endAll(call.params.id);
      await accounts.delete(call.params.id);
      await options.onAccountEnded(call.params.id);
      identity.forget(call.params.id);
      return done;
    }),
  ];
}

const iso = (time: number): string => new Date(Number(time)).toISOString();

const isoOrNull = (time: number | null | undefined): string | null => (time == null ? null : iso(time));

const accountView = (account: AccountRow) => ({
  id: account.id,
  name: account.name,
  displayName: account.displayName,
  role: account.role,
  enabled: !!account.enabled,
  locale: account.locale,
  timeZone: account.timeZone,
  preferences: account.preferences ?? {},
  createdAt: iso(account.createdAt),
  lastSeenAt: isoOrNull(account.lastSeenAt),
});

const tokenView = (token: ApiTokenRow) => ({
  id: token.id,
  name: token.name,
  prefix: token.prefix,
  scopes: token.scopes as ('read' | 'write' | 'admin' | 'playback')[],
  createdAt: iso(token.createdAt),
  lastUsedAt: isoOrNull(token.lastUsedAt),
  expiresAt: isoOrNull(token.expiresAt),
});
