import type { Entity } from '../kernel/database/orm.ts';
import type { OpenDatabase } from '../kernel/database/open-database.ts';
import type { LoadedConfig } from '../kernel/config/load-config.ts';
import { loadConfig } from '../kernel/config/load-config.ts';
import { installPaths } from '../install-paths.ts';
import type { Terminal } from './terminal.ts';

/** What every command gets. */
export interface CommandContext {
  terminal: Terminal;
  /** `--config` */
  configFile: string | undefined;
  environment: Readonly<Record<string, string | undefined>>;
}

export const loadCommandConfig = ({ configFile, environment }: CommandContext): LoadedConfig =>
  loadConfig({ ...(configFile === undefined ? {} : { file: configFile }), environment });

export interface CommandDatabaseOptions {
  entities?: readonly Entity[];
  /** Bring the schema up to date first. */
  migrate?: boolean;
}

/** Opens the configured database for one command, with warnings only on standard error. */
export async function openCommandDatabase(
  { config }: LoadedConfig,
  { entities = [], migrate = false }: CommandDatabaseOptions = {},
): Promise<OpenDatabase> {
  const [{ openDatabase }, { createLog }] = await Promise.all([
    import('../kernel/database/open-database.ts'),
    import('../kernel/log/logger.ts'),
  ]);
  const { logger } = createLog({ level: 'warn', format: 'auto', keepLines: 100 }, process.stderr);
  return openDatabase({
    url: config.database.url,
    dataDir: config.dataDir,
    migrationsDir: installPaths.migrations,
    logger,
    entities,
    migrate,
    poolSize: 2,
  });
}
