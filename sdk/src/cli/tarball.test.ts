import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { tarball } from './tarball.ts';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'vitascope-tarball-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (path: string, text: string) => ({ path, bytes: Buffer.from(text) });
const unpack = (bytes: Buffer): void => {
  writeFileSync(join(folder, 'it.tgz'), bytes);
  execFileSync('tar', ['-xzpf', 'it.tgz'], { cwd: folder });
};

it('is unpacked by tar: empty files, whole blocks, long and foreign names', () => {
  const long = `package/${'a-folder-of-some-length/'.repeat(5)}${'n'.repeat(90)}.js`;
  unpack(
    tarball([
      file('package/b.js', 'x'.repeat(512)),
      file('package/empty', ''),
      file(long, 'long'),
      file('package/größe.json', '"ü"'),
    ]),
  );
  expect(readFileSync(join(folder, 'package/b.js'), 'utf8')).toBe('x'.repeat(512));
  expect(statSync(join(folder, 'package/empty')).size).toBe(0);
  expect(readFileSync(join(folder, long), 'utf8')).toBe('long');
  expect(readFileSync(join(folder, 'package/größe.json'), 'utf8')).toBe('"ü"');
  const { mode, mtime } = statSync(join(folder, 'package/b.js'));
  expect((mode & 0o777).toString(8)).toBe('644');
  expect(mtime.toISOString()).toBe('1985-10-26T08:15:00.000Z');
});

it('is the same for the same files, in whatever order they come', () => {
  const [a, b] = [file('package/a', '1'), file('package/b', '2')];
  expect(tarball([a, b]).equals(tarball([b, a]))).toBe(true);
  expect(tarball([a, b]).equals(tarball([a, file('package/b', '3')]))).toBe(false);
});

it('refuses a path that no header holds', () => {
  expect(() => tarball([file(`package/${'n'.repeat(101)}`, '')])).toThrow(/too long a path/);
});
