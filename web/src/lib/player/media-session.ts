import type { Playback } from './playback.ts';

export interface MediaSessionActions {
  play(): void;
  pause(): void;
  skip(seconds: number): void;
  seek(ms: number): void;
  next: (() => void) | undefined;
  previous: (() => void) | undefined;
}

/** Shows what plays on lock screens and answers the keys of keyboards and headphones. Returns the way to stop. */
export function followMediaSession(
  { title, subtitle }: Playback,
  artwork: string | undefined,
  actions: MediaSessionActions,
): () => void {
  if (!('mediaSession' in navigator)) return () => undefined;
  const { mediaSession } = navigator;
  mediaSession.metadata = new MediaMetadata({
    title,
    artist: subtitle,
    artwork: artwork ? [{ src: artwork }] : [],
  });
  const handlers: Partial<Record<MediaSessionAction, MediaSessionActionHandler | undefined>> = {
    play: () => actions.play(),
    pause: () => actions.pause(),
    seekbackward: ({ seekOffset }) => actions.skip(-(seekOffset ?? 10)),
    seekforward: ({ seekOffset }) => actions.skip(seekOffset ?? 30),
    seekto: ({ seekTime }) => seekTime !== undefined && actions.seek(seekTime * 1000),
    nexttrack: actions.next,
    previoustrack: actions.previous,
  };
  const names = Object.keys(handlers) as MediaSessionAction[];
  for (const name of names) mediaSession.setActionHandler(name, handlers[name] ?? null);
  return () => {
    for (const name of names) mediaSession.setActionHandler(name, null);
    mediaSession.metadata = null;
  };
}

/** Where it stands, for the bar on the lock screen. */
export function tellPosition(positionMs: number, durationMs: number, rate: number): void {
  if (!('mediaSession' in navigator) || durationMs <= 0) return;
  navigator.mediaSession.setPositionState({
    duration: durationMs / 1000,
    position: Math.min(positionMs, durationMs) / 1000,
    playbackRate: rate || 1,
  });
}
