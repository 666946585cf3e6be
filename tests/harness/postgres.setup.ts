import { startPostgres, testClusterUrl } from './postgres.ts';

/** vitest's global set-up of the PostgreSQL group, for when it is run by itself instead of by tests/run.ts. */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (testClusterUrl()) return undefined;
  const cluster = await startPostgres();
  process.env.VITASCOPE_TEST_POSTGRESQL_URL = cluster.url;
  return () => cluster.remove();
}
