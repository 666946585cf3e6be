import type { Caller } from '../../kernel/http/endpoint.ts';
import { AppError } from '../../kernel/errors.ts';
import { verifyPassword } from '../../kernel/security/passwords.ts';
import { equalsSafely, readableCode } from '../../kernel/security/tokens.ts';
import type { Accounts, NewAccount } from './accounts.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { AccountRow } from './identity.entity.ts';
import type { SessionFacts, Sessions, SessionTokens } from './sessions.ts';

export interface IdentityOptions {
  /** Asked each time: administrators change it while the server runs. */
  registration(): 'open' | 'closed';
  /** The server listens beyond loopback: whoever claims it must have read its log. */
  codeRequired: boolean;
  /** No configuration file: guests on loopback may look at the demo library until an administrator exists. */
  demo: boolean;
}

export interface RequestFacts {
  /** From cookie or `Authorization: Bearer`. */
  token: string | undefined;
  /** The connection itself comes from this machine and was not forwarded. */
  loopback: boolean;
}

/** Who people are: first account, registration, sign-in, and the caller of a request. */
export class IdentityService {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly apiTokens: ApiTokens;
  readonly options: IdentityOptions;
  /** One-time code for the first account, printed to the log while it is needed. */
  readonly setupCode = readableCode();
  #adminExists: boolean | undefined;
  #claiming = false;
  readonly #accountCache = new Map<string, { account: AccountRow | null; at: number }>();

  constructor(parts: { accounts: Accounts; sessions: Sessions; apiTokens: ApiTokens }, options: IdentityOptions) {
    this.accounts = parts.accounts;
    this.sessions = parts.sessions;
    this.apiTokens = parts.apiTokens;
    this.options = options;
  }

  /** Resolved once; only setting up and a console command change it. */
  async setupNeeded(): Promise<boolean> {
    if (!this.#adminExists) this.#adminExists = await this.accounts.adminExists();
    return !this.#adminExists;
  }

  async demoOpen(): Promise<boolean> {
    return this.options.demo && (await this.setupNeeded());
  }

  /** Who is not at this machine must have read its log, also behind a proxy of it. */
  codeRequired(local: boolean): boolean {
    return this.options.codeRequired || !local;
  }

  /** Makes the first account. Throws `setup_done`, `setup_code_required`. */
  async setUp(
    fresh: Omit<NewAccount, 'role'> & { code?: string },
    facts: SessionFacts & { local: boolean },
  ): Promise<SignIn> {
    if (!(await this.setupNeeded()) || this.#claiming) {
      throw new AppError('setup_done', 'This server has an administrator already.', { fix: 'Sign in.' });
    }
    if (this.codeRequired(facts.local) && !equalsSafely((fresh.code ?? '').trim().toUpperCase(), this.setupCode)) {
      throw new AppError('setup_code_required', 'The one-time code is wrong or missing.', {
        fix: 'Look for "one-time setup code" in the log of the server.',
      });
    }
    this.#claiming = true;
    try {
      const account = await this.accounts.create({ ...fresh, role: 'admin' });
      this.#adminExists = true;
      return await this.#signIn(account, facts);
    } finally {
      this.#claiming = false;
    }
  }

  async register(fresh: Omit<NewAccount, 'role'>, facts: SessionFacts): Promise<SignIn> {
    if (this.options.registration() !== 'open' || (await this.setupNeeded())) {
      throw new AppError('registration_closed', 'This server does not accept registrations.', {
        fix: 'Ask its administrator for an account.',
      });
    }
    return this.#signIn(await this.accounts.create({ ...fresh, role: 'user' }), facts);
  }

  /** The same answer, after the same time, for an unknown name and a wrong password. */
  async login(name: string, password: string, facts: SessionFacts): Promise<SignIn> {
    const account = await this.accounts.findByName(name);
    const right = await verifyPassword(account?.passwordHash ?? undefined, password);
    if (!account || !right) throw new AppError('credentials_invalid', 'Name or password is wrong.');
    if (!account.enabled) {
      throw new AppError('forbidden', 'This account is switched off.', {
        fix: 'Ask the administrator of this server.',
      });
    }
    return this.#signIn(account, facts);
  }

  async refresh(refreshToken: string): Promise<SignIn> {
    const tokens = await this.sessions.refresh(refreshToken);
    const account = await this.#account(tokens.accountId);
    if (account?.enabled) return { account, tokens };
    await this.sessions.endAll(tokens.accountId);
    throw new AppError('unauthenticated', 'The account is gone or switched off.');
  }

  /** The caller behind a token; the guest of a demo server on loopback without one. */
  async authenticate(facts: RequestFacts): Promise<Caller | undefined> {
    if (facts.token === undefined) return facts.loopback ? this.#guest() : undefined;
    if (facts.token.startsWith('vk_')) {
      const known = await this.apiTokens.find(facts.token);
      return known && this.#caller(known.accountId, { tokenScopes: known.scopes });
    }
    const known = await this.sessions.find(facts.token);
    return known && this.#caller(known.accountId, { sessionId: known.sessionId });
  }

  /** After an account changed: the next request sees it as it is. */
  forget(accountId: string): void {
    this.#accountCache.delete(accountId);
  }

  async #guest(): Promise<Caller | undefined> {
    if (!(await this.demoOpen())) return undefined;
    const guest =
      (await this.accounts.findGuest()) ??
      (await this.accounts.create({ name: 'Guest', role: 'guest' }).catch((error) => {
        if (error.code !== 'conflict') throw error;
        return this.accounts.findGuest();
      }));
    return guest ? callerOf(guest, {}) : undefined;
  }

  async #caller(accountId: string, how: Partial<Caller>): Promise<Caller | undefined> {
    const account = await this.#account(accountId);
    return account?.enabled ? callerOf(account, how) : undefined;
  }

  async #account(id: string): Promise<AccountRow | null> {
    const cached = this.#accountCache.get(id);
    const now = Date.now();
    if (cached && now - cached.at < accountCacheMs) return cached.account;
    const account = await this.accounts.find(id);
    if (this.#accountCache.size > 5000) this.#accountCache.clear();
    this.#accountCache.set(id, { account, at: now });
    if (account) await this.accounts.seen(id, now);
    return account;
  }

  async #signIn(account: AccountRow, facts: SessionFacts): Promise<SignIn> {
    return { account, tokens: await this.sessions.open(account.id, facts) };
  }
}

export interface SignIn {
  account: AccountRow;
  tokens: SessionTokens;
}

const accountCacheMs = 30_000;

const callerOf = (account: AccountRow, how: Partial<Caller>): Caller => ({
  accountId: account.id,
  name: account.displayName,
  role: account.role,
  locale: account.locale,
  timeZone: account.timeZone,
  ...how,
});
