/** A server that does nothing but jobs, to be killed: a line in a file tells each time the work of a step was done. */
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { z } from 'zod';
import { openDatabase } from '../database/open-database.ts';
import type { OpenDatabaseOptions } from '../database/orm.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import { defineJob } from './job.ts';
import { createJobEngine } from './job-engine.ts';

const { logFile, ...options } = JSON.parse(process.argv[2] ?? '{}') as OpenDatabaseOptions & { logFile: string };
const logger = pino({ enabled: false });
const database = await openDatabase({ ...options, logger });
const engine = createJobEngine({ database, events: createEventBus(logger), logger, workers: 3, pollMs: 200 });

engine.register([
  defineJob({
    name: 'crash.work',
    title: 'Work to be interrupted',
    input: z.object({ n: z.int() }),
    dedupeKey: ({ n }) => String(n),
    async run({ n }, context) {
      let sum = 0;
      for (let step = 0; step < 10; step += 1) {
        sum += await context.step(`step ${step}`, async () => {
          await delay(Math.random() * 12);
          appendFileSync(logFile, `${context.jobId}/step ${step}\n`);
          return n * 100 + step;
        });
        context.progress(step + 1, 10);
        if (step === 4) await context.sleep('rest', 20);
      }
      return sum;
    },
  }),
]);
await engine.open();
process.send!('ready');
process.once('message', async () => {
  await engine.close();
  await database.close();
  process.disconnect();
});
