import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../database/database.testing.ts';
import type { JobEngine } from './job-engine.ts';
import { createEngineTest, job, untilAborted, type EngineTest } from './job-engine.testing.ts';

describe.each(testDialects)('a job that pauses or is cancelled on %s', (dialect) => {
  let test: EngineTest;
  let engine: JobEngine;
  let build: EngineTest['build'];
  let rowOf: EngineTest['rowOf'];
  let inState: EngineTest['inState'];
  beforeEach(async () => {
    test = await createEngineTest(dialect);
    ({ engine, build, rowOf, inState } = test);
  });
  afterEach(() => test.close());

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
});
