import type { MediaState } from './media-state.svelte.ts';

/** Waits this long for the next press of a key before it fetches another place of the film. */
const settleMs = 220;

/** Seeks at once within what is there, and only once at the end of a burst of presses to what is not. */
export class Seeker {
  /** Where it is going; undefined when it is there. */
  targetMs = $state<number | undefined>();
  readonly #media: MediaState;
  readonly #onSeek: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(media: MediaState, onSeek: () => void) {
    this.#media = media;
    this.#onSeek = onSeek;
  }

  seek(ms: number): void {
    clearTimeout(this.#timer);
    this.targetMs = ms;
    this.#timer = setTimeout(() => this.#go(ms), this.#media.isBuffered(ms) ? 0 : settleMs);
  }

  cancel(): void {
    clearTimeout(this.#timer);
    this.targetMs = undefined;
  }

  #go(ms: number): void {
    this.#media.seek(ms);
    this.targetMs = undefined;
    this.#onSeek();
  }
}
