import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPluginHarness, testAccountId, type PluginHarness } from './plugins.testing.ts';

const source = `
import { collection, definePlugin, job, route, z } from '@vitascope/sdk';
const ran = collection('ran', z.object({ what: z.string(), n: z.int() }));
const note = async (c, what) => {
  const before = await c.data(ran).get(what);
  await c.data(ran).put(what, { what, n: (before?.n ?? 0) + 1 });
};
const child = job({ name: 'child', input: z.object({ n: z.int() }) }, async ({ n }, c) => { await note(c, 'child ' + n); return n * 2; });
const steps = job({ name: 'steps', input: z.object({}), retries: 2 }, async (_, c) => {
  const one = await c.step('one', async () => { await note(c, 'one'); return { value: 1 }; });
  await c.sleep('nap', 300);
  const two = await c.step('two', async () => { await note(c, 'two'); return one.value + 1; });
  const doubled = await c.run(child, { n: two });
  c.progress(2, 2, 'done');
  c.log.info('finished', { doubled });
  return { one, two, doubled, attempt: c.attempt };
});
const parallel = job({ name: 'parallel', input: z.object({}) }, async (_, c) => {
  const all = await Promise.all([1, 2, 3].map((n) => c.step('s' + n, async () => n)));
  const failed = await c.step('bad', async () => { throw new Error('no'); }).catch((e) => e.message);
  return { all, failed };
});
const waits = job({ name: 'waits', input: z.object({}) }, (_, c) =>
  new Promise((_, no) => c.signal.addEventListener('abort', () => no(c.signal.reason))));
const typed = job({ name: 'typed', input: z.object({ n: z.int().min(5) }) }, async ({ n }) => n);
const starter = route('POST /start', { output: z.object({ ids: z.array(z.string()), list: z.array(z.any()) }) }, async (_, c) => {
  const a = await c.jobs.start(waits, {}, { key: 'k' });
  const b = await c.jobs.start(waits, {}, { key: 'k' });
  const list = await c.jobs.list(waits);
  await c.jobs.cancel(a.id);
  return { ids: [a.id, b.id], list };
});
const own = route('POST /own', { output: z.object({ code: z.string(), paths: z.array(z.string()) }) }, (_, c) =>
  c.jobs.start(typed, { n: 3 }).then(() => ({ code: '', paths: [] }), (e) => ({ code: e.code, paths: e.errors.map((f) => f.path) })));
export default definePlugin({ data: [ran], jobs: [child, steps, parallel, waits, typed], routes: [starter, own] });
`;

describe('jobs of plugins', () => {
  let host: PluginHarness;
  beforeEach(async () => {
    host = await createPluginHarness();
    await host.write('works', source);
    expect((await host.service.enable('works')).state).toBe('active');
  });
  afterEach(() => host.close());

  const start = (name: string, input = {}) => host.service.startJob('works', { name, input }, testAccountId);
  const ran = async () =>
    Object.fromEntries(
      (await host.database.all<{ id: string; doc: string }>('select id, doc from plugin_documents')).map(
        ({ id, doc }) => [id, JSON.parse(doc).n],
      ),
    );

  it('keep finished steps over a pause, run children, and give a result', async () => {
    const { id } = await start('steps');
    expect(await host.jobs.finished(id)).toEqual({ one: { value: 1 }, two: 2, doubled: 4, attempt: 1 });
    expect(await ran()).toEqual({ one: 1, two: 1, 'child 2': 1 });
    const row = (await host.jobs.store.find(id))!;
    expect(row).toMatchObject({
      plugin_id: 'works',
      title: 'works: steps',
      done: 2,
      total: 2,
      note: 'done',
      account_id: testAccountId,
    });
    expect(await host.database.all('select message from job_events where job_id = ?', [id])).toContainEqual({
      message: 'finished',
    });
  });

  it('go on after the last finished step when the server was restarted in between', async () => {
    const { id } = await start('steps');
    await host.inState(id, 'waiting');
    host = await host.restart();
    expect(await host.jobs.finished(id)).toMatchObject({ two: 2, doubled: 4 });
    expect(await ran()).toEqual({ one: 1, two: 1, 'child 2': 1 });
  });

  it('run steps side by side, and may catch one that fails', async () => {
    const { id } = await start('parallel');
    expect(await host.jobs.finished(id)).toEqual({ all: [1, 2, 3], failed: 'no' });
  });

  it('refuse wrong input when they are started, by whoever starts them, and queue nothing', async () => {
    const faults = { code: 'validation_failed', errors: [{ path: 'input.n', message: expect.stringMatching(/5/) }] };
    await expect(start('typed', { n: 3 })).rejects.toMatchObject(faults);
    await expect(host.jobs.start('plugin:works:typed', { input: { n: 3 } })).rejects.toMatchObject(faults);
    const body = { input: { n: 'three' } };
    const asked = await host.server.ask('/api/v1/plugins/works/jobs/typed', { method: 'POST', as: 'anna', json: body });
    expect([asked.status, asked.json]).toMatchObject([
      400,
      { error_code: 'validation_failed', errors: [{ path: 'body.input.n', message: expect.stringMatching(/number/) }] },
    ]);
    const own = await host.server.ask('/api/v1/plugins/works/own', { method: 'POST', as: 'ben' });
    expect(own.json).toMatchObject({ code: 'validation_failed', paths: ['input.n'] });
    expect(await host.database.all('select id from jobs')).toEqual([]);
    expect(host.service.get('works')).toMatchObject({ state: 'active', problems: [] });
    expect(await host.jobs.finished((await start('typed', { n: 5 })).id)).toBe(5);
  });

  it('have their input checked once more when they run', async () => {
    const { id } = await start('typed', { n: 5 });
    await host.jobs.finished(id);
    await host.database.run("update jobs set input = ?, state = 'failed' where id = ?", ['{"input":{"n":3}}', id]);
    await host.service.disable('works');
    await host.service.enable('works');
    await host.jobs.retry(id);
    await expect(host.jobs.finished(id)).rejects.toMatchObject({
      code: 'validation_failed',
      message: expect.stringContaining('n: '),
    });
  });

  it('are started, joined by key, listed and cancelled by the plugin itself', async () => {
    const { json } = await host.server.ask('/api/v1/plugins/works/start', { method: 'POST', as: 'ben' });
    expect(json.ids[0]).toBe(json.ids[1]);
    expect(json.list).toMatchObject([{ id: json.ids[0] }]);
    await expect(host.jobs.finished(json.ids[0])).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('are handed back when their plugin is switched off, and go on when it is back', async () => {
    const { id } = await start('waits');
    await host.inState(id, 'running');
    await host.service.disable('works');
    expect((await host.jobs.store.find(id))!.state).toBe('queued');
    await host.service.enable('works');
    await host.inState(id, 'running');
    await host.jobs.cancel(id);
    await expect(host.jobs.finished(id)).rejects.toMatchObject({ code: 'cancelled' });
    expect(host.log.join('')).not.toContain('left something behind');
  });
});
