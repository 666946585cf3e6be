import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../database/database.testing.ts';
import { PackageSwap } from './package-swap.ts';
import { PluginLock, type LockRecord } from './plugin-lock.ts';
import { PluginSnapshots } from './plugin-snapshots.ts';

let root: string;
let test: TestDatabase;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'vitascope-swap-'));
  test = await createTestDatabase('sqlite');
});
afterEach(async () => {
  await test.remove();
  await rm(root, { recursive: true, force: true });
});

const record = (version: string): LockRecord => ({
  version,
  source: '/somewhere',
  integrity: '',
  installedAt: '2030-01-01T00:00:00.000Z',
  permissions: [],
  files: {},
});
const at = (...parts: string[]): string => path.join(root, 'plugins', ...parts);
const write = async (file: string, text: string): Promise<void> => {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
};
const standing = async (): Promise<string | undefined> =>
  existsSync(at('a')) ? readFile(at('a', 'index.js'), 'utf8') : undefined;
const lock = (): PluginLock => new PluginLock(at());
const open = (): PackageSwap =>
  new PackageSwap(at(), lock(), new PluginSnapshots(test.database, path.join(root, 'plugin-data')));
const documents = async (): Promise<string[]> =>
  (await test.database.all<{ id: string }>('select id from plugin_documents order by id')).map(({ id }) => id);
const keep = (id: string): Promise<unknown> =>
  test.database.insert('plugin_documents', [
    { plugin_id: 'a', collection: 'c', id, doc: JSON.stringify({ id }), updated_at: 1 },
  ]);

/** The old one in its place, the new one staged. */
async function staged(): Promise<string> {
  await write(at('a', 'index.js'), 'old');
  await lock().set('a', record('1.0.0'));
  const stage = await open().openStage();
  await write(path.join(stage, 'package', 'index.js'), 'new');
  return stage;
}

/** As far as a change came before its process was killed. */
const steps = {
  change: async (stage: string) => {
    await write(
      path.join(stage, 'previous', 'snapshot.json'),
      JSON.stringify({ record: record('1.0.0'), documents: [] }),
    );
    await mkdir(path.join(stage, 'previous', 'data'));
    await write(path.join(stage, 'change.json'), JSON.stringify({ id: 'a', record: record('2.0.0') }));
  },
  aside: (stage: string) => rename(at('a'), path.join(stage, 'previous', 'package')),
  place: (stage: string) => rename(path.join(stage, 'package'), at('a')),
  previous: async (stage: string) => {
    await mkdir(at('.previous'));
    await rename(path.join(stage, 'previous'), at('.previous', 'a'));
  },
} satisfies Record<string, (stage: string) => Promise<unknown>>;

describe('an update that is killed', () => {
  it.each([
    ['before anything', [], 'old', '1.0.0'],
    ['with the change written down', ['change'], 'old', '1.0.0'],
    ['with the old one moved aside', ['change', 'aside'], 'old', '1.0.0'],
    ['with the new one in its place', ['change', 'aside', 'place'], 'new', '2.0.0'],
    ['before the lock file is written', ['change', 'aside', 'place', 'previous'], 'new', '2.0.0'],
  ] as const)('%s leaves one of the two whole', async (_, done, text, version) => {
    const stage = await staged();
    for (const step of done) await steps[step](stage);
    await open().recover();
    expect([await standing(), (await lock().find('a'))?.version]).toEqual([text, version]);
    expect(existsSync(at('.staging'))).toBe(false);
    const previous = at('.previous', 'a', 'package', 'index.js');
    expect(existsSync(previous) && (await readFile(previous, 'utf8'))).toBe(text === 'new' ? 'old' : false);
    expect(await open().recover()).toEqual([]);
  });

  it('in the middle of writing a file leaves no half of it', async () => {
    const stage = await staged();
    await write(path.join(stage, 'change.json.half'), '{"id":');
    await open().recover();
    expect([await standing(), existsSync(stage)]).toEqual(['old', false]);
  });
});

it('a rollback that is killed brings back documents and data with the next start, once more if need be', async () => {
  const stage = await staged();
  const restore = path.join(stage, 'restore');
  const row = { collection: 'c', id: 'before', doc: { id: 'before' }, updated_at: 1 };
  await write(path.join(restore, 'snapshot.json'), JSON.stringify({ documents: [row] }));
  await write(path.join(restore, 'data', 'file'), 'of before');
  await write(path.join(root, 'plugin-data', 'a', 'file'), 'of after');
  await keep('after');
  for (const step of ['change', 'aside', 'place'] as const) await steps[step](stage);
  await open().recover();
  expect(await documents()).toEqual(['before']);
  expect(await readFile(path.join(root, 'plugin-data', 'a', 'file'), 'utf8')).toBe('of before');
  expect(await standing()).toBe('new');
});

it('a removal that is killed is ended', async () => {
  await staged();
  await keep('one');
  const stage = await open().openStage();
  await write(path.join(stage, 'change.json'), JSON.stringify({ id: 'a', remove: true, purge: true }));
  expect(await open().recover()).toContain('a');
  expect([await standing(), await lock().find('a'), await documents()]).toEqual([undefined, undefined, []]);
});

it('a change that fails leaves the old one in its place', async () => {
  const stage = await staged();
  await rm(path.join(stage, 'package'), { recursive: true });
  await write(at('a', 'index.js'), 'old');
  await expect(open().put(stage, 'a', record('2.0.0'))).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await readdir(at())).toContain('a');
});
