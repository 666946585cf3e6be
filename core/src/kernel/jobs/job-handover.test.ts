import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { testDialects } from '../database/database.testing.ts';
import type { JobEngine } from './job-engine.ts';
import { createEngineTest, job, untilAborted, type EngineTest } from './job-engine.testing.ts';
import { createLeaseOwner } from './lease-owner.ts';

describe.each(testDialects)('a job whose engine goes on %s', (dialect) => {
  let test: EngineTest;
  let engine: JobEngine;
  let database: Database;
  let build: EngineTest['build'];
  let rowOf: EngineTest['rowOf'];
  let inState: EngineTest['inState'];
  beforeEach(async () => {
    test = await createEngineTest(dialect);
    ({ engine, database, build, rowOf, inState } = test);
  });
  afterEach(() => test.close());

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
    const begun = Promise.withResolvers<void>();
    let late: unknown;
    engine.register([
      job('deaf', async (_, context) => {
        begun.resolve();
        await gate.promise;
        late = await context.step('late', async () => undefined).catch((error: unknown) => error);
      }),
    ]);
    await engine.open();
    const { id } = await engine.start('deaf', {});
    await begun.promise;
    await engine.close(50);
    expect((await rowOf(id)).state).toBe('queued');
    gate.resolve();
    await expect.poll(() => late).toMatchObject({ code: 'unavailable' });
    expect(await database.all('select * from job_steps')).toEqual([]);
  });

  it('takes over at once what a killed process of this host left, and after the lease what another host did', async () => {
    let time = Date.now();
    engine = build({ clock: { now: () => time } });
    engine.register([job('orphan', async (_, context) => context.attempt)]);
    const orphans = await Promise.all([engine.start('orphan', {}), engine.start('orphan', {})]);
    const dead = createLeaseOwner().replace(/\/\d+\//, '/4194305/');
    const elsewhere = createLeaseOwner('another-host');
    const lend = (id: string, owner: string, until: number) =>
      database.run(`update jobs set state = 'running', attempt = 1, lease_owner = ?, lease_until = ? where id = ?`, [
        owner,
        until,
        id,
      ]);
    await lend(orphans[0].id, dead, time + 60_000);
    await lend(orphans[1].id, elsewhere, time + 60_000);
    await engine.open();
    expect(await engine.finished(orphans[0].id)).toBe(1);
    expect((await rowOf(orphans[1].id)).state).toBe('running');
    time += 60_001;
    expect(await engine.finished(orphans[1].id)).toBe(1);
    expect((await rowOf(orphans[1].id)).recoveries).toBe(1);
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
    await database.run(`update jobs set lease_owner = ? where id = ?`, [createLeaseOwner('another-host'), id]);
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
});
