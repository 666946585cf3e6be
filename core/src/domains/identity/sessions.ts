import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../kernel/database/database.ts';
import { AppError, notFound } from '../../kernel/errors.ts';
import { hashToken, randomToken } from '../../kernel/security/tokens.ts';
import { SessionEntity, type SessionRow } from './identity.entity.ts';
import { noteUse } from './last-use.ts';

export interface SessionTokens {
  sessionId: string;
  accountId: string;
  accessToken: string;
  refreshToken: string;
  expiresAt: number;
}

export interface SessionFacts {
  userAgent: string;
  address: string;
}

export interface SessionsOptions {
  sessionDays: number;
  accessMinutes: number;
  /** A session ended before its time, whoever ended it: what it began elsewhere ends too. */
  onEnd?(sessionId: string): Promise<void>;
}

interface Known {
  sessionId: string;
  accountId: string;
  /** When the access token ends. */
  until: number;
}

const minuteMs = 60_000;
/** Two tabs may refresh at the same moment; a refresh token used later than this after its exchange was stolen. */
const refreshGraceMs = 30_000;
const rememberMs = 30_000;
const dayMs = 86_400_000;

/** Browser and app sessions: a short access token and a refresh token that is exchanged at each use. Only hashes are stored. */
export class Sessions {
  readonly #database: Database;
  readonly #lifetimeMs: number;
  readonly #accessMs: number;
  readonly #onEnd: SessionsOptions['onEnd'];
  /** Saves the database a question on each request; an ended session leaves it at once. */
  readonly #known = new LRUCache<string, Known>({ max: 5000, ttl: rememberMs });

  constructor(database: Database, options: SessionsOptions) {
    this.#database = database;
    this.#lifetimeMs = options.sessionDays * dayMs;
    this.#onEnd = options.onEnd;
    this.#accessMs = Math.min(options.accessMinutes * minuteMs, this.#lifetimeMs);
  }

  async open(accountId: string, facts: SessionFacts): Promise<SessionTokens> {
    const now = Date.now();
    const em = this.#database.fork();
    const { tokens, columns } = this.#issue(now);
    const session = em.create(SessionEntity, {
      id: randomUUID(),
      accountId,
      ...columns,
      previousRefreshHash: null,
      userAgent: facts.userAgent.slice(0, 300),
      address: facts.address,
      createdAt: now,
      lastUsedAt: now,
    });
    await em.flush();
    return { sessionId: session.id, accountId, ...tokens };
  }

  /** Who this access token belongs to; undefined when it is unknown or has ended. */
  async find(accessToken: string): Promise<Known | undefined> {
    const hash = hashToken(accessToken);
    const now = Date.now();
    const remembered = this.#known.get(hash);
    if (remembered) return remembered.until > now ? remembered : undefined;
    const row = await this.#database.first<{ id: string; account_id: string; token_expires_at: number }>(
      'select id, account_id, token_expires_at from sessions where token_hash = ? and token_expires_at > ?',
      [hash, now],
    );
    if (!row) return undefined;
    const known = { sessionId: row.id, accountId: row.account_id, until: Number(row.token_expires_at) };
    this.#known.set(hash, known);
    await noteUse(this.#database, 'update sessions set last_used_at = ? where id = ?', [now, row.id]);
    return known;
  }

  /** Exchanges a refresh token. One that was exchanged before ends the session: somebody else has it. */
  async refresh(refreshToken: string): Promise<SessionTokens> {
    const hash = hashToken(refreshToken);
    const now = Date.now();
    const em = this.#database.fork();
    const session = await em.findOne(SessionEntity, { $or: [{ refreshHash: hash }, { previousRefreshHash: hash }] });
    if (!session || session.expiresAt <= now)
      throw new AppError('unauthenticated', 'The session has ended.', { fix: 'Sign in again.' });
    const reused = session.refreshHash !== hash;
    if (reused && now - session.lastUsedAt > refreshGraceMs) {
      await this.end(session.id);
      throw new AppError('unauthenticated', 'This refresh token was used before; the session was ended.', {
        fix: 'Sign in again.',
      });
    }
    this.#forget(session.id);
    const { tokens, columns } = this.#issue(now);
    Object.assign(session, columns, {
      lastUsedAt: now,
      previousRefreshHash: reused ? session.previousRefreshHash : hash,
    });
    await em.flush();
    return { sessionId: session.id, accountId: session.accountId, ...tokens };
  }

  list(accountId: string): Promise<SessionRow[]> {
    return this.#database
      .fork()
      .find(SessionEntity, { accountId, expiresAt: { $gt: Date.now() } }, { orderBy: { lastUsedAt: 'desc' } });
  }

  async end(id: string, accountId?: string): Promise<void> {
    const own = accountId === undefined ? '' : ' and account_id = ?';
    const changed = await this.#database.run(
      `delete from sessions where id = ?${own}`,
      accountId === undefined ? [id] : [id, accountId],
    );
    this.#forget(id);
    if (!changed && accountId !== undefined) throw notFound('session', id);
    if (changed) await this.#onEnd?.(id);
  }

  /** Ends every session of an account, except one. */
  async endAll(accountId: string, except = ''): Promise<void> {
    const rows = await this.#database.all<{ id: string }>('select id from sessions where account_id = ?', [accountId]);
    for (const { id } of rows) if (id !== except) await this.end(id);
  }

  async deleteExpired(): Promise<number> {
    return this.#database.run('delete from sessions where expires_at <= ?', [Date.now()]);
  }

  #issue(now: number) {
    const accessToken = randomToken('vs');
    const refreshToken = randomToken('vr');
    const expiresAt = now + this.#accessMs;
    return {
      tokens: { accessToken, refreshToken, expiresAt },
      columns: {
        tokenHash: hashToken(accessToken),
        tokenExpiresAt: expiresAt,
        refreshHash: hashToken(refreshToken),
        expiresAt: now + this.#lifetimeMs,
      },
    };
  }

  #forget(sessionId: string): void {
    for (const [hash, known] of this.#known.entries()) if (known.sessionId === sessionId) this.#known.delete(hash);
  }
}
