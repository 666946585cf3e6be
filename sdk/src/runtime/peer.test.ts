import { describe, expect, it } from 'vitest';
import { createPair } from './link.ts';
import { Peer, type CallHandler } from './peer.ts';

const modes = ['direct', 'json'] as const;
const idle = { calls: 0, answering: 0, streams: 0 };
const settled = () => new Promise((resolve) => setTimeout(resolve, 5));

describe.each(modes)('a %s link', (mode) => {
  const talk = (onCall: CallHandler) => {
    const [here, there] = createPair(mode);
    return { a: new Peer(here, () => 'mine'), b: new Peer(there, onCall) };
  };

  it('carries plain data and makes null absent', async () => {
    const { a, b } = talk((_, args) => ({ got: args, nothing: null, list: [1, null, 'x'] }));
    expect(await a.call('echo', { text: 'ä', n: 1.5, gone: null, off: undefined, nested: { deep: [true] } })).toEqual({
      got: { text: 'ä', n: 1.5, nested: { deep: [true] } },
      list: [1, undefined, 'x'],
    });
    expect(a.open).toEqual(idle);
    expect(b.open).toEqual(idle);
  });

  it('keeps objects that use the marker member, and drops __proto__', async () => {
    const { a } = talk((_, args) => args);
    const hostile = JSON.parse('{"$":"feed","s":1,"__proto__":{"polluted":true},"in":{"$":"bytes"}}');
    const back = await a.call('echo', hostile);
    expect(back).toEqual({ $: 'feed', s: 1, in: { $: 'bytes' } });
    expect(back.polluted).toBeUndefined();
  });

  it('refuses class instances by path, both ways', async () => {
    const { a } = talk(() => ({ at: { when: new Date(0) } }));
    await expect(a.call('x', {})).rejects.toThrow('at.when is an instance of Date');
    await expect(a.call('x', { f: () => 1 })).rejects.toThrow('f is a function');
  });

  it('carries errors by code, with what to do', async () => {
    const { a } = talk(() => {
      throw Object.assign(new Error('slow down'), { code: 'rate_limited', retryAfterMs: 5, fix: 'wait' });
    });
    await expect(a.call('x', {})).rejects.toMatchObject({
      message: 'slow down',
      code: 'rate_limited',
      retryAfterMs: 5,
      fix: 'wait',
    });
    const { a: c } = talk(() => Promise.reject(Object.assign(new Error('disk'), { code: 'ENOENT' })));
    await expect(c.call('x', {})).rejects.toMatchObject({ code: 'internal' });
  });

  it('carries the faults of an input, and takes nothing else for them', async () => {
    const fault = { path: 'when', message: 'Not never' };
    const refused = { code: 'validation_failed', errors: [fault, undefined, 'text', { path: 1 }] };
    const { a } = talk((name) =>
      Promise.reject(
        name === 'check' ? Object.assign(new Error('no'), refused) : new AggregateError([undefined], 'all'),
      ),
    );
    await expect(a.call('check', {})).rejects.toMatchObject({ errors: [fault] });
    const error: unknown = await a.call('any', {}).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'all', code: 'internal' });
    expect(error).not.toHaveProperty('errors');
  });

  it('carries bytes and streams of bytes', async () => {
    const big = new Uint8Array(300_000).fill(7);
    const { a, b } = talk(async (_, args) => {
      const size = (await new Response(args.body).bytes()).length;
      return { size, first: args.raw[0], body: new Response(big).body };
    });
    const back = await a.call('store', { body: new Response(big).body, raw: new Uint8Array([9]) });
    expect(back).toMatchObject({ size: big.length, first: 9 });
    expect(await new Response(back.body).bytes()).toEqual(big);
    await settled();
    expect([a.open, b.open]).toEqual([idle, idle]);
  });

  it('pulls a feed at the pace of the reader', async () => {
    let made = 0;
    const { a, b } = talk(async function* () {
      for (; made < 5;) yield ++made;
    });
    const seen: number[] = [];
    for await (const n of await a.call('feed', {})) {
      expect(made).toBe(n);
      seen.push(n as number);
    }
    expect(seen).toEqual([1, 2, 3, 4, 5]);
    await settled();
    expect([a.open, b.open]).toEqual([idle, idle]);
  });

  it('stops a feed whose reader leaves, and passes on what it throws', async () => {
    let cleaned = 0;
    const { a, b } = talk(async function* (kind) {
      try {
        yield 1;
        if (kind === 'broken') throw Object.assign(new Error('line broke'), { code: 'unavailable' });
        yield 2;
      } finally {
        cleaned++;
      }
    });
    for await (const _ of await a.call('feed', {})) break;
    await settled();
    expect(cleaned).toBe(1);
    const read = async () => {
      for await (const _ of await a.call('broken', {}));
    };
    await expect(read()).rejects.toMatchObject({ code: 'unavailable', message: 'line broke' });
    await settled();
    expect([cleaned, a.open, b.open]).toEqual([2, idle, idle]);
  });

  it('stops a stream that was given up before anybody began to read it', async () => {
    let cancelled = 0;
    const { a, b } = talk(() => ({ body: new ReadableStream({ cancel: () => void cancelled++ }) }));
    const { body } = await a.call('bytes', {});
    await body.cancel();
    await settled();
    expect([cancelled, a.open, b.open]).toEqual([1, idle, idle]);
  });

  it('aborts a call over there, and at once here', async () => {
    let seen: unknown;
    const { a, b } = talk(
      (_, __, signal) => new Promise((_ok, no) => signal.addEventListener('abort', () => no((seen = signal.reason)))),
    );
    const stop = new AbortController();
    const call = a.call('slow', {}, { signal: stop.signal });
    await settled();
    stop.abort(Object.assign(new Error('left'), { code: 'cancelled' }));
    await expect(call).rejects.toThrow('left');
    await settled();
    expect(seen).toMatchObject({ code: 'cancelled', message: 'left' });
    expect([a.open, b.open]).toEqual([idle, idle]);
    await expect(a.call('slow', {}, { signal: stop.signal })).rejects.toThrow('left');
  });

  it('aborts a feed in the middle', async () => {
    const { a, b } = talk(async function* (_, __, signal: AbortSignal) {
      yield 1;
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    } as CallHandler);
    const stop = new AbortController();
    const feed = await a.call('feed', {}, { signal: stop.signal });
    expect(await feed.next()).toEqual({ done: false, value: 1 });
    const next = feed.next();
    stop.abort(new Error('enough'));
    await expect(next).rejects.toThrow('enough');
    await settled();
    expect([a.open, b.open]).toEqual([idle, idle]);
  });

  it('ends everything when closed', async () => {
    const { a, b } = talk(
      (_, __, signal) => new Promise((_ok, no) => signal.addEventListener('abort', () => no(signal.reason))),
    );
    const call = a.call('slow', {});
    await settled();
    a.close(Object.assign(new Error('stopped'), { code: 'cancelled' as const }));
    await expect(call).rejects.toThrow('stopped');
    await expect(a.call('again', {})).rejects.toThrow('stopped');
    await settled();
    expect([a.open, b.open]).toEqual([idle, idle]);
  });

  it('passes notes without an answer', async () => {
    const [here, there] = createPair(mode);
    const heard: unknown[] = [];
    const a = new Peer(here, () => undefined);
    new Peer(
      there,
      () => undefined,
      (name, args) => heard.push([name, args]),
    );
    a.note('log', { message: 'hi' });
    await settled();
    expect(heard).toEqual([['log', { message: 'hi' }]]);
  });
});
