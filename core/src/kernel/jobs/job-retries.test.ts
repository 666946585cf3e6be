import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Database } from '../database/database.ts';
import { readJson } from '../database/database.ts';
import { testDialects } from '../database/database.testing.ts';
import { AppError } from '../errors.ts';
import type { JobEngine } from './job-engine.ts';
import { createEngineTest, job, type EngineTest } from './job-engine.testing.ts';

describe.each(testDialects)('a job that fails on %s', (dialect) => {
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

  it('gives up a job whose process dies again and again without getting further', async () => {
    engine.register([job('poison', async () => undefined)]);
    const { id } = await engine.start('poison', {});
    await database.run(
      `update jobs set state = 'running', attempt = 1, lease_owner = 'gone/1/x/y', lease_until = 0, recoveries = 20 where id = ?`,
      [id],
    );
    await engine.open();
    await expect(engine.finished(id)).rejects.toThrow(/stopped 20 times/);
  });
});
