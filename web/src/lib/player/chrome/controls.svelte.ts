export type OpenMenu = 'none' | 'subtitles' | 'audio' | 'settings';

const idleMs = 3000;

/** Whether the controls are shown: while somebody moves, reads a menu, or nothing plays; then they fade. */
export class Controls {
  menu = $state<OpenMenu>('none');
  help = $state(false);
  /** Held on the bar with the position. */
  scrubbing = $state(false);
  #active = $state(true);
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #isPlaying: () => boolean;

  constructor(isPlaying: () => boolean) {
    this.#isPlaying = isPlaying;
  }

  get visible(): boolean {
    return this.#active || this.menu !== 'none' || this.help || this.scrubbing || !this.#isPlaying();
  }

  /** Somebody is there. */
  wake(): void {
    this.#active = true;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.#active = false), idleMs);
  }

  /** Nobody needs them any more. */
  rest(): void {
    clearTimeout(this.#timer);
    this.#active = false;
  }

  toggleMenu(menu: OpenMenu): void {
    this.menu = this.menu === menu ? 'none' : menu;
    this.wake();
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
