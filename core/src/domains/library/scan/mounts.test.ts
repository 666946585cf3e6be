import { spawnSync } from 'node:child_process';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../../kernel/database/database.testing.ts';
import { readDevices, writeDevices, type DeviceLookup } from './mounts.ts';
import type { ScanHost } from './scan-types.ts';
import { createTestLibrary, type TestLibrary } from './scan.testing.ts';

describe.each(testDialects)('disks that are mounted below a root folder, on %s', (dialect) => {
  let library: TestLibrary;
  let disk: string;
  beforeEach(async () => {
    library = await createTestLibrary(dialect);
    disk = join(library.root, 'disk2');
    await library.film('Here (1999)/Here (1999).mp4');
    await library.film('disk2/There (2001)/There (2001).mp4');
    await library.film('disk2/Also (2002).mp4');
  });
  afterEach(() => library.remove());
  /** Everything at `disk2` and below it lies on a device of this number. */
  const mounted =
    (number = '77'): DeviceLookup =>
    (path, device) =>
      path === disk || path.startsWith(`${disk}/`) ? number : device;
  const scan = (device?: DeviceLookup, folders?: string[]) =>
    library.scan({ ...(device && { device }), ...(folders && { folders }) });
  const missing = async () => (await library.rows()).filter((row) => row.missing).map(({ file }) => file);
  const reason = async () =>
    (await library.db.database.first<{ r: string }>('select unavailable_reason as r from root_folders'))?.r;
  const unmount = async (leave = true) => {
    await rename(disk, `${library.root}-away`);
    if (leave) await mkdir(disk);
  };
  const mountAgain = async () => {
    await rm(disk, { recursive: true, force: true });
    await rename(`${library.root}-away`, disk);
  };

  it.each([
    ['an empty folder', true],
    ['no folder', false],
  ])('lose nothing when they leave %s', async (_, leave) => {
    expect(await scan(mounted())).toMatchObject({ added: 3, problems: [] });
    await unmount(leave);
    expect(await scan()).toMatchObject({
      missing: 0,
      problems: [{ path: disk, reason: expect.stringMatching(/mount it and scan again/) }],
      roots: [{ path: library.root }],
    });
    expect(await reason()).toMatch(`${disk}: The disk`);
    expect(await scan(undefined, [join(disk, 'There (2001)')])).toMatchObject({ missing: 0 });
    await mountAgain();
    expect(await scan(mounted())).toMatchObject({ missing: 0, added: 0, returned: 0, problems: [] });
    expect(await reason()).toBe('');
  });

  it('are known as well when only folders of theirs were scanned', async () => {
    await scan(mounted(), [join(disk, 'There (2001)')]);
    await unmount();
    expect(await scan()).toMatchObject({ missing: 0 });
    expect(await missing()).toEqual([]);
    await mountAgain();
  });

  it('are the same after their numbers changed', async () => {
    await scan(mounted('77'));
    expect(await scan(mounted('78'))).toMatchObject({ missing: 0, problems: [] });
    await unmount();
    expect(await scan()).toMatchObject({ missing: 0, problems: [{ path: disk }] });
    await mountAgain();
  });

  it('lose what was deleted on them, although their numbers changed and only its folder is scanned', async () => {
    await scan(mounted('77'));
    await rm(join(disk, 'There (2001)'), { recursive: true });
    expect(await scan(mounted('78'), [join(disk, 'There (2001)')])).toMatchObject({ missing: 1, problems: [] });
    expect(await missing()).toEqual(['disk2/There (2001)/There (2001).mp4']);
  });

  it('do lose what was deleted on them, and what else is deleted while they are away', async () => {
    await scan(mounted());
    await rm(join(disk, 'Also (2002).mp4'));
    expect(await scan(mounted())).toMatchObject({ missing: 1 });
    await unmount();
    await rm(join(library.root, 'Here (1999)'), { recursive: true });
    expect(await scan()).toMatchObject({ missing: 1 });
    expect(await missing()).toEqual(['Here (1999)/Here (1999).mp4', 'disk2/Also (2002).mp4']);
    await mountAgain();
  });

  it('are away although one of their films was taken elsewhere before', async () => {
    await scan(mounted());
    await rename(join(disk, 'Also (2002).mp4'), join(library.root, 'Also (2002).mp4'));
    await unmount();
    expect(await scan()).toMatchObject({ moved: 1, missing: 0, problems: [{ path: disk }] });
    await mountAgain();
  });

  it('may be given up: their folders may come to lie on the disk of the root, or be left out', async () => {
    await scan(mounted());
    await rm(join(disk, 'Also (2002).mp4'));
    expect(await scan()).toMatchObject({ missing: 1, problems: [] });
    await unmount();
    expect(await scan()).toMatchObject({ missing: 1, problems: [] });
    await mountAgain();
    await scan(mounted());
    await unmount();
    await writeFile(join(disk, '.ignore'), '');
    expect(await scan()).toMatchObject({ missing: 1, problems: [] });
    expect(await scan()).toMatchObject({ missing: 0, problems: [] });
    await rm(`${library.root}-away`, { recursive: true });
  });

  it('lose nothing when they go in mid-scan', async () => {
    await library.film('zz/Last (2003).mp4');
    await scan(mounted());
    await library.sidecar('disk2/Also (2002).nfo', { type: 'movie', title: 'Also', year: 2002 });
    let gone = false;
    const device: DeviceLookup = (path, real) => (gone ? real : mounted()(path, real));
    const readLocal: ScanHost['readLocal'] = async (_, subjects) => {
      await unmount();
      gone = true;
      return subjects.map(() => ({ confidence: 0 }));
    };
    await rm(join(disk, 'There (2001)'), { recursive: true });
    expect(await library.scan({ device, host: { readLocal } })).toMatchObject({
      missing: 0,
      problems: [{ path: disk }],
    });
    await mountAgain();
  });

  it('are noticed where the system really mounts them', async (context) => {
    await rm(disk, { recursive: true });
    await mkdir(disk);
    const isMounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', disk]).status === 0;
    if (!isMounted) return context.skip('Nobody may mount a disk here.');
    try {
      await library.film('disk2/There (2001).mp4');
      expect(await scan()).toMatchObject({ added: 2 });
    } finally {
      expect(spawnSync('umount', [disk]).status).toBe(0);
    }
    expect(await scan()).toMatchObject({ missing: 0, problems: [{ path: disk }] });
  });
});

describe('what is kept of devices', () => {
  it('is the number of the root alone where nothing is mounted below', () => {
    expect(writeDevices(readDevices('41'))).toBe('41');
    expect(writeDevices(readDevices(null))).toBeNull();
    const both = { own: '41', mounts: { 'a/b': '42' } };
    expect(readDevices(writeDevices(both))).toEqual(both);
  });
});
