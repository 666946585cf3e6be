import { afterEach, expect, it } from 'vitest';
import { createPluginHarness, type PluginHarness } from './plugins.testing.ts';

let host: PluginHarness | undefined;
afterEach(() => host?.close());

/** What the process holds open, by kind. */
const open = (kind: string): number => process.getActiveResourcesInfo().filter((name) => name === kind).length;

it.each([
  ['server', 200],
  ['process', 40],
] as const)(
  'enabled and disabled again and again in a %s, a plugin leaves nothing behind',
  async (place, rounds) => {
    host = await createPluginHarness({ plugins: ['example'], place });
    const { service, hooks, contracts, jobs, server } = host;
    const once = async (): Promise<void> => {
      expect(await service.enable('example')).toMatchObject({ state: 'active', reason: '' });
      expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).status).toBe(200);
      await service.disable('example');
    };
    await once();
    const before = { timers: open('Timeout'), processes: open('ProcessWrap'), sockets: open('PipeWrap') };
    for (let round = 0; round < rounds; round += 1) await once();
    expect(hooks.owners()).toEqual([]);
    expect(contracts.owners()).toEqual([]);
    expect(jobs.registry.all().filter(({ owner }) => owner === 'example')).toEqual([]);
    expect(service.uiManifest(undefined).pages).toEqual([]);
    expect((await server.ask('/api/v1/plugins/example/greet/Ada', { as: 'ben' })).status).toBe(404);
    const after = { timers: open('Timeout'), processes: open('ProcessWrap'), sockets: open('PipeWrap') };
    expect(after.processes).toBeLessThanOrEqual(before.processes);
    expect(after.sockets).toBeLessThanOrEqual(before.sockets);
    expect(after.timers).toBeLessThan(before.timers + 5);
    expect(host.log.join('')).not.toContain('left something behind');
  },
  120_000,
);
