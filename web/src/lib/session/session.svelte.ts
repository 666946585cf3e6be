import { CsrfToken, ok, type Api } from '#lib/api/client.ts';
import { base } from '#lib/navigation/base.ts';
import { errorCode } from '#lib/api/problem.ts';
import type { components } from '#lib/api/schema.d.ts';

export type Account = components['schemas']['Account'];

/** Who is looking: a signed-in account, the guest of a demo server, or nobody. */
export type Visitor = 'account' | 'guest' | 'none';

export interface ServerState {
  /** No administrator exists yet. */
  needed: boolean;
  demo: boolean;
  codeRequired: boolean;
  registration: 'open' | 'closed';
  serverName: string;
  version: string;
}

/** The session of this browser, and what the server says about itself before anybody signs in. */
export class Session {
  account = $state.raw<Account | undefined>();
  server = $state.raw<ServerState | undefined>();
  #api: Api;
  #csrf: CsrfToken;

  constructor(api: Api, csrf: CsrfToken) {
    this.#api = api;
    this.#csrf = csrf;
  }

  get visitor(): Visitor {
    if (!this.account) return 'none';
    return this.account.role === 'guest' ? 'guest' : 'account';
  }

  get isAdmin(): boolean {
    return this.account?.role === 'admin';
  }

  /** May read the libraries: with an account, or as the demo's guest. */
  get mayRead(): boolean {
    return this.account !== undefined;
  }

  /** Asks the server who this is. Throws only when the server cannot be reached or is broken. */
  async load(): Promise<void> {
    const mayBeSignedIn = CsrfToken.isKept(document.cookie);
    const [server] = await Promise.all([
      ok(this.#api.GET('/api/v1/setup')),
      mayBeSignedIn ? this.#loadAccount() : undefined,
    ]);
    this.server = server;
    // Somebody without a session is nobody, unless a demo lets guests look around.
    if (!mayBeSignedIn && server.demo) await this.#loadAccount();
  }

  async #loadAccount(): Promise<void> {
    try {
      const { account, csrfToken } = await ok(this.#api.GET('/api/v1/auth/me'));
      this.begin({ account, csrfToken: csrfToken ?? undefined });
    } catch (error) {
      const code = errorCode(error);
      if (code !== 'unauthenticated' && code !== 'forbidden') throw error;
      this.end();
    }
  }

  /** Takes over what sign-in, registration or set-up answered. */
  begin({ account, csrfToken }: { account: Account; csrfToken?: string }): void {
    this.account = account;
    this.#csrf.value = csrfToken;
  }

  async signOut(): Promise<void> {
    await ok(this.#api.POST('/api/v1/auth/logout'));
    this.end();
  }

  end(): void {
    this.account = undefined;
    this.#csrf.value = undefined;
    document.cookie = CsrfToken.forgotten(base || '/');
  }
}
