import { MikroORM, NodeSqliteDialect, SqliteDriver } from '@mikro-orm/sql';
import { fromSqlite } from './database-errors.ts';
import { ormSettings } from './orm.ts';
import type { OpenDatabaseOptions } from './orm.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import type { TransactionScope } from './transaction-scope.ts';

type QueryDriver = ReturnType<NodeSqliteDialect['createDriver']>;
type QueryConnection = Awaited<ReturnType<QueryDriver['acquireConnection']>>;

const reads = /^\s*(select|pragma|explain|with)\b|\breturning\b/i;

export interface SqliteOrmParts {
  file: string;
  connection: SqliteConnection;
  scope: TransactionScope;
  options: OpenDatabaseOptions;
}

export const createSqliteOrm = ({ file, connection, scope, options }: SqliteOrmParts): MikroORM =>
  new MikroORM({
    ...ormSettings(options),
    driver: CodedSqliteDriver,
    dbName: file,
    driverOptions: new SharedSqliteDialect(file, connection, scope),
  });

/** Lets the ORM work on our connection, so that its units of work and plain queries share one lock and one set of pragmas. */
class SharedSqliteDialect extends NodeSqliteDialect {
  readonly #connection: SqliteConnection;
  readonly #scope: TransactionScope;

  constructor(file: string, connection: SqliteConnection, scope: TransactionScope) {
    super(file);
    this.#connection = connection;
    this.#scope = scope;
  }

  override createDriver(): QueryDriver {
    return createQueryDriver(this.#connection, this.#scope);
  }
}

function createQueryDriver(connection: SqliteConnection, scope: TransactionScope): QueryDriver {
  const execute = (sql: string, parameters: readonly unknown[]) => {
    const statement = connection.native.prepare(sql);
    const values = parameters as Parameters<typeof statement.all>;
    if (reads.test(sql)) return { rows: statement.all(...values) };
    const { changes, lastInsertRowid } = statement.run(...values);
    return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
  };
  let inTransaction = false;
  const session = {
    async executeQuery({ sql, parameters }: { sql: string; parameters: readonly unknown[] }) {
      if (inTransaction) return execute(sql, parameters);
      scope.assertOutside();
      return connection.alone(() => execute(sql, parameters));
    },
    streamQuery() {
      throw new Error('Rows are not streamed from SQLite: ask for them in pages.');
    },
  } as unknown as QueryConnection;
  return {
    init: async () => undefined,
    acquireConnection: async () => session,
    async beginTransaction() {
      scope.assertOutside();
      await connection.begin();
      inTransaction = true;
    },
    async commitTransaction() {
      connection.commit();
      inTransaction = false;
    },
    async rollbackTransaction() {
      inTransaction = false;
      connection.rollback();
    },
    async savepoint(_session, name) {
      connection.native.exec(`savepoint ${name}`);
    },
    async rollbackToSavepoint(_session, name) {
      connection.native.exec(`rollback to ${name}`);
    },
    async releaseSavepoint(_session, name) {
      connection.native.exec(`release ${name}`);
    },
    releaseConnection: async () => undefined,
    destroy: async () => connection.close(),
  };
}

/** Gives the ORM's failures the codes that all others have. */
class CodedSqliteDriver extends SqliteDriver {
  override convertException(exception: Error): ReturnType<SqliteDriver['convertException']> {
    const coded = fromSqlite(exception);
    return coded === exception
      ? super.convertException(exception)
      : (coded as ReturnType<SqliteDriver['convertException']>);
  }
}
