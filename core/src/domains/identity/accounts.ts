import { randomUUID } from 'node:crypto';
import type { Database } from '../../kernel/database/database.ts';
import { AppError, notFound } from '../../kernel/errors.ts';
import { hashPassword } from '../../kernel/security/passwords.ts';
import { AccountEntity, type AccountRow } from './identity.entity.ts';
import { noteUse } from './last-use.ts';

export interface NewAccount {
  name: string;
  /** Absent for the demo guest, who cannot sign in. */
  password?: string;
  displayName?: string;
  role: 'admin' | 'user' | 'guest';
  locale?: string;
  timeZone?: string;
}

export interface AccountChange {
  displayName?: string;
  role?: 'admin' | 'user';
  enabled?: boolean;
  password?: string;
  locale?: string;
  timeZone?: string;
  preferences?: Record<string, unknown>;
}

/** Names are one, whatever their case and composition. */
export const foldName = (name: string): string => name.normalize('NFKC').toLowerCase();

/** The accounts of the server. */
export class Accounts {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): Promise<AccountRow | null> {
    return this.#database.fork().findOne(AccountEntity, { id });
  }

  async get(id: string): Promise<AccountRow> {
    const account = await this.find(id);
    if (!account) throw notFound('account', id);
    return account;
  }

  findByName(name: string): Promise<AccountRow | null> {
    return this.#database.fork().findOne(AccountEntity, { foldedName: foldName(name) });
  }

  list(): Promise<AccountRow[]> {
    return this.#database.fork().find(AccountEntity, { role: { $ne: 'guest' } }, { orderBy: { createdAt: 'asc' } });
  }

  findGuest(): Promise<AccountRow | null> {
    return this.#database.fork().findOne(AccountEntity, { role: 'guest' });
  }

  async adminExists(): Promise<boolean> {
    return (await this.#database.first("select 1 as one from accounts where role = 'admin' limit 1")) !== undefined;
  }

  /** Throws `conflict` when the name is taken. */
  async create(fresh: NewAccount): Promise<AccountRow> {
    const now = Date.now();
    const em = this.#database.fork();
    const account = em.create(AccountEntity, {
      id: randomUUID(),
      name: fresh.name,
      foldedName: foldName(fresh.name),
      displayName: fresh.displayName || fresh.name,
      passwordHash: fresh.password === undefined ? null : await hashPassword(fresh.password),
      role: fresh.role,
      enabled: true,
      locale: fresh.locale ?? 'en',
      timeZone: fresh.timeZone ?? 'UTC',
      preferences: {},
      createdAt: now,
      updatedAt: now,
      lastSeenAt: null,
    });
    try {
      await em.flush();
    } catch (error) {
      if (await this.findByName(fresh.name)) {
        throw new AppError('conflict', `The name "${fresh.name}" is taken.`, {
          cause: error,
          fix: 'Choose another name.',
        });
      }
      throw error;
    }
    return account;
  }

  /** Throws `conflict` when nobody would be left to administer the server. */
  async update(id: string, change: AccountChange): Promise<AccountRow> {
    const em = this.#database.fork();
    const account = await em.findOne(AccountEntity, { id });
    if (!account) throw notFound('account', id);
    const losesAdmin = account.role === 'admin' && (change.role === 'user' || change.enabled === false);
    if (losesAdmin) await this.#requireAnotherAdmin(id);
    const { password, preferences, ...plain } = change;
    Object.assign(account, plain, { updatedAt: Date.now() });
    if (preferences) account.preferences = { ...account.preferences, ...preferences };
    if (password !== undefined) account.passwordHash = await hashPassword(password);
    await em.flush();
    return account;
  }

  async delete(id: string): Promise<void> {
    const account = await this.get(id);
    if (account.role === 'admin') await this.#requireAnotherAdmin(id);
    await this.#database.run('delete from accounts where id = ?', [id]);
  }

  async seen(id: string, at: number): Promise<void> {
    await noteUse(this.#database, 'update accounts set last_seen_at = ? where id = ?', [at, id]);
  }

  async #requireAnotherAdmin(id: string): Promise<void> {
    const other = await this.#database.first(
      "select 1 as one from accounts where role = 'admin' and enabled and id <> ? limit 1",
      [id],
    );
    if (other) return;
    throw new AppError('conflict', 'This is the last administrator of the server.', {
      fix: 'Make somebody else an administrator first.',
    });
  }
}
