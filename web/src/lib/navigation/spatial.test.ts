import { describe, expect, it } from 'vitest';
import { distanceTowards } from './spatial.ts';

const box = (left: number, top: number, size = 100) => ({ left, top, right: left + size, bottom: top + size });

describe('distanceTowards', () => {
  it('knows only what lies in the direction', () => {
    expect(distanceTowards(box(0, 0), box(120, 0), 'right')).toBe(20);
    expect(distanceTowards(box(0, 0), box(120, 0), 'left')).toBeUndefined();
    expect(distanceTowards(box(0, 200), box(0, 0), 'up')).toBe(100);
  });

  it('prefers the straight line over what is nearer but aside', () => {
    const straight = distanceTowards(box(0, 0), box(180, 0), 'right') ?? 0;
    const aside = distanceTowards(box(0, 0), box(120, 160), 'right') ?? 0;
    expect(straight).toBeLessThan(aside);
  });
});
