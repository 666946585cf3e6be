import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../database/database.ts';
import { testDialects } from '../database/database.testing.ts';
import { defineJob } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { createEngineTest, job, type EngineTest } from './job-engine.testing.ts';

describe.each(testDialects)('the job engine on %s', (dialect) => {
  let test: EngineTest;
  let engine: JobEngine;
  let database: Database;
  let build: EngineTest['build'];
  let rowOf: EngineTest['rowOf'];
  beforeEach(async () => {
    test = await createEngineTest(dialect);
    ({ engine, database, build, rowOf } = test);
  });
  afterEach(() => test.close());

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

  it('writes progress and log at most four times a second, and the last of it', async () => {
    const heard: number[] = [];
    test.events.on('job.changed', (changed) => void heard.push(changed.done));
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
    const lines = await database.all('select level, message from job_events where job_id = ?', [id]);
    expect(lines).toEqual([expect.objectContaining({ level: 'warn', message: 'Something odd' })]);
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
      database.run(`update jobs set state = 'succeeded', created_at = ?, finished_at = ? where id = ?`, [at, at, id]);
    for (const [index, id] of ids.slice(0, 5).entries()) await end(id, 1000 + index);
    expect(await engine.store.cleanUp({ before: 1002, perName: 2 })).toBe(3);
    const left = await database.all<{ id: string }>('select id from jobs');
    expect(left.map(({ id }) => id).sort()).toEqual(ids.slice(3).sort());
  });

  it('asks whoever knows an input better, before anything is written', async () => {
    const check = async ({ n }: { n: number }) => (n > 5 ? [{ path: 'n', message: 'At most 5' }] : []);
    engine.register([job('checked', async ({ n }: { n: number }) => n, { check: check as never })]);
    await expect(engine.start('checked', { n: 6 })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'input.n', message: 'At most 5' }],
    });
    expect(await database.all('select id from jobs')).toEqual([]);
    await engine.open();
    expect(await engine.finished((await engine.start('checked', { n: 5 })).id)).toBe(5);
  });
});
