/** A stretch of the film in milliseconds. */
export interface Stretch {
  startMs: number;
  endMs: number;
}

export interface Chapter {
  startMs: number;
  title: string;
}

/** The last chapter that has begun; undefined before the first. */
export const chapterAt = (chapters: readonly Chapter[], ms: number): Chapter | undefined =>
  chapters.findLast(({ startMs }) => startMs <= ms);

/** Where one stands in percent of the whole, for style attributes. */
export const percentOf = (ms: number, totalMs: number): number =>
  totalMs > 0 ? Math.min(100, Math.max(0, (ms / totalMs) * 100)) : 0;

interface Part {
  fileId: number;
  durationMs: number;
}

/** What lies in front of a part; 0 for a film in one piece. */
export function partOffset(parts: readonly Part[], fileId: number): number {
  const at = parts.findIndex((part) => part.fileId === fileId);
  return parts.slice(0, Math.max(0, at)).reduce((sum, part) => sum + part.durationMs, 0);
}

/** The part in which a position of the whole film lies, and where in it; undefined for a film in one piece. */
export function partAt(parts: readonly Part[], ms: number): { fileId: number; positionMs: number } | undefined {
  let before = 0;
  for (const part of parts) {
    if (ms < before + part.durationMs || part === parts.at(-1)) return { fileId: part.fileId, positionMs: ms - before };
    before += part.durationMs;
  }
  return undefined;
}

/** Reads the ranges of a media element. */
export function stretchesOf(ranges: TimeRanges): Stretch[] {
  return Array.from({ length: ranges.length }, (_, i) => ({
    startMs: ranges.start(i) * 1000,
    endMs: ranges.end(i) * 1000,
  }));
}

/** The card with the next episode never covers more than this last share, however short the film is. */
const mostOfFilm = 0.4;

/** From where the card with the next episode is shown. */
export const nextCardFrom = (creditsMs: number, totalMs: number): number =>
  Math.max(creditsMs, totalMs * (1 - mostOfFilm));

/** Positions for which a thumbnail is asked: neighbours share one, so that moving over the bar costs few requests. */
export function thumbnailPosition(ms: number, totalMs: number): number {
  const step = Math.min(10_000, Math.max(1000, totalMs / 200));
  return Math.round(Math.round(ms / step) * step);
}
