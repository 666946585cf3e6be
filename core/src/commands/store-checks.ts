import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { LoadedConfig } from '../kernel/config/load-config.ts';
import type { OpenDatabase } from '../kernel/database/open-database.ts';
import { parseDatabaseUrl } from '../kernel/database/open-database.ts';
import { createSecretBox } from '../kernel/security/secret-box.ts';
import { loadSecretKey, type SecretKey } from '../kernel/security/secret-key.ts';
import { openCommandDatabase } from './command-context.ts';
import { fault, faultOf, ok, warning, type Finding } from './findings.ts';

export interface StoreFindings {
  findings: Finding[];
  /** Root folders that the database knows. */
  rootFolders: string[];
}

/** Key and database together: a key is right when it opens what the database keeps. */
export async function checkStore(loaded: LoadedConfig): Promise<StoreFindings> {
  const { finding: keyFinding, key } = await checkKey(loaded);
  const target = parseDatabaseUrl(loaded.config.database.url, loaded.config.dataDir);
  if (target.dialect === 'sqlite' && !existsSync(target.file)) {
    const missing = ok('database', `${target.file} is not there yet; the first start makes it.`);
    return { findings: [keyFinding, missing], rootFolders: [] };
  }
  let database: OpenDatabase;
  try {
    database = await openCommandDatabase(loaded);
  } catch (error) {
    return {
      findings: [keyFinding, faultOf('database', error, 'Check database.url, and that the server it names runs.')],
      rootFolders: [],
    };
  }
  try {
    const schema = await checkMigrations(database);
    const isCurrent = schema.state === 'ok';
    const secrets = key && isCurrent ? await checkSecrets(database, key) : [];
    return { findings: [keyFinding, schema, ...secrets], rootFolders: isCurrent ? await rootFolders(database) : [] };
  } catch (error) {
    return { findings: [keyFinding, faultOf('database', error, 'Look at the log of the database.')], rootFolders: [] };
  } finally {
    await database.close();
  }
}

async function checkKey({ config }: LoadedConfig): Promise<{ finding: Finding; key?: SecretKey }> {
  const file = join(config.dataDir, 'secret.key');
  if (config.security.secretKey !== undefined) {
    const key = await loadSecretKey({ configured: config.security.secretKey, file });
    return { finding: ok('secret key', `The key of the configuration (${key.fingerprint}).`), key };
  }
  if (!existsSync(file)) return { finding: ok('secret key', `${file} is not there yet; the first start makes it.`) };
  try {
    const key = await loadSecretKey({ file });
    const mode = (statSync(file).mode & 0o777).toString(8).padStart(4, '0');
    return { finding: ok('secret key', `${file}, mode ${mode} (${key.fingerprint}).`), key };
  } catch (error) {
    return { finding: faultOf('secret key', error, 'Put back the file from a backup.') };
  }
}

async function checkMigrations(database: OpenDatabase): Promise<Finding> {
  await database.ping();
  const pending = (await database.migrations.status()).filter(({ appliedAt }) => !appliedAt);
  if (pending.length === 0) return ok('database', `${database.dialect}, schema up to date.`);
  const names = pending.map(({ name }) => name).join(', ');
  return warning(
    'database',
    `Migrations wait to be applied: ${names}.`,
    'The next start applies them after a backup; `vitascope migrate up` does so now.',
  );
}

async function checkSecrets(database: OpenDatabase, key: SecretKey): Promise<Finding[]> {
  const box = createSecretBox(key);
  const rows = await database.all<{ name: string; secrets: string }>(
    'select name, secrets from connections where secrets is not null',
  );
  const foreign = rows.filter(({ secrets }) => !box.isOurs(secrets)).map(({ name }) => name);
  if (foreign.length === 0) return rows.length === 0 ? [] : [ok('stored secrets', `${rows.length} can be opened.`)];
  return [
    fault(
      'stored secrets',
      `The key is not the one that sealed the credentials of ${foreign.join(', ')}.`,
      'Put back the secret.key (or security.secretKey) that belongs to this database, or enter the credentials again.',
    ),
  ];
}

async function rootFolders(database: OpenDatabase): Promise<string[]> {
  const rows = await database.all<{ path: string }>('select path from root_folders order by path');
  return rows.map(({ path }) => path);
}
