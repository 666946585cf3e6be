import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const module = path.join(import.meta.dirname, 'lock.cjs');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'vitascope-lock-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A process that reads a number under the lock, takes its time, and writes it back one higher. */
const counter = `
  const fs = require('node:fs');
  const { withLock } = require(process.argv[1]);
  const [lock, file] = process.argv.slice(2);
  withLock(lock, () => {}, () => {
    const seen = Number(fs.readFileSync(file, 'utf8'));
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30);
    fs.writeFileSync(file, String(seen + 1));
  });`;

async function count(lock: string, file: string): Promise<number | null> {
  const child = spawn(process.execPath, ['-e', counter, module, lock, file], { stdio: 'inherit' });
  return new Promise((resolve, reject) => child.once('error', reject).once('exit', resolve));
}

it('lets one process at a time work', async () => {
  const [lock, file] = [path.join(folder, 'busy'), path.join(folder, 'count')];
  writeFileSync(file, '0');
  const codes = await Promise.all(Array.from({ length: 6 }, () => count(lock, file)));
  expect(codes).toEqual([0, 0, 0, 0, 0, 0]);
  expect(readFileSync(file, 'utf8')).toBe('6');
  expect(existsSync(lock)).toBe(false);
});

it('takes over what a dead process left', async () => {
  const [lock, file] = [path.join(folder, 'stale'), path.join(folder, 'stale-count')];
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.once('exit', resolve));
  writeFileSync(lock, String(dead.pid));
  writeFileSync(file, '0');
  expect(await Promise.all([count(lock, file), count(lock, file)])).toEqual([0, 0]);
  expect(readFileSync(file, 'utf8')).toBe('2');
});
