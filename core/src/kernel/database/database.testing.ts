import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pino } from 'pino';
import type { Dialect } from './database.ts';
import { openDatabase } from './open-database.ts';
import type { OpenDatabase } from './open-database.ts';
import type { OpenDatabaseOptions } from './orm.ts';

export const repositoryMigrations = path.join(import.meta.dirname, '../../../../migrations');

/** A server of PostgreSQL where tests may make databases; tests on it are left out where there is none. */
const serverUrl = process.env.VITASCOPE_TEST_POSTGRESQL_URL;

/** The databases that tests can run on here. */
export const testDialects: readonly Dialect[] = serverUrl ? ['sqlite', 'postgresql'] : ['sqlite'];

export interface TestDatabase {
  database: OpenDatabase;
  /** What it was opened with, to open it a second time. */
  options: OpenDatabaseOptions;
  /** Closes it and removes every trace. */
  remove(): Promise<void>;
}

/** A new, migrated database of its own for a test. */
export async function createTestDatabase(
  dialect: Dialect,
  changes: Partial<OpenDatabaseOptions> = {},
): Promise<TestDatabase> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'vitascope-test-'));
  const name = `vitascope_test_${randomBytes(6).toString('hex')}`;
  const url = dialect === 'sqlite' ? undefined : databaseUrl(name);
  if (dialect === 'postgresql') await onServer(`create database ${name} template template0 encoding 'UTF8'`);
  const options = { url, dataDir, migrationsDir: repositoryMigrations, logger: pino({ enabled: false }), ...changes };
  const database = await openDatabase(options);
  return {
    database,
    options,
    async remove() {
      await database.close();
      if (dialect === 'postgresql') await onServer(`drop database ${name} with (force)`);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function databaseUrl(name: string): string {
  const url = new URL(serverUrl ?? '');
  url.pathname = `/${name}`;
  return url.href;
}

/** Runs a statement on the server's own database, outside any transaction. */
async function onServer(sql: string): Promise<void> {
  const { MikroORM } = await import('@mikro-orm/postgresql');
  const orm = new MikroORM({
    clientUrl: databaseUrl('postgres'),
    entities: [],
    discovery: { warnWhenNoEntities: false },
  });
  try {
    await orm.em.getConnection().execute(sql);
  } finally {
    await orm.close(true);
  }
}
