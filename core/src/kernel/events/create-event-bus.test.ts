import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createEventBus } from './create-event-bus.ts';

const logTo = (lines: string[]) => pino({ base: null }, { write: (line: string) => void lines.push(line) });

describe('createEventBus', () => {
  it('calls listeners of the name and listeners of everything, until they stop', () => {
    const bus = createEventBus(logTo([]));
    const heard: unknown[] = [];
    const stop = bus.on('item.changed', (payload) => heard.push(payload));
    const stopAny = bus.onAny((name, payload) => heard.push([name, payload]));
    bus.emit('item.changed', { itemId: 1 });
    bus.emit('ui.changed', {});
    stop();
    stopAny();
    bus.emit('item.changed', { itemId: 2 });
    expect(heard).toEqual([{ itemId: 1 }, ['item.changed', { itemId: 1 }], ['ui.changed', {}]]);
  });

  it('logs a listener that throws or rejects, and calls the others', async () => {
    const lines: string[] = [];
    const bus = createEventBus(logTo(lines));
    let calls = 0;
    bus.on('ui.changed', () => {
      throw new Error('at once');
    });
    bus.on('ui.changed', (async () => Promise.reject(new Error('later'))) as () => void);
    bus.on('ui.changed', () => void (calls += 1));
    bus.emit('ui.changed', {});
    await new Promise(setImmediate);
    expect(calls).toBe(1);
    expect(lines.join()).toContain('at once');
    expect(lines.join()).toContain('later');
  });

  it('keeps apart two listenings of one function', () => {
    const bus = createEventBus(logTo([]));
    let calls = 0;
    const listener = (): void => void (calls += 1);
    const stop = bus.on('ui.changed', listener);
    bus.on('ui.changed', listener);
    stop();
    bus.emit('ui.changed', {});
    expect(calls).toBe(1);
  });

  it('lets a listener stop itself while it is called', () => {
    const bus = createEventBus(logTo([]));
    let calls = 0;
    const stop = bus.on('ui.changed', () => {
      stop();
      calls += 1;
    });
    bus.on('ui.changed', () => void (calls += 1));
    bus.emit('ui.changed', {});
    bus.emit('ui.changed', {});
    expect(calls).toBe(3);
  });
});
