import type { AnyEntity, EntityManager, EntitySchema, MikroORM } from '@mikro-orm/sql';
import type { Logger } from 'pino';
import type { Reading } from './database.ts';
import type { PlainDatabase } from './sqlite-database.ts';

/** What `defineEntity` makes. */
export type Entity = EntitySchema<AnyEntity> | EntitySchema<never> | { meta: unknown };

export interface OpenDatabaseOptions {
  /**
   * `postgresql://user:password@host:5432/name`, `sqlite:///absolute/path`, `sqlite:relative-to-data-dir.db`, or nothing for
   * `vitascope.db` in the data directory.
   */
  url?: string | undefined;
  dataDir: string;
  /** The folder with `sqlite/` and `postgresql/`. */
  migrationsDir: string;
  logger: Logger;
  entities?: readonly Entity[];
  /** Brings the schema up to date first, after a backup. A second process of the same server says false. */
  migrate?: boolean;
  /** Connections to PostgreSQL at most; 10 unless told. */
  poolSize?: number;
}

/** What the two dialects hand to the rest. */
export interface DialectParts {
  loadOrm(): Promise<MikroORM>;
  fork(): EntityManager;
  close(): Promise<void>;
  queries: PlainDatabase;
  /** Reads aside from the event loop. */
  aside: Reading;
  /** File of SQLite, name for people of PostgreSQL (without the password). */
  label: string;
  /** Around the changes of a migration: what the connection must leave off meanwhile. */
  migrating<T>(work: () => Promise<T>): Promise<T>;
  /** Nobody else migrates meanwhile, in any process. */
  locked<T>(work: () => Promise<T>): Promise<T>;
  backup(label: string): Promise<string | undefined>;
}

/** Settings of the ORM that both dialects share. */
export function ormSettings(options: OpenDatabaseOptions) {
  return {
    entities: (options.entities ?? []) as never[],
    discovery: { warnWhenNoEntities: false },
    colors: false,
    logger: (message: string) => options.logger.warn({ source: 'orm' }, message),
    migrations: {
      tableName: 'schema_migrations',
      snapshot: false,
      allOrNothing: false,
      disableForeignKeys: false,
      silent: true,
    },
    metadataCache: { enabled: false },
  };
}
