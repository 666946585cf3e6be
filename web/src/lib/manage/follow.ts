import type { LiveEvents } from '#lib/events/live.svelte.ts';

/**
 * Calls `refresh` soon after any of these events, however many come at once, and after a break of the connection. Returns
 * the way to stop.
 */
export function follow(live: LiveEvents, names: readonly string[], refresh: () => unknown, pauseMs = 400): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = undefined;
      void refresh();
    }, pauseMs);
  };
  const stops = [...names, 'reconnected'].map((name) => live.on(name, soon));
  return () => {
    clearTimeout(timer);
    for (const stop of stops) stop();
  };
}

/** Calls `refresh` again and again while the page is in sight, for what the server tells no events about. */
export function poll(refresh: () => unknown, everyMs: number): () => void {
  const timer = setInterval(() => {
    if (document.visibilityState === 'visible') void refresh();
  }, everyMs);
  return () => clearInterval(timer);
}
