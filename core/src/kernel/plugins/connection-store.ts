import { randomUUID } from 'node:crypto';
import { readJson, type Database } from '../database/database.ts';
import type { SecretBox } from '../security/secret-box.ts';
import type { Standing } from './breaker.ts';
import type { ConnectionState } from './plugins.schema.ts';

/** A configured provider. */
export interface Connection {
  id: string;
  pluginId: string;
  contract: string;
  kind: string;
  name: string;
  /** Without secrets. */
  settings: Record<string, unknown>;
  /** By dotted path, opened. */
  secrets: Record<string, string>;
  accountId?: string;
  priority: number;
  tags: string[];
  standing: Standing;
  enabled: boolean;
  createdAt: number;
  updatedAt: number;
}

interface Row {
  id: string;
  plugin_id: string;
  contract: string;
  kind: string;
  name: string;
  settings: unknown;
  secrets: string | null;
  account_id: string | null;
  priority: number;
  tags: unknown;
  enabled: number | boolean;
  state: ConnectionState;
  state_reason: string;
  backoff_step: number;
  backoff_until: number | string | null;
  created_at: number | string;
  updated_at: number | string;
}

export type NewConnection = Pick<
  Connection,
  'pluginId' | 'contract' | 'kind' | 'name' | 'settings' | 'secrets' | 'priority' | 'tags' | 'enabled'
> & { accountId?: string };

/** Connections as rows. Secrets are sealed, bound to their connection. */
export class ConnectionStore {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  async all(): Promise<Connection[]> {
    const rows = await this.#database.all<Row>('select * from connections order by contract, priority, created_at, id');
    return rows.map((row) => this.#connection(row));
  }

  async insert(connection: NewConnection, now = Date.now()): Promise<Connection> {
    const id = randomUUID();
    const stored: Connection = {
      ...connection,
      id,
      standing: { state: connection.enabled ? 'ok' : 'disabled', reason: '', step: 0 },
      createdAt: now,
      updatedAt: now,
    };
    await this.#database.insert('connections', [
      {
        id,
        plugin_id: stored.pluginId,
        contract: stored.contract,
        kind: stored.kind,
        account_id: stored.accountId ?? null,
        created_at: now,
        ...this.#changeable(stored),
      },
    ]);
    return stored;
  }

  async update(connection: Connection): Promise<void> {
    const columns = this.#changeable(connection);
    const names = Object.keys(columns);
    await this.#database.run(`update connections set ${names.map((name) => `${name} = ?`).join(', ')} where id = ?`, [
      ...Object.values(columns),
      connection.id,
    ]);
  }

  /** Where it stands, and nothing else: settings may be changing at the same time. */
  async updateStanding(id: string, { state, reason, step, until }: Standing): Promise<void> {
    await this.#database.run(
      'update connections set state = ?, state_reason = ?, backoff_step = ?, backoff_until = ? where id = ?',
      [state, reason, step, until ?? null, id],
    );
  }

  async remove(id: string): Promise<void> {
    await this.#database.run('delete from connections where id = ?', [id]);
  }

  #changeable(connection: Connection) {
    const { standing } = connection;
    const hasSecrets = Object.keys(connection.secrets).length > 0;
    return {
      name: connection.name,
      settings: JSON.stringify(connection.settings),
      secrets: hasSecrets ? this.#secrets.seal(JSON.stringify(connection.secrets), contextOf(connection.id)) : null,
      priority: connection.priority,
      tags: JSON.stringify(connection.tags),
      enabled: connection.enabled,
      state: standing.state,
      state_reason: standing.reason,
      backoff_step: standing.step,
      backoff_until: standing.until ?? null,
      updated_at: connection.updatedAt,
    };
  }

  #connection(row: Row): Connection {
    const opened = this.#open(row);
    return {
      id: row.id,
      pluginId: row.plugin_id,
      contract: row.contract,
      kind: row.kind,
      name: row.name,
      settings: readJson(row.settings, {}),
      secrets: opened ?? {},
      ...(row.account_id && { accountId: row.account_id }),
      priority: row.priority,
      tags: readJson(row.tags, []),
      enabled: Boolean(row.enabled),
      standing: opened
        ? {
            state: row.state,
            reason: row.state_reason,
            step: row.backoff_step,
            ...(row.backoff_until !== null && { until: Number(row.backoff_until) }),
          }
        : {
            state: 'invalid',
            reason: 'Its stored secrets cannot be opened with the present key; enter them again.',
            step: 0,
          },
      createdAt: Number(row.created_at),
      updatedAt: Number(row.updated_at),
    };
  }

  /** Undefined when the key is another one: one connection then asks for its secrets again, the others work on. */
  #open(row: Row): Record<string, string> | undefined {
    if (row.secrets === null) return {};
    try {
      return JSON.parse(this.#secrets.open(row.secrets, contextOf(row.id))) as Record<string, string>;
    } catch (error) {
      if ((error as { code?: string }).code === 'secret_key_wrong') return undefined;
      throw error;
    }
  }
}

const contextOf = (id: string): string => `connection:${id}`;
