import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, testDialects } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import { defineJob } from './job.ts';
import { createJobEngine } from './job-engine.ts';

const kills = 10;
const jobs = 40;
const logger = pino({ enabled: false });

async function startServer(options: object): Promise<ChildProcess> {
  const server = fork(path.join(import.meta.dirname, 'job-crash.testing.ts'), [JSON.stringify(options)], {
    execArgv: [],
    stdio: 'inherit',
  });
  await once(server, 'message');
  return server;
}

describe.each(testDialects)('jobs on %s whose server is killed again and again', (dialect) => {
  it('are all done, and no finished step is repeated', { timeout: 120_000 }, async () => {
    const test = await createTestDatabase(dialect);
    const { database } = test;
    const { url, dataDir, migrationsDir } = test.options;
    const logFile = path.join(dataDir, 'work.log');
    await writeFile(logFile, '');
    const options = { url, dataDir, migrationsDir, logFile };
    const worked = async (): Promise<string[]> => (await readFile(logFile, 'utf8')).split('\n').filter(Boolean);
    const journaled = async (): Promise<Set<string>> => {
      const rows = await database.all<{ step: string }>(`select job_id || '/' || name as step from job_steps`);
      return new Set(rows.map(({ step }) => step));
    };

    const engine = createJobEngine({ database, events: createEventBus(logger), logger });
    engine.register([
      defineJob({
        name: 'crash.work',
        title: 'Work',
        input: z.any(),
        dedupeKey: ({ n }) => String(n),
        run: async () => undefined,
      }),
    ]);
    const ids: string[] = [];
    for (let n = 0; n < jobs; n += 1) ids.push((await engine.start('crash.work', { n })).id);

    /** Resolves as soon as another step is done, or nothing is left to do. */
    const goesOn = async (before: number): Promise<void> => {
      const open = "select count(*) as count from jobs where state in ('queued', 'running', 'waiting')";
      const left = async () => (await database.first<{ count: number }>(open))?.count;
      await expect.poll(async () => (await worked()).length > before || Number(await left()) === 0).toBe(true);
    };

    const repeated: string[] = [];
    let interrupted = 0;
    for (let kill = 0; kill < kills; kill += 1) {
      const already = (await worked()).length;
      const server = await startServer(options);
      await goesOn(already);
      await delay(Math.random() * 100);
      server.kill('SIGKILL');
      await once(server, 'exit');
      const [finished, before] = [await journaled(), (await worked()).length];
      const running = await database.first<{ count: number }>(
        `select count(*) as count from jobs where state = 'running'`,
      );
      interrupted += running?.count ?? 0;
      const next = await startServer(options);
      await goesOn(before);
      next.kill('SIGKILL');
      await once(next, 'exit');
      repeated.push(...(await worked()).slice(before).filter((step) => finished.has(step)));
    }

    const server = await startServer(options);
    const results = await Promise.all(ids.map((id) => engine.finished(id)));
    server.send('stop');
    await once(server, 'exit');

    expect(interrupted).toBeGreaterThan(0);
    expect(repeated).toEqual([]);
    expect(results).toEqual(ids.map((_, n) => n * 1000 + 45));
    const counts = await database.first(
      'select count(*) as jobs, count(distinct dedupe_key) as keys, max(attempt) as attempts from jobs',
    );
    expect(counts).toEqual({ jobs, keys: jobs, attempts: 1 });
    // Each of the ten steps, and the rest.
    expect((await journaled()).size).toBe(jobs * 11);
    if (dialect === 'sqlite') {
      expect(await database.all('pragma integrity_check')).toEqual([{ integrity_check: 'ok' }]);
      expect(await database.all('pragma foreign_key_check')).toEqual([]);
    }
    await test.remove();
  });
});
