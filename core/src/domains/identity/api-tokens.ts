import { randomUUID } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import type { Database } from '../../kernel/database/database.ts';
import { notFound } from '../../kernel/errors.ts';
import { hashToken, randomToken } from '../../kernel/security/tokens.ts';
import { ApiTokenEntity, type ApiTokenRow } from './identity.entity.ts';
import { noteUse } from './last-use.ts';

interface Known {
  id: string;
  accountId: string;
  scopes: readonly string[];
  until: number;
}

const rememberMs = 30_000;
const prefixLength = 9;

/** Long-lived keys for scripts and apps. The secret is shown once; only its hash is stored. */
export class ApiTokens {
  readonly #database: Database;
  readonly #known = new LRUCache<string, Known>({ max: 1000, ttl: rememberMs });

  constructor(database: Database) {
    this.#database = database;
  }

  async create(
    accountId: string,
    name: string,
    scopes: readonly string[],
    expiresAt?: number,
  ): Promise<{ row: ApiTokenRow; secret: string }> {
    const secret = randomToken('vk');
    const em = this.#database.fork();
    const row = em.create(ApiTokenEntity, {
      id: randomUUID(),
      accountId,
      name,
      prefix: secret.slice(0, prefixLength),
      tokenHash: hashToken(secret),
      scopes: [...scopes],
      createdAt: Date.now(),
      lastUsedAt: null,
      expiresAt: expiresAt ?? null,
    });
    await em.flush();
    return { row, secret };
  }

  list(accountId: string): Promise<ApiTokenRow[]> {
    return this.#database.fork().find(ApiTokenEntity, { accountId }, { orderBy: { createdAt: 'desc' } });
  }

  async find(secret: string): Promise<Known | undefined> {
    const hash = hashToken(secret);
    const now = Date.now();
    const remembered = this.#known.get(hash);
    if (remembered) return remembered.until > now ? remembered : undefined;
    const row = await this.#database.fork().findOne(ApiTokenEntity, { tokenHash: hash });
    if (!row || (row.expiresAt ?? Number.POSITIVE_INFINITY) <= now) return undefined;
    await noteUse(this.#database, 'update api_tokens set last_used_at = ? where id = ?', [now, row.id]);
    const known = {
      id: row.id,
      accountId: row.accountId,
      scopes: row.scopes,
      until: row.expiresAt ?? Number.POSITIVE_INFINITY,
    };
    this.#known.set(hash, known);
    return known;
  }

  async delete(id: string, accountId: string): Promise<void> {
    const changed = await this.#database.run('delete from api_tokens where id = ? and account_id = ?', [id, accountId]);
    for (const [hash, known] of this.#known.entries()) if (known.id === id) this.#known.delete(hash);
    if (!changed) throw notFound('API token', id);
  }
}
