import { readJson, type Database } from '../database/database.ts';
import type { SecretBox } from '../security/secret-box.ts';

/** What the server remembers of a plugin, whether or not its folder is there. */
export interface PluginRow {
  id: string;
  version: string;
  enabled: boolean;
  /** Without secrets. */
  options: Record<string, unknown>;
  /** By dotted path. */
  secrets: Record<string, string>;
  order: number;
  /** Set when it took the server down. */
  quarantine?: { at: number; message: string };
}

interface Row {
  id: string;
  version: string;
  enabled: number | boolean;
  options: unknown;
  tap_order: number;
  quarantine: unknown;
}

interface StoredOptions {
  values?: Record<string, unknown>;
  sealed?: string;
}

/** Plugins as rows. Secret options are sealed, bound to their plugin. */
export class PluginStore {
  readonly #database: Database;
  readonly #secrets: SecretBox;

  constructor(database: Database, secrets: SecretBox) {
    this.#database = database;
    this.#secrets = secrets;
  }

  async all(): Promise<PluginRow[]> {
    const rows = await this.#database.all<Row>(
      'select id, version, enabled, options, tap_order, quarantine from plugins',
    );
    return rows.map((row) => this.#plugin(row));
  }

  async save(plugin: PluginRow, now = Date.now()): Promise<void> {
    const hasSecrets = Object.keys(plugin.secrets).length > 0;
    const sealed = hasSecrets ? this.#secrets.seal(JSON.stringify(plugin.secrets), contextOf(plugin.id)) : undefined;
    const row = {
      id: plugin.id,
      version: plugin.version,
      enabled: plugin.enabled,
      options: JSON.stringify({ values: plugin.options, sealed }),
      tap_order: plugin.order,
      quarantine: plugin.quarantine ? JSON.stringify(plugin.quarantine) : null,
      installed_at: now,
      updated_at: now,
    };
    const update = ['version', 'enabled', 'options', 'tap_order', 'quarantine', 'updated_at'];
    await this.#database.insert('plugins', [row], { onConflict: { columns: ['id'], update } });
  }

  #plugin(row: Row): PluginRow {
    const { values = {}, sealed } = readJson<StoredOptions>(row.options, {});
    const quarantine = readJson<PluginRow['quarantine']>(row.quarantine, undefined);
    return {
      id: row.id,
      version: row.version,
      enabled: Boolean(row.enabled),
      options: values,
      secrets: sealed ? this.#open(row.id, sealed) : {},
      order: row.tap_order,
      ...(quarantine && { quarantine }),
    };
  }

  /** With another key the secrets are gone: the plugin asks for its options again, the others work on. */
  #open(id: string, sealed: string): Record<string, string> {
    try {
      return JSON.parse(this.#secrets.open(sealed, contextOf(id))) as Record<string, string>;
    } catch (error) {
      if ((error as { code?: string }).code === 'secret_key_wrong') return {};
      throw error;
    }
  }
}

const contextOf = (id: string): string => `plugin:${id}`;
