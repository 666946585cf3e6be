import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { readJson } from '../database/database.ts';
import { createTestDatabase, testDialects } from '../database/database.testing.ts';
import type { TestDatabase } from '../database/database.testing.ts';
import { AppError } from '../errors.ts';
import { createEventBus } from '../events/create-event-bus.ts';
import type { EventBus, ServerEvents } from '../events/event-bus.ts';
import { defineJob } from './job.ts';
import type { JobContext, JobDefinition } from './job.ts';
import { createJobEngine } from './job-engine.ts';
import type { JobEngine, JobEngineOptions } from './job-engine.ts';
import type { JobRow } from './job-rows.ts';
import { JobScheduleEntity } from './job-schedule.entity.ts';
import { createLeaseOwner } from './lease-owner.ts';

const logger = pino({ enabled: false });
const anything = z.any();

/** A job around a function. */
const job = (
  name: string,
  run: (input: never, context: JobContext) => Promise<unknown>,
  more: Partial<JobDefinition> = {},
) => defineJob({ name, title: name, input: anything, run: run as JobDefinition['run'], ...more });

const untilAborted = (context: JobContext): Promise<never> =>
  new Promise((_, reject) =>
    context.signal.addEventListener('abort', () => reject(context.signal.reason), { once: true }),
  );

describe.each(testDialects)('the job engine on %s', (dialect) => {
  let test: TestDatabase;
  let events: EventBus;
  let engine: JobEngine;
  const engines: JobEngine[] = [];

  const build = (options: Partial<JobEngineOptions> = {}): JobEngine => {
    const built = createJobEngine({ database: test.database, events, logger, pollMs: 100, ...options });
    engines.push(built);
    return built;
  };
  const rowOf = async (id: string): Promise<JobRow> => (await engine.store.find(id))!;
  /** Resolves with the next change of a job that passes. */
  const change = (passes: (job: ServerEvents['job.changed']) => boolean): Promise<ServerEvents['job.changed']> =>
    new Promise((resolve) => {
      const stop = events.on('job.changed', (changed) => {
        if (!passes(changed)) return;
        stop();
        resolve(changed);
      });
    });
  const inState = async (id: string, state: string): Promise<void> => {
    const coming = change((changed) => changed.id === id && changed.state === state);
    if ((await rowOf(id)).state !== state) await coming;
  };

  beforeEach(async () => {
    test = await createTestDatabase(dialect, { entities: [JobScheduleEntity] });
    events = createEventBus(logger);
    engine = build();
  });
  afterEach(async () => {
    for (const built of engines.splice(0)) await built.close(1000);
    await test.remove();
  });

  it('runs a job with its input and keeps the result, for people and for who waits', async () => {
    engine.register([job('sum', async ({ numbers }: { numbers: number[] }) => numbers.reduce((a, b) => a + b, 0))]);
    await engine.open();
    const { id, joined } = await engine.start('sum', { numbers: [1, 2, 3] });
    expect(joined).toBe(false);
    expect(await engine.finished(id)).toBe(6);
    expect(await rowOf(id)).toMatchObject({ state: 'succeeded', attempt: 1, lease_owner: null });
  });

  it('refuses unknown jobs and wrong input', async () => {
    engine.register([
      defineJob({ name: 'typed', title: 'Typed', input: z.object({ n: z.number() }), run: async () => undefined }),
    ]);
    await expect(engine.start('unknown', {})).rejects.toMatchObject({ code: 'not_found' });
    await expect(engine.start('typed', { n: 'x' })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'input.n' }],
    });
    expect(() => engine.register([job('typed', async () => undefined)], 'other')).toThrow(/exists already/);
  });

  it('never runs a finished step again when a job is tried again', async () => {
    const ran: string[] = [];
    engine.register([
      job(
        'steps',
        async (_, context) => {
          const first = await context.step(
            'first',
            async () => (ran.push('first'), { at: new Date(0), nothing: undefined }),
          );
          await context.step('second', async () => {
            ran.push('second');
            if (context.attempt < 3) throw new Error('not yet');
          });
          return first;
        },
        { attempts: 3, backoffMs: 1 },
      ),
    ]);
    await engine.open();
    const { id } = await engine.start('steps', {});
    expect(await engine.finished(id)).toEqual({ at: '1970-01-01T00:00:00.000Z' });
    expect(ran).toEqual(['first', 'second', 'second', 'second']);
  });

  it('waits twice as long after each failure, then gives up with the last error', async () => {
    let time = 1_000_000;
    engine = build({ clock: { now: () => time } });
    let tries = 0;
    engine.register([
      job(
        'failing',
        async () => {
          tries += 1;
          throw new AppError('root_unavailable', `Failure ${tries}.`, { fix: 'Mount it.' });
        },
        { attempts: 3, backoffMs: 1000 },
      ),
    ]);
    await engine.open();
    const { id } = await engine.start('failing', {});
    const pauses: number[] = [];
    for (const attempt of [1, 2]) {
      await expect.poll(async () => (await rowOf(id)).attempt === attempt && (await rowOf(id)).state).toBe('queued');
      const row = await rowOf(id);
      pauses.push(row.run_at - time);
      time = row.run_at;
    }
    await expect(engine.finished(id)).rejects.toMatchObject({
      code: 'root_unavailable',
      message: 'Failure 3.',
      fix: 'Mount it.',
    });
    expect(pauses).toEqual([1000, 2000]);
    expect((await rowOf(id)).state).toBe('failed');
  });

  it('holds a job up while the disk is full, looks less and less often, and counts no try', async () => {
    let time = 1_000_000;
    engine = build({ clock: { now: () => time } });
    let full = true;
    engine.register([
      job('writing', async () => {
        if (full) throw new AppError('storage_full', 'No space.', { fix: 'Make room.' });
        return 'written';
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('writing', {});
    const pauses: number[] = [];
    for (let tries = 0; tries < 6; tries++) {
      const handedBack = async () => {
        const row = await rowOf(id);
        return row.state === 'queued' && row.run_at > time ? row.run_at : undefined;
      };
      await expect.poll(handedBack).toBeDefined();
      pauses.push((await rowOf(id)).run_at - time);
      full = tries < 5;
      time = (await rowOf(id)).run_at;
    }
    expect(pauses).toEqual([5000, 5000, 10_000, 20_000, 40_000, 60_000]);
    expect(await engine.finished(id)).toBe('written');
    expect(await rowOf(id)).toMatchObject({ state: 'succeeded', attempt: 1, error: null });
  });

  it('says what a job waits for while the disk is full', async () => {
    engine.register([
      job('writing', async () => {
        throw new AppError('storage_full', 'No space.', { fix: 'Make room.' });
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('writing', {});
    await expect
      .poll(async () => readJson((await rowOf(id)).error, undefined))
      .toMatchObject({
        code: 'storage_full',
        message: 'No space.',
        fix: 'Make room.',
      });
    expect(await rowOf(id)).toMatchObject({ state: 'queued', attempt: 0 });
    await engine.cancel(id);
    await expect(engine.finished(id)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('tries a failed job again on request and repeats no finished step', async () => {
    let broken = true;
    let steps = 0;
    engine.register([
      job('again', async (_, context) => {
        await context.step('once', async () => void (steps += 1));
        if (broken) throw new Error('broken');
        return 'fine';
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('again', {});
    await expect(engine.finished(id)).rejects.toThrow('broken');
    broken = false;
    await engine.retry(id);
    expect(await engine.finished(id)).toBe('fine');
    expect(steps).toBe(1);
    await expect(engine.retry(id)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('joins an equal job that is queued or running, and starts a new one afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    engine.register([job('keyed', () => gate.promise, { dedupeKey: (input: { key: string }) => input.key })]);
    await engine.open();
    const first = await engine.start('keyed', { key: 'a' });
    const second = await engine.start('keyed', { key: 'a' });
    const other = await engine.start('keyed', { key: 'b' });
    expect(second).toEqual({ id: first.id, joined: true });
    expect(other.joined).toBe(false);
    gate.resolve();
    await engine.finished(first.id);
    expect((await engine.start('keyed', { key: 'a' })).joined).toBe(false);
  });

  it('makes one job of twenty equal requests at the same moment', async () => {
    engine.register([job('keyed', async () => undefined, { dedupeKey: () => 'one' })]);
    const started = await Promise.all(Array.from({ length: 20 }, () => engine.start('keyed', {})));
    expect(started.filter(({ joined }) => !joined)).toHaveLength(1);
    expect(new Set(started.map(({ id }) => id)).size).toBe(1);
  });

  it('runs what is more urgent first, and no more of a name at once than it allows', async () => {
    const order: number[] = [];
    let atOnce = 0;
    let most = 0;
    engine.register([
      job(
        'urgent',
        async (input: { n: number }) => {
          most = Math.max(most, (atOnce += 1));
          order.push(input.n);
          await new Promise(setImmediate);
          atOnce -= 1;
        },
        { concurrency: 1 },
      ),
    ]);
    const started = [];
    for (const [n, priority] of [
      [1, 0],
      [2, 5],
      [3, 10],
      [4, 5],
    ] as const)
      started.push(await engine.start('urgent', { n }, { priority }));
    await engine.open();
    await Promise.all(started.map(({ id }) => engine.finished(id)));
    expect(order[0]).toBe(3);
    expect(order.at(-1)).toBe(1);
    expect(most).toBe(1);
  });

  it('begins a job no sooner than asked', async () => {
    let time = 5000;
    engine = build({ clock: { now: () => time } });
    engine.register([job('later', async () => undefined)]);
    await engine.open();
    const { id } = await engine.start('later', {}, { runAt: 9000 });
    await expect.poll(async () => (await rowOf(id)).state).toBe('queued');
    time = 9000;
    await engine.finished(id);
    expect((await rowOf(id)).started_at).toBe(9000);
  });

  it('cancels a queued job at once and a running one through its signal', async () => {
    engine.register([job('long', (_, context) => untilAborted(context), { concurrency: 1 })]);
    await engine.open();
    const running = await engine.start('long', {});
    await inState(running.id, 'running');
    const queued = await engine.start('long', {});
    await engine.cancel(queued.id);
    expect((await rowOf(queued.id)).state).toBe('cancelled');
    await engine.cancel(running.id);
    await expect(engine.finished(running.id)).rejects.toMatchObject({ code: 'cancelled' });
    await engine.cancel(running.id);
    await expect(engine.cancel('00000000-0000-4000-8000-000000000000')).rejects.toMatchObject({ code: 'not_found' });
  });

  it('cancels a job that another engine runs', async () => {
    const definition = job('long', (_, context) => untilAborted(context));
    engine.register([definition]);
    await engine.open();
    const { id } = await engine.start('long', {});
    await inState(id, 'running');
    await build().cancel(id);
    await expect(engine.finished(id)).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('leaves the process for a pause and goes on after it, without counting a try', async () => {
    let time = 1000;
    engine = build({ clock: { now: () => time } });
    const seen: string[] = [];
    engine.register([
      job('pausing', async (_, context) => {
        await context.step('before', async () => seen.push('before'));
        await context.sleep('a while', 60_000);
        seen.push(`after, attempt ${context.attempt}`);
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('pausing', {});
    await inState(id, 'waiting');
    expect(await rowOf(id)).toMatchObject({ run_at: 61_000, lease_owner: null });
    time = 61_000;
    await engine.finished(id);
    expect(seen).toEqual(['before', 'after, attempt 1']);
  });

  it('cancels a job that pauses', async () => {
    engine.register([job('pausing', (_, context) => context.sleep('for ever', 1e9))]);
    await engine.open();
    const { id } = await engine.start('pausing', {});
    await inState(id, 'waiting');
    await engine.cancel(id);
    expect((await rowOf(id)).state).toBe('cancelled');
  });

  it('does not let a job that catches everything out of its pause', async () => {
    let went = false;
    engine.register([
      job('stubborn', async (_, context) => {
        await context.sleep('pause', 1e9).catch(() => undefined);
        await context.step('forbidden', async () => void (went = true));
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('stubborn', {});
    await inState(id, 'waiting');
    await engine.close(1000);
    expect(went).toBe(false);
    expect((await rowOf(id)).state).toBe('waiting');
  });

  it('writes progress and log at most four times a second, and the last of it', async () => {
    const heard: number[] = [];
    events.on('job.changed', (changed) => void heard.push(changed.done));
    engine.register([
      job('counting', async (_, context) => {
        for (let n = 1; n <= 1000; n += 1) context.progress(n, 1000, `${n} of 1000`);
        context.log.warn('Something odd', { n: 7 });
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('counting', {});
    await engine.finished(id);
    expect(await rowOf(id)).toMatchObject({ done: 1000, total: 1000, note: '1000 of 1000' });
    expect(heard.length).toBeLessThan(8);
    const lines = await test.database.all('select level, message from job_events where job_id = ?', [id]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', message: 'Something odd' })]);
  });

  it('hands running jobs back when it closes, and the next engine goes on without counting a try', async () => {
    const ran: string[] = [];
    const attempts: number[] = [];
    const definition = (stays: boolean) =>
      job('handed', async (_, context) => {
        attempts.push(context.attempt);
        await context.step('first', async () => ran.push('first'));
        if (stays) await untilAborted(context);
        await context.step('second', async () => ran.push('second'));
        return 'done';
      });
    engine.register([definition(true)]);
    await engine.open();
    const { id } = await engine.start('handed', {});
    await expect.poll(() => ran.length).toBe(1);
    await engine.close();
    expect(await rowOf(id)).toMatchObject({ state: 'queued', attempt: 0, lease_owner: null });
    const next = build();
    next.register([definition(false)]);
    await next.open();
    expect(await next.finished(id)).toBe('done');
    expect(ran).toEqual(['first', 'second']);
    expect(attempts).toEqual([1, 1]);
  });

  it('hands a job back that does not listen, and lets it write nothing any more', async () => {
    const gate = Promise.withResolvers<void>();
    let late: unknown;
    engine.register([
      job('deaf', async (_, context) => {
        await gate.promise;
        late = await context.step('late', async () => undefined).catch((error: unknown) => error);
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('deaf', {});
    await inState(id, 'running');
    await engine.close(50);
    expect((await rowOf(id)).state).toBe('queued');
    gate.resolve();
    await expect.poll(() => late).toMatchObject({ code: 'unavailable' });
    expect(await test.database.all('select * from job_steps')).toEqual([]);
  });

  it('takes over at once what a killed process of this host left, and after the lease what another host did', async () => {
    let time = Date.now();
    engine = build({ clock: { now: () => time } });
    engine.register([job('orphan', async (_, context) => context.attempt)]);
    const orphans = await Promise.all([engine.start('orphan', {}), engine.start('orphan', {})]);
    const dead = createLeaseOwner().replace(/\/\d+\//, '/4194305/');
    const elsewhere = createLeaseOwner('another-host');
    const lend = (id: string, owner: string, until: number) =>
      test.database.run(
        `update jobs set state = 'running', attempt = 1, lease_owner = ?, lease_until = ? where id = ?`,
        [owner, until, id],
      );
    await lend(orphans[0].id, dead, time + 60_000);
    await lend(orphans[1].id, elsewhere, time + 60_000);
    await engine.open();
    expect(await engine.finished(orphans[0].id)).toBe(1);
    expect((await rowOf(orphans[1].id)).state).toBe('running');
    time += 60_001;
    expect(await engine.finished(orphans[1].id)).toBe(1);
    expect((await rowOf(orphans[1].id)).recoveries).toBe(1);
  });

  it('gives up a job whose process dies again and again without getting further', async () => {
    engine.register([job('poison', async () => undefined)]);
    const { id } = await engine.start('poison', {});
    await test.database.run(
      `update jobs set state = 'running', attempt = 1, lease_owner = 'gone/1/x/y', lease_until = 0, recoveries = 20 where id = ?`,
      [id],
    );
    await engine.open();
    await expect(engine.finished(id)).rejects.toThrow(/stopped 20 times/);
  });

  it('aborts a job that somebody else took over', async () => {
    let reason: unknown;
    engine.register([
      job('stolen', (_, context) =>
        untilAborted(context).catch((error: unknown) => {
          reason = error;
          throw error;
        }),
      ),
    ]);
    await engine.open();
    const { id } = await engine.start('stolen', {});
    await inState(id, 'running');
    await test.database.run(`update jobs set lease_owner = ? where id = ?`, [createLeaseOwner('another-host'), id]);
    await expect.poll(() => reason).toMatchObject({ code: 'unavailable' });
    expect((await rowOf(id)).state).toBe('running');
  });

  it('runs each job once when two engines share the queue', async () => {
    const ran = new Map<string, number>();
    const definition = job('shared', async (_, context) => {
      ran.set(context.jobId, (ran.get(context.jobId) ?? 0) + 1);
      await new Promise(setImmediate);
    });
    const other = build();
    for (const one of [engine, other]) one.register([definition]);
    const started = await Promise.all(Array.from({ length: 60 }, () => engine.start('shared', {})));
    await Promise.all([engine.open(), other.open()]);
    await Promise.all(started.map(({ id }) => engine.finished(id)));
    expect(ran.size).toBe(60);
    expect([...ran.values()].every((times) => times === 1)).toBe(true);
  });

  it('lets a plugin go and come back: its running job is handed back and its queued ones wait', async () => {
    const stay = job('plugin.work', (_, context) => untilAborted(context), { concurrency: 1 });
    engine.register([stay], 'example');
    await engine.open();
    const running = await engine.start('plugin.work', {});
    await inState(running.id, 'running');
    const queued = await engine.start('plugin.work', {});
    await engine.unregister('example');
    expect((await rowOf(running.id)).state).toBe('queued');
    await expect(engine.start('plugin.work', {})).rejects.toMatchObject({ code: 'not_found' });
    expect(await rowOf(queued.id)).toMatchObject({ state: 'queued', plugin_id: 'example' });
    engine.register([job('plugin.work', async () => 'back')], 'example');
    expect(await Promise.all([running, queued].map(({ id }) => engine.finished(id)))).toEqual(['back', 'back']);
  });

  it('fails a job whose result cannot be stored, and goes on', async () => {
    engine.register([job('odd', async () => ({ n: 1n }))]);
    await engine.open();
    const { id } = await engine.start('odd', {});
    await expect(engine.finished(id)).rejects.toThrow(/BigInt/);
  });

  it('refuses a step name that is used twice', async () => {
    engine.register([
      job('twice', async (_, context) => {
        await context.step('same', async () => 1);
        await context.step('same', async () => 2);
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('twice', {});
    await expect(engine.finished(id)).rejects.toThrow(/"same" twice/);
  });

  it('forgets old and surplus jobs, and keeps those that have not ended', async () => {
    engine.register([job('kept', async () => undefined)]);
    const ids: string[] = [];
    for (let n = 0; n < 6; n += 1) ids.push((await engine.start('kept', {}, { runAt: Date.now() + 1e9 })).id);
    const end = (id: string, at: number) =>
      test.database.run(`update jobs set state = 'succeeded', created_at = ?, finished_at = ? where id = ?`, [
        at,
        at,
        id,
      ]);
    for (const [index, id] of ids.slice(0, 5).entries()) await end(id, 1000 + index);
    expect(await engine.store.cleanUp({ before: 1002, perName: 2 })).toBe(3);
    const left = await test.database.all<{ id: string }>('select id from jobs');
    expect(left.map(({ id }) => id).sort()).toEqual(ids.slice(3).sort());
  });
});
