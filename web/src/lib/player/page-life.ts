import type { Player } from './player.svelte.ts';

/** Ends the session when the page goes away, opens it again when it comes back, and minds the network. */
export function followPage(player: Player): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  window.addEventListener('pagehide', () => player.leave(), { signal });
  window.addEventListener('pageshow', (event) => event.persisted && void player.again(), { signal });
  window.addEventListener('online', () => player.reconnect(), { signal });
  return () => {
    ending.abort();
    player.leave();
  };
}

/** The player is dark whatever the app's theme is, since light around a picture blinds, and keeps no room for a scroll bar. */
export function takeWholePage(): () => void {
  const { dataset, style } = document.documentElement;
  const before = dataset.theme;
  dataset.theme = 'dark';
  style.scrollbarGutter = 'auto';
  return () => {
    dataset.theme = before;
    style.removeProperty('scrollbar-gutter');
  };
}
