import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, testDialects } from '../database/database.testing.ts';
import type { TestDatabase } from '../database/database.testing.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import { nextTime } from './cron.ts';
import { defineJob } from './job.ts';
import type { Schedule } from './job.ts';
import { createJobEngine } from './job-engine.ts';
import type { JobEngine } from './job-engine.ts';
import { JobScheduleEntity } from './job-schedule.entity.ts';

const logger = pino({ enabled: false });
const nightly: Schedule = {
  name: 'nightly',
  job: 'work',
  title: 'Work at night',
  cron: '0 3 * * *',
  input: { by: 'schedule' },
};
const hour = 3_600_000;
const at = (text: string): number => Date.parse(text);

describe('nextTime', () => {
  it.each([
    ['0 3 * * *', 'UTC', '2026-05-01T00:00:00Z', '2026-05-01T03:00:00Z'],
    ['0 3 * * *', 'Europe/Berlin', '2026-05-01T00:00:00Z', '2026-05-01T01:00:00Z'],
    ['0 3 * * *', 'Europe/Berlin', '2026-12-01T00:00:00Z', '2026-12-01T02:00:00Z'],
    ['*/15 * * * *', 'UTC', '2026-05-01T00:00:01Z', '2026-05-01T00:15:00Z'],
    ['0 0 29 2 *', 'UTC', '2026-05-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ])('%s in %s after %s is %s', (cron, zone, after, expected) => {
    expect(nextTime(cron, zone, at(after))).toBe(at(expected));
  });

  it('runs a time that the clock skips once, and one that comes twice once', () => {
    const after = nextTime('30 2 * * *', 'Europe/Berlin', at('2026-03-28T12:00:00Z'))!;
    expect(after).toBeGreaterThan(at('2026-03-29T00:00:00Z'));
    const first = nextTime('30 2 * * *', 'Europe/Berlin', at('2026-10-24T12:00:00Z'))!;
    expect(nextTime('30 2 * * *', 'Europe/Berlin', first)).toBeGreaterThan(first + 2 * hour);
  });

  it.each([
    ['every day', 'UTC', 'body.cron'],
    ['* * * * * *', 'UTC', 'body.cron'],
    ['99 * * * *', 'UTC', 'body.cron'],
    ['0 3 * * *', 'Mars/Olympus', 'body.timeZone'],
  ])('refuses %s in %s', (cron, zone, path) => {
    expect(() => nextTime(cron, zone, 0)).toThrow(
      expect.objectContaining({ code: 'validation_failed', errors: [expect.objectContaining({ path })] }),
    );
  });
});

describe.each(testDialects)('schedules on %s', (dialect) => {
  let test: TestDatabase;
  let engine: JobEngine;
  let time: number;
  const runs: unknown[] = [];
  const engines: JobEngine[] = [];

  const build = (): JobEngine => {
    const built = createJobEngine({
      database: test.database,
      events: createEventBus(logger),
      logger,
      pollMs: 30,
      timeZone: 'UTC',
      clock: { now: () => time },
    });
    built.register([
      defineJob({
        name: 'work',
        title: 'Work',
        input: z.object({ by: z.string() }),
        run: async (input) => runs.push(input),
      }),
    ]);
    engines.push(built);
    return built;
  };

  beforeEach(async () => {
    runs.length = 0;
    time = at('2026-05-01T00:00:00Z');
    test = await createTestDatabase(dialect, { entities: [JobScheduleEntity] });
    engine = build();
  });
  afterEach(async () => {
    for (const built of engines.splice(0)) await built.close(1000);
    await test.remove();
  });

  it('starts its job when it is due, with its input, and computes the next time', async () => {
    await engine.schedule([nightly]);
    await engine.open();
    expect((await engine.schedules.find('nightly')).next_run_at).toBe(at('2026-05-01T03:00:00Z'));
    time = at('2026-05-01T03:00:00Z');
    await expect.poll(() => runs).toEqual([{ by: 'schedule' }]);
    expect(await engine.schedules.find('nightly')).toMatchObject({
      last_run_at: time,
      next_run_at: at('2026-05-02T03:00:00Z'),
    });
  });

  it('runs once after a long outage, however many times it was missed', async () => {
    await engine.schedule([nightly]);
    time += 10 * 24 * hour;
    await engine.open();
    await expect.poll(() => runs.length).toBe(1);
    time += hour;
    await engine.close();
    expect(runs).toHaveLength(1);
  });

  it('starts one job when two engines see it due', async () => {
    await engine.schedule([nightly]);
    const other = build();
    time = at('2026-05-01T03:00:00Z');
    await Promise.all([engine.open(), other.open()]);
    await expect.poll(() => runs.length).toBe(1);
    await Promise.all([engine.close(), other.close()]);
    expect(await test.database.all('select id from jobs')).toHaveLength(1);
  });

  it('keeps what an administrator changed when the defaults are registered again', async () => {
    await engine.schedule([nightly]);
    await engine.updateSchedule('nightly', { cron: '30 5 * * *', enabled: false });
    await engine.schedule([{ ...nightly, cron: '0 4 * * *' }]);
    expect(await engine.schedules.find('nightly')).toMatchObject({ cron: '30 5 * * *', default_cron: '0 4 * * *' });
    const back = await engine.updateSchedule('nightly', { cron: null, enabled: true, timeZone: 'Asia/Tokyo' });
    expect(back).toMatchObject({ cron: '0 4 * * *', next_run_at: at('2026-05-01T19:00:00Z') });
    await engine.schedule([{ ...nightly, cron: '0 6 * * *' }]);
    expect(await engine.schedules.find('nightly')).toMatchObject({
      cron: '0 6 * * *',
      next_run_at: at('2026-05-01T21:00:00Z'),
    });
  });

  it('does not run while it is off', async () => {
    await engine.schedule([nightly]);
    await engine.updateSchedule('nightly', { enabled: false });
    time += 2 * 24 * hour;
    await engine.open();
    await engine.updateSchedule('nightly', { enabled: true });
    expect((await engine.schedules.find('nightly')).next_run_at).toBe(at('2026-05-03T03:00:00Z'));
    expect(runs).toEqual([]);
  });

  it('runs now on request', async () => {
    await engine.schedule([{ ...nightly, cron: undefined }]);
    await engine.open();
    const { id } = await engine.runSchedule('nightly');
    await engine.finished(id);
    expect(runs).toEqual([{ by: 'schedule' }]);
    expect(await engine.schedules.find('nightly')).toMatchObject({ last_run_at: time, next_run_at: null });
  });

  it('refuses a cron it cannot read, and unknown schedules', async () => {
    await engine.schedule([nightly]);
    await expect(engine.updateSchedule('nightly', { cron: 'soon' })).rejects.toMatchObject({
      code: 'validation_failed',
    });
    await expect(engine.updateSchedule('daily', { enabled: true })).rejects.toMatchObject({ code: 'not_found' });
    expect((await engine.schedules.find('nightly')).cron).toBe('0 3 * * *');
  });

  it('waits for the plugin of its job, and then runs once', async () => {
    await engine.schedule([{ ...nightly, job: 'plugin.work' }], 'example');
    time += 3 * 24 * hour;
    await engine.open();
    expect(await test.database.all('select id from jobs')).toEqual([]);
    engine.register(
      [defineJob({ name: 'plugin.work', title: 'Work', input: z.any(), run: async (input) => runs.push(input) })],
      'example',
    );
    await expect.poll(() => runs.length).toBe(1);
  });

  it('moves on when its input is not valid any more', async () => {
    await engine.schedule([{ ...nightly, input: { by: 7 } }]);
    time = at('2026-05-01T03:00:00Z');
    await engine.open();
    await expect
      .poll(async () => (await engine.schedules.find('nightly')).next_run_at)
      .toBe(at('2026-05-02T03:00:00Z'));
    expect(await test.database.all('select id from jobs')).toEqual([]);
  });
});
