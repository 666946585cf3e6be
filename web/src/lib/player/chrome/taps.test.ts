import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sideOf, Taps } from './taps.ts';

describe('Taps', () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  function watched() {
    const done: string[] = [];
    const taps = new Taps({
      toggleControls: () => done.push('controls'),
      skip: (seconds) => done.push(String(seconds)),
    });
    return { done, taps };
  }

  it('divides the picture', () => {
    expect([100, 500, 900].map((x) => sideOf(x, 1000))).toEqual(['left', 'middle', 'right']);
  });

  it('shows the controls after one tap', () => {
    const { done, taps } = watched();
    taps.tap('left', 0);
    vi.advanceTimersByTime(400);
    expect(done).toEqual(['controls']);
  });

  it('skips with two taps, and again with each further one', () => {
    const { done, taps } = watched();
    for (const at of [0, 200, 400]) taps.tap('right', at);
    vi.advanceTimersByTime(400);
    expect(done).toEqual(['10', '10']);
  });

  it('takes taps at two sides, or slow ones, for single ones', () => {
    const { done, taps } = watched();
    taps.tap('left', 0);
    taps.tap('right', 100);
    vi.advanceTimersByTime(400);
    taps.tap('right', 1000);
    vi.advanceTimersByTime(400);
    expect(done).toEqual(['controls', 'controls']);
  });
});
