import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, testDialects } from '../database/database.testing.ts';
import type { TestDatabase } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import type { Call, Endpoint } from '../http/endpoint.ts';
import { defineJob } from './job.ts';
import { createJobEngine } from './job-engine.ts';
import type { JobEngine } from './job-engine.ts';
import { JobScheduleEntity } from './job-schedule.entity.ts';
import { createJobsModule } from './jobs.module.ts';
import {
  cancelJob,
  getJob,
  getRunningJobs,
  listJobDefinitions,
  listJobs,
  listSchedules,
  retryJob,
  runSchedule,
  updateSchedule,
} from './jobs.schema.ts';

const logger = pino({ enabled: false });
const account = '11111111-1111-4111-8111-111111111111';

describe.each(testDialects)('the routes of jobs on %s', (dialect) => {
  let test: TestDatabase;
  let engine: JobEngine;

  /** Calls a route as the server does: the query validated before, the answer after. */
  const call = async <E extends Endpoint>(
    contract: E,
    given: { params?: object; query?: object; body?: object; role?: string } = {},
  ): Promise<z.output<NonNullable<E['response']>>> => {
    const routes = createJobsModule({ engine, database: test.database }).routes ?? [];
    const { endpoint, handle } = routes.find((route) => route.endpoint === contract)!;
    const answer = await handle({
      params: endpoint.params?.parse(given.params),
      query: endpoint.query?.parse(given.query ?? {}),
      body: endpoint.body?.parse(given.body),
      caller: { accountId: account, role: given.role ?? 'admin' },
    } as unknown as Call);
    return endpoint.response!.parse(answer) as z.output<NonNullable<E['response']>>;
  };

  beforeEach(async () => {
    test = await createTestDatabase(dialect, { entities: [JobScheduleEntity] });
    engine = createJobEngine({ database: test.database, events: createEventBus(logger), logger, pollMs: 100 });
    const module = createJobsModule({ engine, database: test.database });
    engine.register(module.jobs ?? []);
    await engine.schedule(module.schedules ?? []);
    engine.register([
      defineJob({
        name: 'greet',
        title: ({ name }) => `Greet ${name}`,
        input: z.object({ name: z.string().min(1) }),
        async run({ name }, context) {
          await context.step('think', async () => ({ thought: name }));
          context.log.info('Greeting', { name });
          context.progress(1, 1, 'said hello');
          if (name === 'nobody') throw new Error('There is nobody.');
          return `Hello, ${name}`;
        },
      }),
    ]);
    engine.register(
      [defineJob({ name: 'plugin.job', title: 'A plugin works', input: z.any(), run: async () => undefined })],
      'example',
    );
  });
  afterEach(async () => {
    await engine.close();
    await test.remove();
  });

  it('list, filter and page jobs, newest first', async () => {
    for (const name of ['a', 'b', 'c']) {
      await engine.start('greet', { name }, { accountId: account });
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    await engine.start('plugin.job', {});
    const page = await call(listJobs, { query: { name: 'greet', pageSize: '2' } });
    expect(page).toMatchObject({
      page: 1,
      pageSize: 2,
      total: 3,
      items: [{ title: 'Greet c', accountId: account }, { title: 'Greet b' }],
    });
    expect((await call(listJobs, { query: { state: 'failed' } })).total).toBe(0);
    expect((await call(listJobs, { query: { state: 'queued' } })).total).toBe(4);
  });

  it('show a job with its input, result, steps and log', async () => {
    await engine.open();
    const { id } = await engine.start('greet', { name: 'Ada' });
    await engine.finished(id);
    expect(await call(getJob, { params: { id } })).toMatchObject({
      state: 'succeeded',
      input: { name: 'Ada' },
      result: 'Hello, Ada',
      note: 'said hello',
      done: 1,
      steps: [{ name: 'think', result: { thought: 'Ada' } }],
      events: [{ level: 'info', message: 'Greeting', data: { name: 'Ada' } }],
    });
    await expect(call(getJob, { params: { id: account } })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('retry a failed job and cancel a queued one', async () => {
    await engine.open();
    const { id } = await engine.start('greet', { name: 'nobody' });
    await expect(engine.finished(id)).rejects.toThrow('There is nobody.');
    expect(await call(getJob, { params: { id } })).toMatchObject({
      state: 'failed',
      error: { code: 'internal', message: 'There is nobody.' },
    });
    expect(await call(retryJob, { params: { id } })).toMatchObject({
      state: 'queued',
      error: null,
      maxAttempts: 2,
    });
    await expect(engine.finished(id)).rejects.toThrow('There is nobody.');
    const waiting = await engine.start('greet', { name: 'x' }, { runAt: Date.now() + 1e6 });
    expect(await call(cancelJob, { params: { id: waiting.id } })).toMatchObject({ state: 'cancelled' });
  });

  it('count running jobs for the ring: all for administrators, their own for others', async () => {
    await engine.start('greet', { name: 'mine' }, { accountId: account });
    await engine.start('greet', { name: 'theirs' });
    expect(await call(getRunningJobs)).toMatchObject({ running: 0, waiting: 2, items: [{}, {}] });
    expect(await call(getRunningJobs, { role: 'user' })).toMatchObject({
      waiting: 1,
      items: [{ title: 'Greet mine' }],
    });
  });

  it('say what a job waits for when its plugin is off', async () => {
    const { id } = await engine.start('plugin.job', {});
    await engine.unregister('example');
    expect((await call(getJob, { params: { id } })).note).toBe(
      'Waits until the plugin example that brings plugin.job is on again.',
    );
  });

  it('describe the jobs there are with JSON Schemas of their input', async () => {
    const { items } = await call(listJobDefinitions);
    expect(items.find(({ name }) => name === 'greet')).toMatchObject({
      pluginId: null,
      input: { type: 'object', properties: { name: { type: 'string', minLength: 1 } }, required: ['name'] },
    });
    expect(items.find(({ name }) => name === 'plugin.job')).toMatchObject({
      pluginId: 'example',
      title: 'A plugin works',
    });
  });

  it('list, change and run schedules', async () => {
    await engine.open();
    const name = 'jobs.clean-up';
    expect((await call(listSchedules)).items).toMatchObject([
      { name, cron: '15 4 * * *', enabled: true, available: true, lastRunAt: null },
    ]);
    const off = await call(updateSchedule, { params: { name }, body: { enabled: false } });
    expect(off).toMatchObject({ enabled: false, nextRunAt: null });
    const on = await call(updateSchedule, {
      params: { name },
      body: { cron: '0 0 1 1 *', enabled: true, timeZone: 'UTC' },
    });
    expect(on.nextRunAt).toMatch(/^\d{4}-01-01T00:00:00.000Z$/);
    const { jobId } = await call(runSchedule, { params: { name } });
    expect(await engine.finished(jobId)).toEqual({ removed: 0 });
    expect((await call(listSchedules)).items[0]?.lastRunAt).toEqual(expect.any(String));
  });
});
