import { ok } from '#lib/api/client.ts';
import { fieldFaults } from '#lib/api/problem.ts';
import type { paths } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';
import type { Account } from '#lib/session/session.svelte.ts';

type Change = paths['/api/v1/auth/me']['patch']['requestBody']['content']['application/json'];
export type AccountPreferences = Account['preferences'];

/** Changes to the own account. */
export class AccountDraft {
  busy = $state(false);
  faults = $state.raw<Record<string, string>>({});
  #app: App;

  constructor(app: App) {
    this.#app = app;
  }

  /** True when the server took it; faults of fields are kept, anything else is told in a toast. */
  async save(change: Change): Promise<boolean> {
    this.busy = true;
    this.faults = {};
    try {
      this.#app.session.account = await ok(this.#app.api.PATCH('/api/v1/auth/me', { body: change }));
      return true;
    } catch (error) {
      this.faults = fieldFaults(error);
      this.#app.toasts.fail(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  get preferences(): AccountPreferences {
    return this.#app.session.account?.preferences ?? {};
  }

  /** Shows the choice at once and takes it back when the server refuses. */
  async prefer(change: AccountPreferences): Promise<void> {
    const { session } = this.#app;
    const before = session.account;
    if (before) session.account = { ...before, preferences: { ...before.preferences, ...change } };
    if (!(await this.save({ preferences: change }))) session.account = before;
  }
}
