/** A direction of the arrow keys. */
export type Direction = 'left' | 'right' | 'up' | 'down';

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

const directions: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};
const focusable = 'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), [tabindex="0"]';

/**
 * How far a candidate is from where one stands, in a direction; undefined when it does not lie there. Sideways distance
 * counts double, so that the eye's straight line wins.
 */
export function distanceTowards(from: Box, to: Box, direction: Direction): number | undefined {
  const ahead = {
    left: from.left - to.right,
    right: to.left - from.right,
    up: from.top - to.bottom,
    down: to.top - from.bottom,
  }[direction];
  if (ahead < -8) return undefined;
  const horizontal = direction === 'left' || direction === 'right';
  const aside = horizontal
    ? gap(from.top, from.bottom, to.top, to.bottom)
    : gap(from.left, from.right, to.left, to.right);
  return Math.max(0, ahead) + aside * 2;
}

const gap = (aStart: number, aEnd: number, bStart: number, bEnd: number) => Math.max(0, bStart - aEnd, aStart - bEnd);

/**
 * Moves the focus with the arrow keys, as on a television. On narrow screens it helps only once something has the
 * focus, so that the arrows go on scrolling the page for people with a mouse. Returns the way to stop.
 */
export function startSpatialNavigation(root: Document): () => void {
  const keys = (event: KeyboardEvent) => {
    const direction = directions[event.key];
    if (!direction || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.shiftKey)
      return;
    const from = root.activeElement;
    if (ownsArrows(from)) return;
    const nowhere = !from || from === root.body;
    if (nowhere && innerWidth < 1600) return;
    const next = nowhere ? firstOfPage(root) : nearest(root, from as HTMLElement, direction);
    if (!next) return;
    event.preventDefault();
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: 'nearest', inline: 'nearest', behavior: 'smooth' });
  };
  root.addEventListener('keydown', keys);
  return () => root.removeEventListener('keydown', keys);
}

function ownsArrows(element: Element | null): boolean {
  if (!(element instanceof HTMLElement)) return false;
  if (
    element.isContentEditable ||
    element.closest('[role="menu"], [role="listbox"], [role="tablist"], [data-own-arrows]')
  )
    return true;
  return element.matches('textarea, select, option, input:not([type="checkbox"], [type="button"])');
}

function candidates(root: Document): HTMLElement[] {
  const scope = root.querySelector('[role="dialog"]') ?? root;
  return [...scope.querySelectorAll<HTMLElement>(focusable)].filter(
    (element) =>
      element.tabIndex >= 0 && !element.matches('[data-skip]') && element.checkVisibility({ visibilityProperty: true }),
  );
}

function firstOfPage(root: Document): HTMLElement | undefined {
  const all = candidates(root);
  return all.find((element) => element.closest('main')) ?? all[0];
}

function nearest(root: Document, from: HTMLElement, direction: Direction): HTMLElement | undefined {
  const here = from.getBoundingClientRect();
  let best: { element: HTMLElement; distance: number } | undefined;
  for (const element of candidates(root)) {
    if (element === from) continue;
    const distance = distanceTowards(here, element.getBoundingClientRect(), direction);
    if (distance !== undefined && (!best || distance < best.distance)) best = { element, distance };
  }
  return best?.element;
}
