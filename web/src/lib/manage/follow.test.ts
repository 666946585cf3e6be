import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { LiveEvents, LiveListener } from '#lib/events/live.svelte.ts';
import { follow } from './follow.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('refreshes once for many events, and not after it was stopped', () => {
  const listeners = new Map<string, LiveListener>();
  const live = {
    on(name: string, listener: LiveListener) {
      listeners.set(name, listener);
      return () => listeners.delete(name);
    },
  } as unknown as LiveEvents;
  const refresh = vi.fn();
  const stop = follow(live, ['job.changed'], refresh, 100);
  for (let count = 0; count < 5; count++) listeners.get('job.changed')?.({});
  vi.advanceTimersByTime(100);
  expect(refresh).toHaveBeenCalledTimes(1);
  listeners.get('reconnected')?.(undefined);
  stop();
  vi.advanceTimersByTime(1000);
  expect(refresh).toHaveBeenCalledTimes(1);
  expect(listeners.size).toBe(0);
});
