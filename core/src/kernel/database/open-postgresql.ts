import { MikroORM, PostgreSqlConnection, PostgreSqlDriver } from '@mikro-orm/postgresql';
import path from 'node:path';
import { backUpPostgresql } from './backup.ts';
import { fromPostgresql } from './database-errors.ts';
import { ormSettings } from './orm.ts';
import type { DialectParts, OpenDatabaseOptions } from './orm.ts';
import { createPostgresqlQueries } from './postgresql-database.ts';
import type { Pool } from './postgresql-database.ts';
import type { TransactionScope } from './transaction-scope.ts';

const statementTimeoutMs = 30_000;
/** Any number, as long as every process of this product takes the same. */
const migrationLock = 8420_2026;

/** Beginning and ending a unit of work fails with our codes too. */
class CodedConnection extends PostgreSqlConnection {
  override begin(...options: Parameters<PostgreSqlConnection['begin']>): ReturnType<PostgreSqlConnection['begin']> {
    return super.begin(...options).catch(rethrow);
  }
  override commit(...options: Parameters<PostgreSqlConnection['commit']>): Promise<void> {
    return super.commit(...options).catch(rethrow);
  }
}

class CodedPostgreSqlDriver extends PostgreSqlDriver {
  protected override readonly connection: CodedConnection;

  constructor(config: ConstructorParameters<typeof PostgreSqlDriver>[0]) {
    super(config);
    this.connection = new CodedConnection(config);
  }
  override convertException(exception: Error): ReturnType<PostgreSqlDriver['convertException']> {
    const coded = fromPostgresql(exception);
    return coded === exception
      ? super.convertException(exception)
      : (coded as ReturnType<PostgreSqlDriver['convertException']>);
  }
}

const rethrow = (error: unknown): never => {
  throw fromPostgresql(error);
};

export async function openPostgresql(
  url: string,
  scope: TransactionScope,
  options: OpenDatabaseOptions,
): Promise<DialectParts> {
  const orm = new MikroORM({
    ...ormSettings(options),
    driver: CodedPostgreSqlDriver,
    clientUrl: url,
    // A migration needs two: one holds the lock.
    pool: { min: 0, max: Math.max(2, options.poolSize ?? 10) },
    driverOptions: {
      application_name: 'vitascope',
      connectionTimeoutMillis: 5000,
      idleTimeoutMillis: 30_000,
      keepAlive: true,
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: 60_000,
      onPoolCreated: readNumbers,
    },
  });
  const pool = () => (orm.em.getConnection() as PostgreSqlConnection).getNativeClient();
  try {
    await (await pool()).query('select 1');
  } catch (error) {
    await orm.close(true);
    return rethrow(error);
  }
  const queries = createPostgresqlQueries(pool, scope);
  return {
    loadOrm: async () => orm,
    fork: () => orm.em.fork(),
    close: () => orm.close(true),
    queries,
    aside: queries,
    label: url.replace(/\/\/[^@/]*@/, '//'),
    migrating: (work) => work(),
    locked: async (work) => locked(await pool(), work),
    backup: (label) =>
      backUpPostgresql({ url, folder: path.join(options.dataDir, 'backups'), label, logger: options.logger }),
  };
}

/** Counts, sums, ids and times come as numbers; none of ours reaches 2^53. */
function readNumbers(pool: Pool): void {
  const types = pool.options.types as { setTypeParser(oid: number, parse: (text: string) => number): void };
  const int8 = 20;
  const numeric = 1700;
  types.setTypeParser(int8, Number);
  types.setTypeParser(numeric, Number);
}

async function locked<T>(pool: Pool, work: () => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  try {
    await client.query('set statement_timeout = 0');
    await client.query(`select pg_advisory_lock(${migrationLock})`);
    return await work();
  } finally {
    // Ends the session and with it the lock, whatever state the connection is in.
    client.release(true);
  }
}
