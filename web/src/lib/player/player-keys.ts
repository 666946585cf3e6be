import { actionOf, type PlayerAction } from './key-map.ts';

export interface KeyTarget {
  perform(action: PlayerAction): void;
  /** Somebody is there. */
  wake(): void;
  /** The first control, for remote controls. */
  focusControls(): void;
}

const arrows = new Set(['ArrowLeft', 'ArrowRight', 'ArrowUp', 'ArrowDown']);
const pressing = new Set([' ', 'Enter']);

/** No mouse and no touch: a television's remote control. */
const isRemote = (): boolean => matchMedia('(hover: none) and (pointer: none)').matches;

/**
 * Answers the keys of the whole page, before the app's arrow navigation sees them. Whoever has walked to a control with
 * Tab or a remote control keeps arrows, Enter and Space for it.
 */
export function followKeys({ perform, wake, focusControls }: KeyTarget): () => void {
  const keys = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || belongsElsewhere(event.target)) return;
    const onControl = event.target instanceof Element && event.target.closest('button, a, [role="slider"]') !== null;
    wake();
    if (onControl && (arrows.has(event.key) || pressing.has(event.key))) return;
    if (isRemote() && (event.key === 'ArrowUp' || event.key === 'ArrowDown' || event.key === 'Enter')) {
      event.preventDefault();
      return focusControls();
    }
    const action = actionOf(event);
    if (!action) return;
    event.preventDefault();
    perform(action);
  };
  window.addEventListener('keydown', keys, { capture: true });
  return () => window.removeEventListener('keydown', keys, { capture: true });
}

/** Fields, menus and dialogs have keys of their own. */
const belongsElsewhere = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('input, textarea, select, [role="menu"], [role="dialog"]') !== null;
