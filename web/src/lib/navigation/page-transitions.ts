import type { OnNavigate } from '$app/navigation';

const posterName = 'poster';
const itemPath = /\/app\/item\/(\d+)$/;
let lastTouched: Element | undefined;

/** Remembers which card was used last, so that the right one of several pictures of a title grows. */
export function rememberTouchedCard(event: Event): void {
  const card = event.target instanceof Element ? event.target.closest('article, li') : null;
  lastTouched = card?.querySelector('[data-poster]') ?? undefined;
}

/**
 * Cross-fades to the next page where the browser can and the person did not ask for less motion. Between a card and its
 * item page the poster grows or shrinks.
 */
export function animateNavigation(navigation: OnNavigate): Promise<void> | undefined {
  if (!document.startViewTransition || matchMedia('(prefers-reduced-motion: reduce)').matches) return undefined;
  if (navigation.from?.url.pathname === navigation.to?.url.pathname) return undefined;
  const into = itemOf(navigation.to?.url);
  const outOf = itemOf(navigation.from?.url);
  const growing = into ? posterOf(into) : undefined;
  const hero = document.querySelector<HTMLElement>('[data-hero-poster]');
  if (growing) {
    name(growing, posterName);
    if (hero) name(hero, 'none'); // one name, one element: from an item page the card below grows, not the page's own poster
  }
  return new Promise((proceed) => {
    const transition = document.startViewTransition(async () => {
      if (growing) name(growing, '');
      proceed();
      await navigation.complete;
      const shrinking = outOf && !into ? posterOf(outOf) : undefined;
      if (shrinking) {
        name(shrinking, posterName);
        void transition.finished.finally(() => name(shrinking, ''));
      }
    });
    transition.ready.catch(() => undefined); // skipped, because the next navigation came first
    transition.finished.catch(() => undefined);
  });
}

const itemOf = (url: URL | null | undefined) => (url ? itemPath.exec(url.pathname)?.[1] : undefined);

function posterOf(id: string): HTMLElement | undefined {
  const touched =
    lastTouched instanceof HTMLElement && lastTouched.isConnected && lastTouched.dataset.poster === id
      ? lastTouched
      : undefined;
  const found = touched ?? document.querySelector<HTMLElement>(`[data-poster="${CSS.escape(id)}"]`) ?? undefined;
  const box = found?.getBoundingClientRect();
  return box && box.bottom > 0 && box.top < innerHeight ? found : undefined;
}

function name(element: HTMLElement, value: string): void {
  element.style.viewTransitionName = value;
}
