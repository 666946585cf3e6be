import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createTestDatabase, testDialects } from '../database/database.testing.ts';
import type { TestDatabase } from '../database/database.testing.ts';
import { SettingEntity } from './setting.entity.ts';
import { createSettingsStore, defineSetting } from './settings-store.ts';
import type { SettingsStore } from './settings-store.ts';

const greeting = defineSetting({
  key: 'test.greeting',
  schema: z.object({ text: z.string(), loud: z.boolean() }),
  default: { text: 'hello', loud: false },
});

describe.each(testDialects)('the settings store on %s', (dialect) => {
  let test: TestDatabase;
  let settings: SettingsStore;
  beforeEach(async () => {
    test = await createTestDatabase(dialect, { entities: [SettingEntity] });
    settings = createSettingsStore(test.database, pino({ enabled: false }));
  });
  afterEach(() => test.remove());

  it('answers with the default until somebody sets a value, and again when it is removed', async () => {
    expect(await settings.get(greeting)).toEqual({ text: 'hello', loud: false });
    await settings.set(greeting, { text: 'hi', loud: true });
    await settings.set(greeting, { text: 'hey', loud: true });
    expect(await settings.get(greeting)).toEqual({ text: 'hey', loud: true });
    await settings.remove(greeting.key);
    expect(await settings.get(greeting)).toEqual({ text: 'hello', loud: false });
  });

  it('refuses to store another shape, and falls back to the default where one is stored', async () => {
    await expect(settings.set(greeting, { text: 1 } as never)).rejects.toThrow(/expected string/);
    await settings.write(greeting.key, { text: 1 });
    expect(await settings.get(greeting)).toEqual(greeting.default);
  });

  it.each([
    ['text that looks like JSON', '{"a":1}'],
    ['an empty text', ''],
    ['null', null],
    ['false', false],
    ['zero', 0],
    ['a list', [1, [2]]],
  ])('keeps %s as it is', async (_, value) => {
    await settings.write('test.value', value);
    expect(await settings.read('test.value')).toEqual(value);
  });

  it('lists what lies below a prefix', async () => {
    for (const key of ['a.one', 'a.two', 'b.one']) await settings.write(key, key);
    expect([...(await settings.list('a.'))]).toEqual([
      ['a.one', 'a.one'],
      ['a.two', 'a.two'],
    ]);
  });

  it('survives many writers of one key', async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => settings.write('test.n', n)));
    expect(await settings.read('test.n')).toBeTypeOf('number');
  });
});
