import type { Fault } from './recovery.ts';

export interface Source {
  url: string;
  isHls: boolean;
  startMs: number;
  /** Not sound alone. */
  hasPicture: boolean;
}

/** A source in a video element. */
export interface AttachedSource {
  /** Asks for nothing more; what is shown stays. Another source will take its place. */
  hold(): void;
  /** Goes on after a network fault. */
  retry(): void;
  detach(): void;
}

/** @param url what was refused, for asking why */
export type OnFault = (fault: Fault, url?: string) => void;

export function empty(video: HTMLVideoElement): void {
  video.removeAttribute('src');
  video.load();
}
