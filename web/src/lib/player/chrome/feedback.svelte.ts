import type { LucideIcon } from '@lucide/svelte';

export interface Flash {
  icon: LucideIcon;
  text: string;
  side: 'left' | 'center' | 'right';
  id: number;
}

const shownMs = 750;

/** What a key or a tap did: a mark in the picture, and the same in words for screen readers. */
export class Feedback {
  flash = $state.raw<Flash | undefined>();
  spoken = $state('');
  #count = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  show(icon: LucideIcon, text: string, side: Flash['side'] = 'center'): void {
    this.flash = { icon, text, side, id: ++this.#count };
    this.spoken = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => (this.flash = undefined), shownMs);
  }

  dispose(): void {
    clearTimeout(this.#timer);
  }
}
