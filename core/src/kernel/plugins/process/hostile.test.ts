import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createPluginHarness, type PluginHarness } from '../plugins.testing.ts';
import { Orphans } from './orphans.ts';

/** A plugin that does `work` when its route is asked, and something harmless at another. */
const plugin = (work: string): string => `
import { definePlugin, route, z } from '@vitascope/sdk';
const Out = z.object({ text: z.string().optional() });
export default definePlugin({
  routes: [
    route('GET /work', { output: Out, access: 'user' }, async () => { ${work} }),
    route('GET /fine', { output: Out, access: 'user' }, () => ({ text: 'fine' })),
  ],
});
`;

describe('a plugin in a process of its own', () => {
  let host: PluginHarness;
  beforeEach(async () => {
    host = await createPluginHarness({
      limits: { memoryMb: 96, heartbeatMs: 50, silentMs: 1500, restartMs: [0, 0, 0], idleMs: 60_000 },
    });
  });
  afterEach(() => host.close());

  const enable = async (work: string): Promise<void> => {
    await host.write('hostile', plugin(work));
    expect(await host.service.enable('hostile')).toMatchObject({ state: 'active', reason: '' });
  };
  const ask = (route: string) => host.server.ask(`/api/v1/plugins/hostile/${route}`, { as: 'ben' });
  const status = () => host.service.running('hostile')!.status;

  it.each([
    ['never ends a loop', 'for (;;) {}', /answered nothing for 1\.5 s/],
    [
      'takes memory without end',
      'const all = []; for (;;) all.push(new Array(1e5).fill(1).map((_, i) => ({ i })));',
      /more than the \d+ MB/,
    ],
    [
      'takes memory outside the heap',
      'const all = []; for (;;) { all.push(Buffer.alloc(20_000_000, 1)); await new Promise((done) => setTimeout(done, 20)); }',
      /more than the \d+ MB/,
    ],
    ['ends its process', 'process.exit(3)', /exit code 3/],
    [
      'throws where nobody catches',
      'setTimeout(() => { throw new TypeError("out of nowhere"); }); await new Promise(() => {})',
      /TypeError: out of nowhere/,
    ],
    [
      'rejects where nobody catches',
      'void Promise.reject(new Error("late")); await new Promise(() => {})',
      /Error: late/,
    ],
    ['kills itself', 'process.kill(process.pid, "SIGKILL"); await new Promise(() => {})', /ended by SIGKILL/],
    [
      'writes nonsense to its line',
      'const { writeSync } = await import("node:fs"); writeSync(3, "nonsense".repeat(20)); await new Promise(() => {})',
      /It sent a message of/,
    ],
  ])('that %s ends alone, with the reason, and comes back', async (_, work, reason) => {
    await enable(work);
    const { pid } = status();
    const answer = await ask('work');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.json.detail).toMatch(reason);
    expect(host.service.get('hostile')).toMatchObject({ state: 'degraded', reason: expect.stringMatching(reason) });
    expect((await ask('fine')).json).toEqual({ text: 'fine' });
    expect(status()).toMatchObject({ place: 'process', running: true, restarts: 1 });
    expect(status().pid).not.toBe(pid);
  });

  it.each([
    [
      'files of the server',
      `const { readFileSync } = await import('node:fs'); return { text: readFileSync('/etc/hostname', 'utf8') };`,
    ],
    [
      'other processes',
      `const { execFileSync } = await import('node:child_process'); return { text: String(execFileSync('id')) };`,
    ],
    ['threads', `const { Worker } = await import('node:worker_threads'); new Worker('1', { eval: true }); return {};`],
    ['databases', `const { DatabaseSync } = await import('node:sqlite'); new DatabaseSync('/tmp/x.db'); return {};`],
    [
      'files outside its folder',
      `const { writeFileSync } = await import('node:fs'); writeFileSync('../../outside.txt', 'x'); return {};`,
    ],
  ])('is kept from %s', async (_, work) => {
    await enable(work);
    const answer = await ask('work');
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(answer.json.detail).toMatch(/restricted|No such built-in module/);
    expect(existsSync(path.join(host.dataDir, 'outside.txt'))).toBe(false);
    expect((await ask('fine')).json).toEqual({ text: 'fine' });
  });

  it('sees nothing of the environment of the server', async () => {
    process.env.VITASCOPE_TEST_SECRET = 'hidden';
    await enable('return { text: JSON.stringify(process.env) };');
    delete process.env.VITASCOPE_TEST_SECRET;
    const { text } = (await ask('work')).json;
    expect(
      Object.keys(JSON.parse(text) as object).filter((name) => !['NODE_ENV', 'TZ', 'LANG'].includes(name)),
    ).toEqual([]);
  });

  it('cannot send an answer of 100 MB, and is told so', async () => {
    await enable(`return { text: 'x'.repeat(100_000_000) };`);
    const answer = await ask('work');
    expect(answer.json.detail).toMatch(/what is above 16 MB goes as a stream|of memory/);
    expect((await ask('fine')).json).toEqual({ text: 'fine' });
  });

  it('that ends again and again is not started any more', async () => {
    await enable('process.exit(9)');
    for (let round = 0; round < 4; round += 1) await ask('work');
    await expect.poll(() => host.service.get('hostile').state).toBe('failed');
    expect(host.service.get('hostile').reason).toMatch(
      /exit code 9\. It ended 4 times in 10 minutes and is not started again/,
    );
    expect((await ask('fine')).status).toBe(404);
    expect((await host.service.enable('hostile')).state).toBe('active');
    expect((await ask('fine')).json).toEqual({ text: 'fine' });
  });

  it('prints into the log of the server, and no more than a little', async () => {
    await enable(
      `for (let n = 0; n < 5000; n++) console.log('line ' + n); process.stdout.write('y'.repeat(1_000_000)); return {};`,
    );
    await ask('work');
    await expect.poll(() => host.log.filter((line) => line.includes('"stream":"stdout"')).length).toBeGreaterThan(0);
    expect(host.log.join('').length).toBeLessThan(500_000);
  });

  it('rests when nobody asks anything, and is there again for the next call', async () => {
    host = await host.restart({ limits: { heartbeatMs: 20, idleMs: 100 } });
    await enable('return {}');
    await expect.poll(() => status().running).toBe(false);
    expect(host.service.get('hostile')).toMatchObject({ state: 'active', reason: '' });
    expect((await ask('fine')).json).toEqual({ text: 'fine' });
    expect(status()).toMatchObject({ running: true, restarts: 0 });
  });

  it('is gone when the plugin is disabled, and when the server stops', async () => {
    await enable('return {}');
    const first = status().pid!;
    await host.service.disable('hostile');
    expect(existsSync(`/proc/${first}`)).toBe(false);
    await host.service.enable('hostile');
    const second = status().pid!;
    host = await host.restart();
    expect(existsSync(`/proc/${second}`)).toBe(false);
  });

  it('that loops is ended by the next server when this one is killed', async () => {
    await enable('for (;;) {}');
    const { pid } = status();
    const left = path.join(host.dataDir, 'plugin-processes.json');
    expect(JSON.parse(await readFile(left, 'utf8'))).toEqual([pid]);
    // What a killed server leaves: the file, and a process that does not hear of it.
    const orphan = spawn(process.execPath, ['-e', 'for (;;) {}', 'plugin-process.js'], { stdio: 'ignore' });
    const gone = once(orphan, 'exit');
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    await host.service.disable('hostile');
    await writeFile(left, JSON.stringify([orphan.pid, stranger.pid, 99_999_999]));
    expect(new Orphans(left).end()).toBe(1);
    expect((await gone)[1]).toBe('SIGKILL');
    expect(existsSync(left)).toBe(false);
    expect(stranger.exitCode).toBeNull();
    stranger.kill();
  });

  it('has a folder of its own to write to', async () => {
    await enable(`const { writeFileSync } = await import('node:fs'); writeFileSync('note.txt', 'kept'); return {};`);
    expect((await ask('work')).status).toBe(200);
    expect(await readFile(path.join(host.dataDir, 'plugin-data/hostile/note.txt'), 'utf8')).toBe('kept');
    await writeFile(path.join(host.dataDir, 'plugin-data/hostile/note.txt'), '');
  });
});
