import { nextCardFrom } from './timeline.ts';

export interface NextCardFacts {
  timeMs: number;
  totalMs: number;
  creditsMs: number;
  hasNext: boolean;
  hasEnded: boolean;
  /** Somebody said no to this one. */
  dismissed: boolean;
  /** The account wants the next episode without asking. */
  autoplay: boolean;
  /** Episodes that began by themselves since somebody last gave a sign of life. */
  unattended: number;
}

export interface NextCard {
  visible: boolean;
  startsByItself: boolean;
  /** Hiding it makes sense: there is still something to see behind it. */
  dismissible: boolean;
  /** Whole seconds until it starts; undefined outside of the last ten, or when it waits for a click. */
  countdown: number | undefined;
}

const countdownMs = 10_000;
/** After so many episodes without a sign of life it asks instead of going on. */
const mostUnattended = 4;

/** When the card with the next episode shows, and when that starts. */
export function nextCard(facts: NextCardFacts): NextCard {
  const { timeMs, totalMs, creditsMs, hasNext, hasEnded, dismissed, autoplay, unattended } = facts;
  const isTime = totalMs > 0 && timeMs >= nextCardFrom(creditsMs, totalMs);
  const startsByItself = hasNext && autoplay && !dismissed && unattended < mostUnattended;
  const leftMs = totalMs - timeMs;
  return {
    visible: hasNext && (hasEnded || (isTime && !dismissed)),
    startsByItself,
    dismissible: !hasEnded,
    countdown: startsByItself && isTime && leftMs <= countdownMs ? Math.max(0, Math.ceil(leftMs / 1000)) : undefined,
  };
}
