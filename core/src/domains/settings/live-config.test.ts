import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../kernel/config/load-config.ts';
import { LiveConfig, type SettingsStore } from './live-config.ts';

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

function memoryStore(initial: Record<string, unknown> = {}): SettingsStore & { values: Map<string, unknown> } {
  const values = new Map(Object.entries(initial));
  return { values, read: async (key) => values.get(key), write: async (key, value) => void values.set(key, value) };
}

async function liveConfig(yaml: string, store: SettingsStore) {
  const directory = await mkdtemp(join(tmpdir(), 'vitascope-settings-'));
  folders.push(directory);
  const file = join(directory, 'vitascope.yaml');
  await writeFile(file, yaml);
  const config = new LiveConfig(loadConfig({ file, environment: {}, directory }), store);
  await config.load();
  return config;
}

describe('settings that people change in the app', () => {
  it('stand over defaults, are kept, and are told to those who listen', async () => {
    const store = memoryStore();
    const config = await liveConfig('playback:\n  signedUrlHours: 5\n', store);
    const heard: string[] = [];
    config.onChange((area) => heard.push(area));
    const view = await config.update('playback', { maxTranscodes: 7 });
    expect(view.values.maxTranscodes).toBe(7);
    expect(config.get('playback').maxTranscodes).toBe(7);
    expect(heard).toEqual(['playback']);
    const restarted = await liveConfig('', memoryStore(Object.fromEntries(store.values)));
    expect(restarted.get('playback').maxTranscodes).toBe(7);
  });

  it('never override the file, and say which line holds them', async () => {
    const config = await liveConfig(
      'playback:\n  maxTranscodes: 4\n',
      memoryStore({ 'config.playback': { maxTranscodes: 9 } }),
    );
    expect(config.get('playback').maxTranscodes).toBe(4);
    expect(config.view('playback').locked.maxTranscodes).toMatch(/vitascope\.yaml:2$/);
    await expect(config.update('playback', { maxTranscodes: 1 })).rejects.toMatchObject({ code: 'locked' });
  });

  it('are refused as a whole when one is wrong', async () => {
    const store = memoryStore();
    const config = await liveConfig('', store);
    await expect(config.update('tracking', { preset: 'vhs', minResumePercent: 3 })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ path: 'body.preset' }],
    });
    await expect(config.update('tracking', { nonsense: 1 })).rejects.toMatchObject({ code: 'validation_failed' });
    await expect(config.update('nowhere', {})).rejects.toMatchObject({ code: 'not_found' });
    expect(store.values.size).toBe(0);
  });

  it('have one schema for each form, made once, while values and locks are those of the moment', async () => {
    const config = await liveConfig('', memoryStore());
    const before = config.list();
    await config.update('playback', { maxTranscodes: 7 });
    const after = config.list();
    expect(after.every(({ schema }, i) => schema === before[i]?.schema)).toBe(true);
    expect(after.map(({ schema }) => schema)).toEqual(
      (await liveConfig('', memoryStore())).list().map(({ schema }) => schema),
    );
    expect(after.find(({ id }) => id === 'playback')?.values.maxTranscodes).toBe(7);
  });

  it('go back to their default with null', async () => {
    const config = await liveConfig('', memoryStore());
    await config.update('server', { name: 'Attic' });
    expect(config.get('server').name).toBe('Attic');
    await config.update('server', { name: null });
    expect(config.get('server').name).toBe('Vitascope');
  });

  it('do not let a stored value that no longer fits stop the server', async () => {
    const config = await liveConfig('', memoryStore({ 'config.jobs': { workers: 'many' } }));
    expect(config.get('jobs').workers).toBe(2);
  });
});
