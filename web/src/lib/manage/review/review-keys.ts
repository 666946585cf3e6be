import type { ReviewActions } from './review-actions.svelte.ts';
import type { ReviewQueue } from './review-queue.svelte.ts';

/** Keys of the review queue: j and k walk, x picks, i ignores, Enter identifies, a takes the best candidate. */
export function reviewKeys(queue: ReviewQueue, actions: ReviewActions, moved: () => void) {
  const step = (by: 1 | -1) => {
    queue.step(by);
    moved();
  };
  return (event: KeyboardEvent): void => {
    const { current } = queue;
    if (!current || isElsewhere(event)) return;
    const targets = queue.pickedFiles.length > 0 ? queue.pickedFiles : [current];
    const known: Record<string, () => void> = {
      j: () => step(1),
      k: () => step(-1),
      x: () => queue.pick(current.id),
      i: () => void actions.ignore(targets),
      a: () => void actions.acceptBest(current),
      Enter: () => actions.identify(targets),
    };
    const act = known[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };
}

function isElsewhere(event: KeyboardEvent): boolean {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return true;
  if (document.querySelector('[role="dialog"], [role="menu"]')) return true;
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  // Enter belongs to whatever button has the focus; letters belong to fields.
  return target.matches(
    event.key === 'Enter' ? 'a, button, input, select, textarea' : 'input:not([type="checkbox"]), select, textarea',
  );
}
