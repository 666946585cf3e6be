import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfig, type LoadedConfig, type LoadOptions } from './kernel/config/load-config.ts';
import { makeFolder } from './kernel/database/folder.ts';
import { openDatabase, parseDatabaseUrl, type OpenDatabase } from './kernel/database/open-database.ts';
import { createEventBus } from './kernel/events/create-event-bus.ts';
import type { EventBus } from './kernel/events/event-bus.ts';
import { JobScheduleEntity } from './kernel/jobs/job-schedule.entity.ts';
import { createLog, type Logger } from './kernel/log/logger.ts';
import type { RecentLines } from './kernel/log/recent-lines.ts';
import { loadSecretKey, type SecretKey } from './kernel/security/secret-key.ts';
import { SettingEntity } from './kernel/settings/setting.entity.ts';
import { createSettingsStore, type SettingsStore } from './kernel/settings/settings-store.ts';
import { openLocalStorage } from './kernel/storage/local-storage.ts';
import type { Storage } from './kernel/storage/storage.ts';
import { AccountEntity, ApiTokenEntity, SessionEntity } from './domains/identity/identity.entity.ts';
import { LiveConfig } from './domains/settings/live-config.ts';
import { installPaths } from './install-paths.ts';

/** What everything else stands on; opening it needs the disk and the database, so it is awaited before the wiring. */
export interface Foundation {
  loaded: LoadedConfig;
  config: LiveConfig;
  version: string;
  logger: Logger;
  lines: RecentLines;
  events: EventBus;
  secretKey: SecretKey;
  database: OpenDatabase;
  /** The SQLite file; undefined on PostgreSQL. */
  databaseFile: string | undefined;
  settings: SettingsStore;
  storage: Storage;
  close(): Promise<void>;
}

export type FoundationOptions = LoadOptions;

/** Every entity of the server. */
export const entities = [AccountEntity, SessionEntity, ApiTokenEntity, SettingEntity, JobScheduleEntity];

/** Reads the configuration, then opens log, key, database (migrated) and storage. Faults are thrown typed, nothing is left open. */
export async function openFoundation(options: FoundationOptions): Promise<Foundation> {
  const loaded = loadConfig(options);
  const { dataDir, database: databaseConfig, log } = loaded.config;
  const { logger, lines } = createLog(log);
  const events = createEventBus(logger);
  lines.onLine(({ time, level, message, data }) => events.emit('log.line', { ...data, time, level, message }));
  await makeFolder(dataDir);
  const secretKey = await loadSecretKey({
    configured: loaded.config.security.secretKey,
    file: join(dataDir, 'secret.key'),
  });
  const database = await openDatabase({
    url: databaseConfig.url,
    dataDir,
    migrationsDir: installPaths.migrations,
    logger,
    entities,
    poolSize: databaseConfig.poolSize,
  });
  try {
    const settings = createSettingsStore(database, logger);
    const config = new LiveConfig(loaded, settings);
    await config.load();
    // Before anybody makes a child of the log, which would keep the level it was made with.
    logger.level = config.get('log').level;
    const target = parseDatabaseUrl(databaseConfig.url, dataDir);
    return {
      loaded,
      config,
      version: readVersion(),
      logger,
      lines,
      events,
      secretKey,
      database,
      databaseFile: target.dialect === 'sqlite' ? target.file : undefined,
      settings,
      storage: await openLocalStorage(join(dataDir, 'storage')),
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

const readVersion = (): string =>
  (JSON.parse(readFileSync(installPaths.manifest, 'utf8')) as { version: string }).version;
