import { describe, expect, it } from 'vitest';
import type { HookVerb, Stage } from '@vitascope/sdk';
import { HookBus, type HookTap } from './hook-bus.ts';

const tap = (
  pluginId: string,
  verb: HookVerb,
  name: string,
  run: (input: any) => unknown,
  o: { stage?: Stage; order?: number } = {},
): HookTap => ({
  pluginId,
  verb,
  name,
  stage: o.stage ?? 'normal',
  order: o.order ?? 0,
  run: async (input) => run(input),
});

describe('the hook bus', () => {
  it('passes a value through filters by stage, then the order a person chose, then id', async () => {
    const bus = new HookBus();
    const mark = (id: string) => (data: any) => ({ ...data, tags: [...(data.tags ?? []), id] });
    bus.add([tap('late', 'filter', 'metadata.merged', mark('late'), { stage: 'late' })]);
    bus.add([tap('b', 'filter', 'metadata.merged', mark('b')), tap('a', 'filter', 'metadata.merged', mark('a'))]);
    bus.add([tap('z-first', 'filter', 'metadata.merged', mark('z-first'), { order: -1 })]);
    bus.add([tap('early', 'filter', 'metadata.merged', mark('early'), { stage: 'early' })]);
    expect(await bus.filter('metadata.merged', { type: 'movie', title: 'A' })).toEqual({
      type: 'movie',
      title: 'A',
      tags: ['early', 'z-first', 'a', 'b', 'late'],
    });
    expect(bus.listeners('filter', 'metadata.merged')).toEqual(['early', 'z-first', 'a', 'b', 'late']);
  });

  it('ignores what is no opinion: nothing, and what is of another kind', async () => {
    const bus = new HookBus();
    for (const [i, answer] of [undefined, null, 'text', 7, []].entries()) {
      bus.add([tap(`p${i}`, 'filter', 'metadata.query', () => answer)]);
      bus.add([tap(`p${i}`, 'decide', 'release.accept', () => answer)]);
    }
    const query = { type: 'movie', query: 'x' } as const;
    expect(await bus.filter('metadata.query', query)).toBe(query);
    expect(await bus.decide('release.accept', { release: {} as never })).toBeUndefined();
  });

  it('stops at the first decision and says whose it is', async () => {
    const bus = new HookBus();
    let asked = 0;
    bus.add([tap('b', 'decide', 'scan.filter', () => ({ skip: true, reason: 'b says so' }))]);
    bus.add([tap('a', 'decide', 'scan.filter', () => undefined)]);
    bus.add([tap('c', 'decide', 'scan.filter', () => void asked++)]);
    const answer = await bus.decide('scan.filter', { path: '/x', size: 1, directory: false });
    expect([answer, asked]).toEqual([{ skip: true, reason: 'b says so', plugin: 'b' }, 0]);
  });

  it('tells everybody at once, not one after another', async () => {
    const bus = new HookBus();
    const { promise, resolve } = Promise.withResolvers<void>();
    bus.add([
      tap('a', 'on', 'library.item.added', () => promise),
      tap('b', 'on', 'library.item.added', () => resolve()),
    ]);
    expect(await bus.emit('library.item.added', { ids: ['1'] })).toBeUndefined();
  });

  it('finishes calls in flight on the taps they began with', async () => {
    const bus = new HookBus();
    const { promise, resolve } = Promise.withResolvers<void>();
    bus.add([tap('a', 'filter', 'metadata.query', async (q) => (await promise, { ...q, query: `${q.query}a` }))]);
    bus.add([tap('b', 'filter', 'metadata.query', (q) => ({ ...q, query: `${q.query}b` }))]);
    const running = bus.filter('metadata.query', { type: 'movie', query: '' });
    bus.remove('b');
    bus.add([tap('c', 'filter', 'metadata.query', (q) => ({ ...q, query: `${q.query}c` }))]);
    resolve();
    expect((await running).query).toBe('ab');
    expect((await bus.filter('metadata.query', { type: 'movie', query: '' })).query).toBe('ac');
    bus.remove('a');
    bus.remove('c');
    expect([bus.owners(), bus.has('filter', 'metadata.query')]).toEqual([[], false]);
  });
});
