import { nextCard, type NextCard } from './next-card.ts';
import type { Player } from './player.svelte.ts';

/** The card with the next episode: when it shows, and what somebody said to it. */
export class NextUp {
  #dismissed = $state(false);
  #unattended = $state(0);
  readonly #player: Player;
  readonly #autoplay: () => boolean;

  constructor(player: Player, autoplay: () => boolean) {
    this.#player = player;
    this.#autoplay = autoplay;
  }

  get card(): NextCard {
    const { playback, timeMs, totalMs, hasEnded, offsetMs } = this.#player;
    const lastPart = playback?.parts.at(-1)?.fileId ?? playback?.fileId;
    return nextCard({
      timeMs,
      totalMs,
      creditsMs: offsetMs + (playback?.creditsMs ?? 0),
      hasNext: Boolean(playback?.next) && playback?.fileId === lastPart,
      hasEnded,
      dismissed: this.#dismissed,
      autoplay: this.#autoplay(),
      unattended: this.#unattended,
    });
  }

  /** Somebody is there. */
  attended(): void {
    this.#unattended = 0;
  }

  /** Another title begins. */
  begin(byItself: boolean): void {
    this.#dismissed = false;
    this.#unattended = byItself ? this.#unattended + 1 : 0;
  }

  dismiss(): void {
    this.#dismissed = true;
  }
}
