import { spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BootMarker, pluginInStack } from './boot-marker.ts';

let folder: string;
beforeEach(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'vitascope-boot-'))));
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the boot marker', () => {
  it('names nobody after a clean end, and not after one or two interrupted starts', () => {
    const file = path.join(folder, 'marker.json');
    const first = new BootMarker(file);
    first.starting('a');
    first.started();
    expect(new BootMarker(file).takeCulprit()).toBeUndefined();
    new BootMarker(file).starting('a');
    expect(new BootMarker(file).takeCulprit()).toBeUndefined();
    new BootMarker(file).starting('a');
    expect(new BootMarker(file).takeCulprit()).toBeUndefined();
    new BootMarker(file).starting('a');
    expect(new BootMarker(file).takeCulprit(5)).toEqual({
      id: 'a',
      at: 5,
      message: 'the server stopped 3 times while it was starting',
    });
    expect(new BootMarker(file).takeCulprit()).toBeUndefined();
  });

  it('survives a torn file', async () => {
    const file = path.join(folder, 'marker.json');
    await writeFile(file, '{"crash":{"id"');
    expect(new BootMarker(file).takeCulprit()).toBeUndefined();
  });
});

it('finds the plugin in a stack, or in that of a cause', () => {
  const folders: [string, string][] = [
    ['a', '/p/a'],
    ['b', '/p/a-longer'],
  ];
  const inner = Object.assign(new Error('x'), {
    stack: `Error: x\n    at f (node:fs:1:1)\n    at ${pathToFileURL('/p/a-longer/i.js').href}?v=1:2:3`,
  });
  expect(pluginInStack(new Error('outer', { cause: inner }), folders)).toBe('b');
  expect(pluginInStack(new Error('own'), folders)).toBeUndefined();
  expect(pluginInStack('text', folders)).toBeUndefined();
});

describe('a plugin that ends the process', () => {
  const script = path.join(import.meta.dirname, 'host-process.testing.ts');
  const fixtures = path.join(import.meta.dirname, '../../../../tests/fixtures/plugins');

  /** Runs a host until it ends by itself, or until it has printed the plugin's state. */
  const run = (id: string, until: 'state' | 'exit') =>
    new Promise<{ view?: any; code: number | null; stderr: string }>((resolve, reject) => {
      const child = spawn(process.execPath, [
        '--conditions=source',
        '--disable-warning=ExperimentalWarning',
        script,
        folder,
        id,
      ]);
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (data: Buffer) => {
        stdout += data.toString();
        if (until === 'state' && stdout.includes('\n')) child.stdin.end();
      });
      child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
      child.once('error', reject);
      child.once('close', (code) => resolve({ ...(stdout && { view: JSON.parse(stdout) }), code, stderr }));
    });

  it('is in quarantine at the next start, by the stack of what it threw from a timer', async () => {
    const id = 'throws-from-timer';
    await cp(path.join(fixtures, id), path.join(folder, 'plugins', id), { recursive: true });
    const crashed = await run(id, 'exit');
    expect(crashed.view.state).toBe('active');
    expect(crashed.code).toBe(1);
    expect(crashed.stderr).toContain('thrown from a timer');
    const next = await run(id, 'state');
    expect(next).toMatchObject({ code: 0, view: { state: 'blocked', enabled: true } });
    expect(next.view.reason).toMatch(/^It ended the server on .* \(thrown from a timer\) and is in quarantine/);
    expect((await run(id, 'state')).view.state).toBe('blocked');
  });

  it('is known without a stack too: a rejection that nobody handles, with a text for a reason', async () => {
    const id = 'throws-from-timer';
    await cp(path.join(fixtures, id), path.join(folder, 'plugins', id), { recursive: true });
    const file = path.join(folder, 'plugins', id, 'index.js');
    await writeFile(
      file,
      (await readFile(file, 'utf8')).replace("throw new Error('thrown from a timer')", "Promise.reject('just a text')"),
    );
    expect((await run(id, 'exit')).code).toBe(1);
    expect((await run(id, 'state')).view).toMatchObject({
      state: 'blocked',
      reason: expect.stringContaining('just a text'),
    });
  });
});
