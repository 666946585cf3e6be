import { m } from '#messages';
import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { paths } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';
import type { Account } from '#lib/session/session.svelte.ts';
import { attempt } from '../attempt.ts';

type Change = paths['/api/v1/accounts/{id}']['patch']['requestBody']['content']['application/json'];

/** The accounts of the server. */
export class Accounts {
  readonly list: Query<Account[]>;
  #app: App;

  constructor(app: App) {
    this.#app = app;
    this.list = new Query(async (signal) => (await ok(app.api.GET('/api/v1/accounts', { signal }))).items, {
      cache: app.cache,
      key: 'accounts',
    });
  }

  /** People; the guest of the demo is nobody's account. */
  get people(): Account[] {
    return (this.list.data ?? []).filter((account) => account.role !== 'guest');
  }

  /** The only administrator who may sign in: neither demoted, nor switched off, nor deleted. */
  isLastAdmin = (account: Account): boolean =>
    account.role === 'admin' &&
    account.enabled &&
    this.people.filter((other) => other.role === 'admin' && other.enabled).length === 1;

  isOwn = (account: Account): boolean => account.id === this.#app.session.account?.id;

  async change({ id }: Account, change: Change): Promise<boolean> {
    const done = await attempt(this.#app, async () => {
      const changed = await ok(
        this.#app.api.PATCH('/api/v1/accounts/{id}', { params: { path: { id } }, body: change }),
      );
      this.list.set((this.list.data ?? []).map((known) => (known.id === id ? changed : known)));
    });
    if (!done) await this.list.load();
    return done;
  }

  async setRole(account: Account, role: 'admin' | 'user'): Promise<void> {
    const before = account.role === 'admin' ? 'admin' : 'user';
    if (!(await this.change(account, { role }))) return;
    const name = account.displayName;
    this.#app.toasts.show(role === 'admin' ? m.accounts_is_admin({ name }) : m.accounts_is_user({ name }), {
      tone: 'ok',
      action: { label: m.action_undo(), run: async () => void (await this.change(account, { role: before })) },
    });
  }

  async setEnabled(account: Account, enabled: boolean): Promise<void> {
    if (!(await this.change(account, { enabled }))) return;
    const name = account.displayName;
    this.#app.toasts.show(enabled ? m.accounts_is_on({ name }) : m.accounts_is_off({ name }), {
      tone: 'ok',
      action: { label: m.action_undo(), run: async () => void (await this.change(account, { enabled: !enabled })) },
    });
  }

  async remove({ id, displayName: name }: Account): Promise<void> {
    const sure = await this.#app.confirmations.ask({
      title: m.accounts_remove_title({ name }),
      body: m.accounts_remove_text(),
      action: m.accounts_remove(),
      danger: true,
    });
    if (!sure) return;
    await attempt(this.#app, async () => {
      await ok(this.#app.api.DELETE('/api/v1/accounts/{id}', { params: { path: { id } } }));
      this.list.set((this.list.data ?? []).filter((account) => account.id !== id));
      this.#app.toasts.show(m.accounts_removed({ name }), { tone: 'ok' });
    });
  }
}
