import { describe, expect, it } from 'vitest';
import { nextCard, type NextCardFacts } from './next-card.ts';

const card = (more: Partial<NextCardFacts>) =>
  nextCard({
    timeMs: 0,
    totalMs: 1_200_000,
    creditsMs: 1_150_000,
    hasNext: true,
    hasEnded: false,
    dismissed: false,
    autoplay: true,
    unattended: 0,
    ...more,
  });

describe('nextCard', () => {
  it('shows with the credits and counts the last ten seconds', () => {
    expect(card({ timeMs: 1_149_000 }).visible).toBe(false);
    expect(card({ timeMs: 1_150_000 })).toMatchObject({ visible: true, startsByItself: true, countdown: undefined });
    expect(card({ timeMs: 1_193_400 }).countdown).toBe(7);
    expect(card({ timeMs: 1_200_500 }).countdown).toBe(0);
  });

  it('is not there for what has no next', () => {
    expect(card({ timeMs: 1_199_000, hasNext: false })).toMatchObject({
      visible: false,
      startsByItself: false,
      countdown: undefined,
    });
  });

  it('goes away when somebody says no, and comes back at the end without starting anything', () => {
    expect(card({ timeMs: 1_195_000, dismissed: true }).visible).toBe(false);
    expect(card({ timeMs: 1_200_000, dismissed: true, hasEnded: true })).toMatchObject({
      visible: true,
      startsByItself: false,
    });
  });

  it('waits for a click when the account does not want it, or nobody seems to be there', () => {
    expect(card({ timeMs: 1_195_000, autoplay: false }).countdown).toBeUndefined();
    expect(card({ unattended: 3 }).startsByItself).toBe(true);
    expect(card({ unattended: 4 }).startsByItself).toBe(false);
  });
});
