import type { Migration } from '@mikro-orm/migrations';
import type { Logger } from 'pino';
import { AppError } from '../errors.ts';
import type { Queries } from './database.ts';
import { readMigrationFiles } from './migration-files.ts';
import type { MigrationFile } from './migration-files.ts';
import { keepData, findLosses, restoreData } from './kept-data.ts';
import type { DialectParts } from './orm.ts';

export interface MigrationStatus {
  name: string;
  /** Undefined: not applied yet. */
  appliedAt: Date | undefined;
}

/** The schema's history. Both directions make a backup first where there is something to lose. */
export interface Migrations {
  status(): Promise<MigrationStatus[]>;
  /** Applies what is missing; the names. */
  up(): Promise<string[]>;
  /** Takes back the newest ones. Rows of tables and columns that go are kept aside, and come back with the next `up`. */
  down(steps?: number): Promise<string[]>;
}

export interface MigrationsOptions {
  parts: DialectParts;
  /** Holds the pairs of one dialect. */
  folder: string;
  logger: Logger;
}

interface AppliedRow {
  name: string;
  executed_at: string | number;
}

export function createMigrations({ parts, folder, logger }: MigrationsOptions): Migrations {
  const { queries } = parts;

  const applied = async (): Promise<AppliedRow[]> =>
    (await hasTable(queries, 'schema_migrations'))
      ? queries.all<AppliedRow>('select name, executed_at from schema_migrations order by id')
      : [];

  const known = async (): Promise<{ files: MigrationFile[]; done: AppliedRow[] }> => {
    const [files, done] = [await readMigrationFiles(folder), await applied()];
    const unknown = done.find(({ name }) => !files.some((file) => file.name === name));
    if (!unknown) return { files, done };
    throw new AppError(
      'unsupported',
      `The database was written by a newer Vitascope: this one does not know its migration ${unknown.name}.`,
      {
        fix: 'Start the newer version again, or put back a backup from the folder `backups` of the data directory.',
      },
    );
  };

  const run = async (
    direction: 'up' | 'down',
    names: readonly string[],
    files: readonly MigrationFile[],
  ): Promise<void> => {
    const migrator = await createMigrator(parts, files);
    for (const name of names) {
      const begun = performance.now();
      await parts.migrating(() => migrator[direction]({ migrations: [name] }));
      const tookMs = Math.round(performance.now() - begun);
      logger.info({ migration: name, tookMs }, direction === 'up' ? 'Migration applied.' : 'Migration taken back.');
    }
  };

  const change = async (
    direction: 'up' | 'down',
    choose: (done: Set<string>, files: MigrationFile[]) => string[],
  ): Promise<string[]> => {
    const look = async () => {
      const { files, done } = await known();
      return { files, done, names: choose(new Set(done.map(({ name }) => name)), files) };
    };
    if ((await look()).names.length === 0) return [];
    return parts.locked(async () => {
      // Another process may have done it while this one waited.
      const { files, done, names } = await look();
      if (names.length === 0) return [];
      if (done.length > 0) await parts.backup(`before-${direction}-${names[0]}`);
      await run(direction, names, files);
      return names;
    });
  };

  return {
    async status() {
      const { files, done } = await known();
      const times = new Map(done.map((row) => [row.name, new Date(row.executed_at)]));
      return files.map(({ name }) => ({ name, appliedAt: times.get(name) }));
    },
    up: () => change('up', (done, files) => files.map(({ name }) => name).filter((name) => !done.has(name))),
    down: (steps = 1) => change('down', (done) => [...done].reverse().slice(0, steps)),
  };
}

/** Is there such a table? */
export async function hasTable(queries: Queries, table: string): Promise<boolean> {
  const sql =
    queries.dialect === 'sqlite'
      ? `select 1 as found from sqlite_schema where type = 'table' and name = ?`
      : `select 1 as found from pg_tables where schemaname = current_schema() and tablename = ?`;
  return (await queries.first(sql, [table])) !== undefined;
}

/** MikroORM's migrator, fed with our SQL files. It is loaded only when there is something to do. */
async function createMigrator(parts: DialectParts, files: readonly MigrationFile[]) {
  const [{ Migration: Base, Migrator }, { SchemaGenerator }] = await Promise.all([
    import('@mikro-orm/migrations'),
    import('@mikro-orm/sql'),
  ]);
  const { queries } = parts;
  const orm = await parts.loadOrm();
  const toClass = (file: MigrationFile) =>
    class extends Base {
      override async up(): Promise<void> {
        await takeTime(this, queries.dialect);
        for (const statement of await file.up()) await this.execute(statement);
        await restoreData(asQueries(this, queries.dialect), findLosses(await file.down()));
        await checkReferences(this, queries.dialect, file.name);
      }
      override async down(): Promise<void> {
        await takeTime(this, queries.dialect);
        const statements = await file.down();
        await keepData(asQueries(this, queries.dialect), findLosses(statements));
        for (const statement of statements) await this.execute(statement);
        await checkReferences(this, queries.dialect, file.name);
      }
    };
  SchemaGenerator.register(orm);
  orm.config.set('migrations', {
    ...orm.config.get('migrations'),
    migrationsList: files.map((file) => ({ name: file.name, class: toClass(file) as never })),
  });
  return new Migrator(orm.em as never);
}

/** What is needed of `Queries` inside a migration's transaction. */
export type MigrationQueries = Pick<Queries, 'dialect'> & { all<Row extends object>(sql: string): Promise<Row[]> };

const asQueries = (migration: Migration, dialect: Queries['dialect']): MigrationQueries => ({
  dialect,
  all: async <Row extends object>(sql: string) => (await migration.execute(sql)) as unknown as Row[],
});

/** A large table takes longer to change than a query may otherwise take. */
async function takeTime(migration: Migration, dialect: Queries['dialect']): Promise<void> {
  if (dialect === 'postgresql') await migration.execute('set local statement_timeout = 0');
}

/** SQLite does not watch foreign keys during a migration, so they are checked before it is committed. */
async function checkReferences(migration: Migration, dialect: Queries['dialect'], name: string): Promise<void> {
  if (dialect !== 'sqlite') return;
  const broken = (await migration.execute('pragma foreign_key_check')) as unknown as {
    table: string;
    parent: string;
  }[];
  if (broken.length === 0) return;
  const { table, parent } = broken[0]!;
  throw new Error(
    `The migration ${name} was undone: ${broken.length} rows would point nowhere, the first from ${table} to ${parent}.`,
  );
}
