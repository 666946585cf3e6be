import { pino } from 'pino';
import { z } from 'zod';
import type { Database, Dialect } from '../database/database.ts';
import { createTestDatabase } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import type { EventBus } from '../events/event-bus.ts';
import { defineJob } from './job.ts';
import type { JobContext, JobDefinition } from './job.ts';
import { createJobEngine } from './job-engine.ts';
import type { JobEngine, JobEngineOptions } from './job-engine.ts';
import type { JobRow } from './job-rows.ts';
import { JobScheduleEntity } from './job-schedule.entity.ts';

const logger = pino({ enabled: false });
const anything = z.any();

/** A job around a function. */
export const job = (
  name: string,
  run: (input: never, context: JobContext) => Promise<unknown>,
  more: Partial<JobDefinition> = {},
) => defineJob({ name, title: name, input: anything, run: run as JobDefinition['run'], ...more });

export const untilAborted = (context: JobContext): Promise<never> =>
  new Promise((_, reject) =>
    context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true }),
  );

/** An engine on a database of its own, not open yet. */
export interface EngineTest {
  database: Database;
  events: EventBus;
  engine: JobEngine;
  /** Another engine on the same database. */
  build(options?: Partial<JobEngineOptions>): JobEngine;
  rowOf(id: string): Promise<JobRow>;
  /** Resolves when a job is in this state. */
  inState(id: string, state: string): Promise<void>;
  close(): Promise<void>;
}

export async function createEngineTest(dialect: Dialect): Promise<EngineTest> {
  const test = await createTestDatabase(dialect, { entities: [JobScheduleEntity] });
  const events = createEventBus(logger);
  const engines: JobEngine[] = [];
  const build: EngineTest['build'] = (options = {}) => {
    const built = createJobEngine({ database: test.database, events, logger, pollMs: 100, ...options });
    engines.push(built);
    return built;
  };
  const engine = build();
  const rowOf = async (id: string): Promise<JobRow> => (await engine.store.find(id))!;
  return {
    database: test.database,
    events,
    engine,
    build,
    rowOf,
    async inState(id, state) {
      const coming = Promise.withResolvers<void>();
      const stop = events.on('job.changed', (changed) => {
        if (changed.id === id && changed.state === state) coming.resolve();
      });
      if ((await rowOf(id)).state !== state) await coming.promise;
      stop();
    },
    async close() {
      for (const built of engines) await built.close(1000);
      await test.remove();
    },
  };
}
