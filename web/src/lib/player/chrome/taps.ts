export interface TapActions {
  /** Shows or hides the controls. */
  toggleControls(): void;
  skip(seconds: number): void;
}

const doubleMs = 300;
/** Share of the width on each side where two taps skip. */
const sideShare = 0.36;

type Side = 'left' | 'middle' | 'right';

/** The side of the picture that was touched. */
export function sideOf(x: number, width: number): Side {
  if (x < width * sideShare) return 'left';
  return x > width * (1 - sideShare) ? 'right' : 'middle';
}

/** Taps on a touch screen: one shows the controls, two at a side skip, and each further one skips again. */
export class Taps {
  readonly #actions: TapActions;
  #last: { side: Side; at: number } | undefined;
  #single: ReturnType<typeof setTimeout> | undefined;

  constructor(actions: TapActions) {
    this.#actions = actions;
  }

  tap(side: Side, at: number): void {
    const isAgain = side !== 'middle' && this.#last?.side === side && at - this.#last.at <= doubleMs;
    clearTimeout(this.#single);
    this.#last = { side, at };
    if (isAgain) return this.#actions.skip(side === 'left' ? -10 : 10);
    this.#single = setTimeout(() => this.#actions.toggleControls(), side === 'middle' ? 0 : doubleMs);
  }

  dispose(): void {
    clearTimeout(this.#single);
  }
}
