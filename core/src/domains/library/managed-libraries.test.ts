import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import type { LoadedConfig } from '../../kernel/config/load-config.ts';
import { loadConfig } from '../../kernel/config/load-config.ts';
import { findDeclaration, type DeclaredLibrary } from './managed-libraries.ts';
import { LibrarySettings } from './library.schema.ts';
import { createLibraryHarness, type LibraryHarness } from './library.testing.ts';

describe.each(testDialects)('declared libraries on %s', (dialect) => {
  let harness: LibraryHarness;
  const at = (name: string): string => join(harness.media, name);
  beforeEach(async () => {
    harness = await createLibraryHarness(dialect);
  });
  afterEach(() => harness.close());

  const declared = (name: string, folders: string[], more: Partial<DeclaredLibrary> = {}): DeclaredLibrary => ({
    name,
    type: 'movies',
    folders,
    watch: false,
    settleSeconds: 10,
    language: 'en',
    matchThreshold: 0.6,
    ...more,
  });
  const sync = async (...libraries: DeclaredLibrary[]): Promise<void> => {
    await harness.domain.managed.sync(libraries);
    await harness.idle();
  };
  const scans = async (): Promise<number> =>
    (await harness.host.database.all(`select id from jobs where name = 'library.scan'`)).length;
  const list = async () =>
    (await harness.domain.libraries.list()).map(({ name, managedBy, fileCount, folders }) => ({
      name,
      managedBy,
      fileCount,
      folders: folders.map(({ path }) => path.slice(harness.media.length + 1)),
    }));

  it('are made, scanned, and left alone while nothing changes', async () => {
    await harness.film('films/Glass Harbour (2011).mp4');
    await sync(declared('Films', [at('films')]));
    expect(await list()).toEqual([{ name: 'Films', managedBy: 'config', fileCount: 1, folders: ['films'] }]);
    await sync(declared('Films', [at('films')]));
    expect(await scans()).toBe(1);
    await sync(declared('FILMS', [at('films')], { matchThreshold: 0.9 }));
    expect(await scans()).toBe(1);
    expect(await harness.domain.libraries.list()).toMatchObject([{ name: 'FILMS', settings: { matchThreshold: 0.9 } }]);
  });

  it('follow their declaration: folders come and go', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    await harness.film('b/Nine Tides (2018).mp4');
    await sync(declared('Films', [at('a')]));
    await sync(declared('Films', [at('b')]));
    expect(await list()).toEqual([{ name: 'Films', managedBy: 'config', fileCount: 1, folders: ['b'] }]);
    expect(await harness.titles()).toEqual(['movie Nine Tides 2018 ×1']);
  });

  it('take over the library of that name that was made in the app, with its files', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    const { library } = await harness.domain.libraries.create({ name: 'films', type: 'movies', folders: [at('a')] });
    await harness.idle();
    await sync(declared('Films', [at('a')]));
    expect(await harness.domain.libraries.get(library.id)).toMatchObject({
      name: 'Films',
      managedBy: 'config',
      fileCount: 1,
    });
    expect(await scans()).toBe(1);
  });

  it('keep a folder around the data directory that they had before that was refused, and take no new one', async () => {
    const around = dirname(harness.host.dataDir);
    await harness.store.create(
      { name: 'Old', type: 'movies', settings: LibrarySettings.parse({ watch: false }), managedBy: 'config' },
      [around],
    );
    await harness.domain.managed.sync([declared('Old', [around]), declared('New', [around])]);
    expect((await harness.store.roots()).map(({ path }) => path)).toEqual([around]);
  });

  it('become ordinary ones when they are no longer declared', async () => {
    await harness.film('a/Glass Harbour (2011).mp4');
    await sync(declared('Films', [at('a')]));
    await sync();
    expect(await list()).toEqual([{ name: 'Films', managedBy: 'ui', fileCount: 1, folders: ['a'] }]);
  });

  it('keep a folder that is not there yet, and say why', async () => {
    await sync(declared('Films', [at('later')]));
    const [library] = await harness.domain.libraries.list();
    expect(library?.folders).toMatchObject([
      { path: at('later'), available: false, unavailableReason: expect.stringContaining('later is not there') },
    ]);
    await harness.film('later/Glass Harbour (2011).mp4');
    await harness.scan(library!.id);
    expect((await harness.domain.libraries.get(library!.id)).folders).toMatchObject([
      { available: true, fileCount: 1 },
    ]);
  });

  it('leave out a folder that another library has, and go on with the rest', async () => {
    await mkdir(at('a/inside'), { recursive: true });
    await mkdir(at('b'));
    await sync(declared('One', [at('a')]), declared('Two', [at('a/inside'), at('b')]), declared('Three', [at('a')]));
    expect((await list()).map(({ name, folders }) => [name, folders])).toEqual([
      ['One', ['a']],
      ['Two', ['b']],
    ]);
  });

  it('are named by where they are declared', () => {
    const loaded = { config: { libraries: [{ name: 'Films' }] }, sources: new Map() } as unknown as LoadedConfig;
    expect(findDeclaration(loaded, 'Shows')).toBeUndefined();
    expect(findDeclaration(loaded, 'films')).toBe('the configuration');
    expect(findDeclaration(loadConfig({ environment: {}, directory: harness.media }), 'Films')).toBeUndefined();
  });
});

describe.each(testDialects)('the libraries of the demo on %s', (dialect) => {
  it('are made once and forgotten again, and no file with them', async () => {
    const harness = await createLibraryHarness(dialect);
    try {
      await harness.film('Films/Glass Harbour (2011).mp4');
      await harness.film('Shows/Winter Orchard/Winter Orchard S01E01.mp4');
      const jobs = await harness.domain.managed.ensureDemo(harness.media);
      expect(jobs).toHaveLength(2);
      await harness.idle();
      expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×1', 'show Winter Orchard ×1']);
      expect(await harness.domain.managed.ensureDemo(harness.media)).toEqual([]);
      expect(await harness.domain.libraries.list()).toMatchObject([
        { name: 'Films', type: 'movies', managedBy: 'demo' },
        { name: 'Shows', type: 'shows', managedBy: 'demo' },
      ]);
      await harness.domain.managed.removeDemo();
      expect(await harness.domain.libraries.list()).toEqual([]);
      expect(await harness.titles()).toEqual([]);
      await rm(join(harness.media, 'Films/Glass Harbour (2011).mp4'));
    } finally {
      await harness.close();
    }
  });
});
