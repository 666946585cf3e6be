import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { instant, listResponse, ok, uuidParams } from '../../kernel/http/schema.ts';

const accountName = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{C}/\\@]+$/u, 'Letters, digits, spaces and signs other than / \\ @');
const accepts = (make: () => unknown): boolean => {
  try {
    make();
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
};
const timeZone = z
  .string()
  .max(64)
  .refine((name) => accepts(() => new Intl.DateTimeFormat('en', { timeZone: name })), 'No time zone has this name');
const locale = z
  .string()
  .max(35)
  .refine((tag) => accepts(() => new Intl.Locale(tag)), 'No language tag, such as `en-GB`');

const password = z.string().min(8, 'At least 8 characters').max(1024);

export const Preferences = z.object({
  theme: z.enum(['dark', 'light', 'system']).optional(),
  audioLanguages: z.array(z.string().max(35)).max(10).optional(),
  subtitleLanguages: z.array(z.string().max(35)).max(10).optional(),
  subtitleMode: z.enum(['none', 'forced', 'foreign', 'always']).optional(),
  autoplayNext: z.boolean().optional(),
  playStatePreset: z.enum(['jellyfin', 'kodi', 'plex', 'trakt']).optional(),
  dashboard: z
    .array(z.object({ widget: z.string().max(100), hidden: z.boolean().optional() }))
    .max(50)
    .optional(),
  gridDensity: z.number().min(0).max(1).optional(),
});

export const Account = z.object({
  id: z.uuid(),
  name: z.string(),
  displayName: z.string(),
  role: z.enum(['admin', 'user', 'guest']),
  enabled: z.boolean(),
  locale: z.string(),
  timeZone: z.string(),
  preferences: Preferences,
  createdAt: instant,
  lastSeenAt: instant.nullable(),
});

const SignedIn = z.object({
  account: Account,
  /** For callers without cookies; browsers get the same as cookies. */
  accessToken: z.string(),
  refreshToken: z.string(),
  /** When the access token ends. */
  expiresAt: instant,
  csrfToken: z.string(),
});

const Credentials = z.object({ name: accountName, password: z.string().min(1).max(1024) });
const NewAccount = z.object({
  name: accountName,
  password,
  displayName: z.string().trim().max(100).optional(),
  locale: locale.optional(),
  timeZone: timeZone.optional(),
});

export const getSetupState = endpoint({
  verb: 'GET /setup',
  tag: 'setup',
  summary: 'Whether the server still needs its first account, and how it is reached.',
  access: 'public',
  response: z.object({
    /** No administrator exists yet. */
    needed: z.boolean(),
    /** The demo library is shown and guests may look around. */
    demo: z.boolean(),
    /** The first account needs the one-time code from the log. */
    codeRequired: z.boolean(),
    registration: z.enum(['open', 'closed']),
    serverName: z.string(),
    version: z.string(),
  }),
});
export const setUp = endpoint({
  verb: 'POST /setup',
  tag: 'setup',
  summary: 'Creates the first account, an administrator, and signs it in.',
  access: 'public',
  limit: 'auth',
  body: NewAccount.extend({ code: z.string().max(64).optional(), keepDemo: z.boolean().optional() }),
  response: SignedIn,
  status: 201,
});

export const register = endpoint({
  verb: 'POST /auth/register',
  tag: 'auth',
  summary: 'Creates an account where registration is open.',
  access: 'public',
  limit: 'auth',
  body: NewAccount,
  response: SignedIn,
  status: 201,
});
export const login = endpoint({
  verb: 'POST /auth/login',
  tag: 'auth',
  summary: 'Signs in by name and password.',
  access: 'public',
  limit: 'auth',
  body: Credentials,
  response: SignedIn,
});
export const refresh = endpoint({
  verb: 'POST /auth/refresh',
  tag: 'auth',
  summary: 'Exchanges the refresh token (cookie or body) for new tokens; the old one ends.',
  access: 'public',
  body: z.object({ refreshToken: z.string().max(256).optional() }),
  response: SignedIn,
});
export const logout = endpoint({
  verb: 'POST /auth/logout',
  tag: 'auth',
  summary: 'Ends this session, and what was begun to play in it.',
  access: 'guest',
  response: ok,
});
export const me = endpoint({
  verb: 'GET /auth/me',
  tag: 'auth',
  summary: 'The signed-in account, or the demo guest.',
  access: 'guest',
  response: z.object({ account: Account, csrfToken: z.string().nullable() }),
});
export const updateMe = endpoint({
  verb: 'PATCH /auth/me',
  tag: 'auth',
  summary: 'Changes display name, locale, time zone and preferences.',
  access: 'user',
  body: z
    .object({
      displayName: z.string().trim().min(1).max(100),
      locale,
      timeZone,
      preferences: Preferences,
    })
    .partial(),
  response: Account,
});
export const changePassword = endpoint({
  verb: 'POST /auth/password',
  tag: 'auth',
  summary: 'Changes the own password and ends all other sessions.',
  access: 'user',
  limit: 'auth',
  body: z.object({ current: z.string().max(1024), next: password }),
  response: ok,
});

const Session = z.object({
  id: z.uuid(),
  userAgent: z.string(),
  address: z.string(),
  createdAt: instant,
  lastUsedAt: instant,
  current: z.boolean(),
});
export const listSessions = endpoint({
  verb: 'GET /auth/sessions',
  tag: 'auth',
  summary: 'Where the account is signed in.',
  access: 'user',
  response: listResponse(Session),
});
export const endSession = endpoint({
  verb: 'DELETE /auth/sessions/:id',
  tag: 'auth',
  summary: 'Signs one session out.',
  access: 'user',
  params: uuidParams,
  response: ok,
});

export const tokenScopes = ['read', 'write', 'admin', 'playback'] as const;
const ApiToken = z.object({
  id: z.uuid(),
  name: z.string(),
  prefix: z.string(),
  scopes: z.array(z.enum(tokenScopes)),
  createdAt: instant,
  lastUsedAt: instant.nullable(),
  expiresAt: instant.nullable(),
});
export const listApiTokens = endpoint({
  verb: 'GET /auth/tokens',
  tag: 'auth',
  summary: 'The own API tokens, without their secrets.',
  access: 'user',
  response: listResponse(ApiToken),
});
export const createApiToken = endpoint({
  verb: 'POST /auth/tokens',
  tag: 'auth',
  summary: 'Creates an API token; its secret is shown in this answer and never again.',
  access: 'user',
  body: z.object({
    name: z.string().trim().min(1).max(100),
    scopes: z.array(z.enum(tokenScopes)).min(1),
    expiresAt: instant.optional(),
  }),
  response: z.object({ token: ApiToken, secret: z.string() }),
  status: 201,
});
export const deleteApiToken = endpoint({
  verb: 'DELETE /auth/tokens/:id',
  tag: 'auth',
  summary: 'Revokes an API token.',
  access: 'user',
  params: uuidParams,
  response: ok,
});

export const listAccounts = endpoint({
  verb: 'GET /accounts',
  tag: 'accounts',
  summary: 'All accounts.',
  access: 'admin',
  response: listResponse(Account),
});
export const createAccount = endpoint({
  verb: 'POST /accounts',
  tag: 'accounts',
  summary: 'Creates an account.',
  access: 'admin',
  body: NewAccount.extend({ role: z.enum(['admin', 'user']).default('user') }),
  response: Account,
  status: 201,
});
export const updateAccount = endpoint({
  verb: 'PATCH /accounts/:id',
  tag: 'accounts',
  summary: 'Changes role, name, password or whether the account may sign in. The last administrator stays one.',
  access: 'admin',
  params: uuidParams,
  body: z
    .object({
      displayName: z.string().trim().min(1).max(100),
      role: z.enum(['admin', 'user']),
      enabled: z.boolean(),
      password,
    })
    .partial(),
  response: Account,
});
export const deleteAccount = endpoint({
  verb: 'DELETE /accounts/:id',
  tag: 'accounts',
  summary: 'Deletes an account with its progress.',
  access: 'admin',
  params: uuidParams,
  response: ok,
});
