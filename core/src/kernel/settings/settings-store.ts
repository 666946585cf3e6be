import type { z } from 'zod';
import type { Logger } from 'pino';
import { readJson } from '../database/database.ts';
import type { Database } from '../database/database.ts';
import { SettingEntity } from './setting.entity.ts';

/** A value with a name, a shape, and what holds as long as nobody has set it. */
export interface Setting<T> {
  key: string;
  schema: z.ZodType<T>;
  default: T;
}

export const defineSetting = <T>(setting: Setting<T>): Setting<T> => setting;

/** Values that the server keeps in its database, JSON under a key. Every read asks the database, so all processes agree. */
export interface SettingsStore {
  /** The default where nothing is stored, or where what is stored has another shape (an older version wrote it). */
  get<T>(setting: Setting<T>): Promise<T>;
  /** @throws ZodError when the value does not have the setting's shape */
  set<T>(setting: Setting<T>, value: T): Promise<void>;
  read(key: string): Promise<unknown>;
  write(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
  /** Everything below a prefix such as `config.`, by key. */
  list(prefix: string): Promise<Map<string, unknown>>;
}

export function createSettingsStore(database: Database, logger: Logger): SettingsStore {
  const read = async (key: string): Promise<unknown> => {
    const row = await database.first<{ value: unknown }>('select value from settings where key = ?', [key]);
    return row && unwrap(row.value);
  };
  const write = async (key: string, value: unknown): Promise<void> => {
    if (value === undefined) throw new TypeError(`The setting ${key} cannot be undefined; remove it instead.`);
    await database.fork().upsert(SettingEntity, { key, value: { value }, updatedAt: Date.now() });
  };
  return {
    read,
    write,
    async get(setting) {
      const stored = await read(setting.key);
      if (stored === undefined) return setting.default;
      const parsed = setting.schema.safeParse(stored);
      if (parsed.success) return parsed.data;
      logger.warn(
        { setting: setting.key, issues: parsed.error.issues },
        'A stored setting has another shape; its default is used.',
      );
      return setting.default;
    },
    set: async (setting, value) => write(setting.key, setting.schema.parse(value)),
    async remove(key) {
      await database.run('delete from settings where key = ?', [key]);
    },
    async list(prefix) {
      const rows = await database.all<{ key: string; value: unknown }>('select key, value from settings order by key');
      return new Map(rows.filter(({ key }) => key.startsWith(prefix)).map(({ key, value }) => [key, unwrap(value)]));
    },
  };
}

/** Values lie in an object, because a bare JSON text and the text of a JSON value look alike on PostgreSQL. */
const unwrap = (value: unknown): unknown => readJson<{ value?: unknown }>(value, {}).value;
