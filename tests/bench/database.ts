import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';
import type { Database } from '../../core/src/kernel/database/database.ts';
import { openDatabase } from '../../core/src/kernel/database/open-database.ts';
import { createEventBus } from '../../core/src/kernel/events/create-event-bus.ts';
import { createJobEngine } from '../../core/src/kernel/jobs/job-engine.ts';
import { defineJob } from '../../core/src/kernel/jobs/job.ts';
import { silentLogger } from '../../core/src/kernel/log/logger.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, startPostgres } from '../harness/postgres.ts';
import { programs } from '../harness/programs.ts';
import { grouped, median, milliseconds, type Bench, type Row } from './bench.ts';

const rows = 100_000;
const migrationsDir = path.join(import.meta.dirname, '../../migrations');
const insertSql = 'insert into terms (kind, name, folded_name) values (?, ?, ?)';
const selectSql = 'select * from terms where id = ?';

const perSecond = (count: number, since: number): number => count / ((performance.now() - since) / 1000);
const shown = (value: number): string => `${grouped(value)}/s`;
/** Every id once in a while, in no order that a cache would like. */
const idOf = (n: number): number => 1 + ((n * 7919) % rows);

interface Speeds {
  insert: number;
  select: number;
  update: number;
}

async function measure(database: Database, selects: number): Promise<Speeds> {
  let since = performance.now();
  await database.insert(
    'terms',
    Array.from({ length: rows }, (_, n) => ({ kind: 'tag', name: `Name ${n}`, folded_name: `name ${n}` })),
  );
  const insert = perSecond(rows, since);
  since = performance.now();
  for (let n = 0; n < selects; n += 1) await database.first(selectSql, [idOf(n)]);
  const select = perSecond(selects, since);
  since = performance.now();
  for (let n = 0; n < selects / 10; n += 1)
    await database.run('update terms set name = ? where id = ?', [`New ${n}`, idOf(n)]);
  return { insert, select, update: perSecond(selects / 10, since) };
}

/** The same by hand on Node's own driver, without promises, queueing or error codes. */
function measureBare(file: string, selects: number): Speeds {
  const bare = new DatabaseSync(file);
  bare.exec('pragma journal_mode = wal; pragma synchronous = normal');
  bare.exec(
    'create table terms (id integer primary key, kind text, name text, folded_name text, unique (kind, folded_name))',
  );
  const [insertOne, selectOne] = [bare.prepare(insertSql), bare.prepare(selectSql)];
  const updateOne = bare.prepare('update terms set name = ? where id = ?');
  let since = performance.now();
  bare.exec('begin');
  for (let n = 0; n < rows; n += 1) insertOne.run('tag', `Name ${n}`, `name ${n}`);
  bare.exec('commit');
  const insert = perSecond(rows, since);
  since = performance.now();
  for (let n = 0; n < selects; n += 1) selectOne.get(idOf(n));
  const select = perSecond(selects, since);
  since = performance.now();
  for (let n = 0; n < selects / 10; n += 1) updateOne.run(`New ${n}`, idOf(n));
  const update = perSecond(selects / 10, since);
  bare.close();
  return { insert, select, update };
}

/** Empty jobs, written one by one and run to their end. */
async function measureJobs(database: Database, count: number): Promise<number> {
  const logger = silentLogger();
  const engine = createJobEngine({ database, events: createEventBus(logger), logger, workers: 16 });
  let left = count;
  const done = Promise.withResolvers<void>();
  const run = async (): Promise<void> => {
    left -= 1;
    if (left === 0) done.resolve();
  };
  engine.register([defineJob({ name: 'bench.empty', title: 'Nothing', input: z.object({}), run })]);
  const since = performance.now();
  for (let n = 0; n < count; n += 1) await engine.start('bench.empty', {});
  await engine.open();
  await done.promise;
  const speed = perSecond(count, since);
  await engine.close();
  return speed;
}

/** From the first import to the first answer, in a process of its own, as the scan worker does it. */
function measureOpen(dataDir: string): number {
  const script = `
    const since = performance.now();
    const { openDatabase } = await import(${JSON.stringify(new URL('../../core/src/kernel/database/open-database.ts', import.meta.url).href)});
    const logger = { warn() {}, debug() {}, info() {}, error() {} };
    const database = await openDatabase({ dataDir: ${JSON.stringify(dataDir)}, migrationsDir: '', logger, migrate: false });
    await database.ping();
    console.log(performance.now() - since);
    await database.close();`;
  const times = Array.from({ length: 5 }, () => {
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' });
    if (!stdout) throw new Error(`The second process did not open the database: ${stderr}`);
    return Number(stdout);
  });
  return median(times);
}

async function onSqlite(): Promise<Row[]> {
  const folder = temporaryFolder('vitascope-bench-database');
  const options = { dataDir: folder, migrationsDir, logger: silentLogger() };
  const since = performance.now();
  const database = await openDatabase(options);
  const created = performance.now() - since;
  try {
    const jobs = await measureJobs(database, 5000);
    const ours = await measure(database, 200_000);
    const bare = measureBare(path.join(folder, 'bare.db'), 200_000);
    return [
      {
        what: 'SQLite: rows by key',
        ours: shown(ours.select),
        peer: `node:sqlite by hand ${shown(bare.select)}`,
        aim: '40,000/s',
      },
      {
        what: 'SQLite: 100,000 rows inserted',
        ours: shown(ours.insert),
        peer: `node:sqlite by hand ${shown(bare.insert)}`,
      },
      { what: 'SQLite: single updates', ours: shown(ours.update), peer: `node:sqlite by hand ${shown(bare.update)}` },
      { what: 'SQLite: empty jobs, durable, written and run', ours: shown(jobs) },
      { what: 'SQLite: a new database with its schema', ours: milliseconds(created) },
      { what: 'SQLite: opened in a second process', ours: milliseconds(measureOpen(folder)), aim: '150 ms' },
    ];
  } finally {
    await database.close();
    removeFolder(folder);
  }
}

async function onPostgresql(): Promise<Row[]> {
  if (!programs.postgresql.find()) return [{ what: 'PostgreSQL', ours: 'not measured: PostgreSQL is missing' }];
  const cluster = await startPostgres();
  const folder = temporaryFolder('vitascope-bench-database');
  const database = await openDatabase({
    url: createDatabase(cluster.url).url,
    dataDir: folder,
    migrationsDir,
    logger: silentLogger(),
  });
  try {
    const jobs = await measureJobs(database, 1000);
    const ours = await measure(database, 10_000);
    return [
      { what: 'PostgreSQL: rows by key, one at a time', ours: shown(ours.select) },
      { what: 'PostgreSQL: 100,000 rows inserted', ours: shown(ours.insert) },
      { what: 'PostgreSQL: empty jobs, durable, written and run', ours: shown(jobs) },
    ];
  } finally {
    await database.close();
    await cluster.remove();
    removeFolder(folder);
  }
}

export async function benchDatabase(): Promise<Row[]> {
  return [...(await onSqlite()), ...(await onPostgresql())];
}

export const database: Bench = { name: 'database', title: 'Database and jobs', run: benchDatabase };
