import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packFixture, tarballOf, type TestEntry } from './package.testing.ts';
import { readTarball } from './tarball.ts';

const refusal = async (entries: readonly TestEntry[]): Promise<string> => refusalOf(tarballOf(entries));
const refusalOf = async (bytes: Uint8Array): Promise<string> => {
  const error = await readTarball(bytes).then(
    () => undefined,
    (thrown: { code: string; message: string }) => thrown,
  );
  expect(error?.code).toBe('package_invalid');
  return error?.message ?? '';
};
const manifest = { path: 'package/package.json', body: '{}' };

describe('a tarball', () => {
  it('is read whole, its leading package/ left out', async () => {
    const files = await readTarball(await packFixture('example'));
    expect(files.map(({ path }) => path)).toContain('web/hello.js');
    expect(JSON.parse(Buffer.from(files.find(({ path }) => path === 'package.json')!.bytes).toString())).toMatchObject({
      vitascope: { id: 'example' },
    });
  });

  it('keeps its paths where not all of them begin with package/', async () => {
    const files = await readTarball(
      tarballOf([manifest, { path: './package.json', body: '{}' }, { path: 'web/', type: 'Directory' }]),
    );
    expect(files.map(({ path }) => path)).toEqual(['package/package.json', 'package.json']);
  });

  it.each([
    '../outside.js',
    'package/../../outside.js',
    '/etc/outside.js',
    'package/..',
    'C:/outside.js',
    'package/c:\\outside.js',
    'package//index.js',
    'package/a\u0007b',
  ])('is refused for the path %j', async (path) => {
    expect(await refusal([manifest, { path, body: 'x' }])).toMatch(/leads out of its folder|is no name of a file/);
  });

  it.each(['SymbolicLink', 'Link', 'FIFO'] as const)('is refused for a %s', async (type) => {
    const linkpath = type === 'FIFO' ? undefined : '/etc/passwd';
    expect(await refusal([manifest, { path: 'package/link', type, linkpath }])).toContain(
      'neither a file nor a folder',
    );
  });

  it('is refused when one name would replace another', async () => {
    expect(
      await refusal([manifest, { path: 'package/a.js', body: '1' }, { path: 'package/A.js', body: '2' }]),
    ).toContain('twice');
  });

  it('is refused for too many entries', async () => {
    const entries = Array.from({ length: 5001 }, (_, i) => ({ path: `package/${i}.js`, body: 'x' }));
    expect(await refusal(entries)).toContain('more than 5000 entries');
  });

  it('is refused when it unpacks to more than it may', async () => {
    expect(await refusalOf(gzipSync(Buffer.alloc(215_000_000), { level: 1 }))).toContain('more than 200 MB');
  });

  it('is refused when it is broken, cut off, packed twice or something else', async () => {
    const whole = await packFixture('example');
    expect(await refusalOf(whole.subarray(0, whole.length / 2))).toContain('no whole .tgz');
    expect(await refusalOf(Buffer.from('no tarball at all'))).toContain('no whole .tgz');
    expect(await refusalOf(gzipSync(Buffer.from('no tarball '.repeat(200))))).toContain('no whole .tgz');
    expect(await refusalOf(gzipSync(whole))).toContain('packed twice');
  });
});
