/** Opens a database and tells the parent how many migrations are applied. */
import { pino } from 'pino';
import { openDatabase } from './open-database.ts';
import type { OpenDatabaseOptions } from './orm.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as OpenDatabaseOptions;
const database = await openDatabase({ ...options, logger: pino({ enabled: false }) });
const status = await database.migrations.status();
await database.close();
process.send!(status.filter(({ appliedAt }) => appliedAt !== undefined).length);
process.disconnect();
