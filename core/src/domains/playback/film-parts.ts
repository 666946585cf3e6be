import type { FileRow } from '../library/file-rows.ts';

/** Milliseconds of several parts together. */
export const lengthOf = (rows: readonly FileRow[]): number =>
  rows.reduce((total, row) => total + (row.duration_ms ?? 0), 0);

/** The part in which a position of the whole film lies; the first one beyond its end. */
export function partAt(parts: readonly FileRow[], positionMs: number): FileRow | undefined {
  let before = 0;
  for (const row of parts) {
    before += row.duration_ms ?? 0;
    if (positionMs < before) return row;
  }
  return parts[0];
}

/** A position inside the file, a second before its end at the latest; a length of 0 is an unknown one. */
export function clampStart(startMs: number, durationMs: number): number {
  const latest = durationMs > 0 ? Math.max(0, durationMs - 1000) : Number.POSITIVE_INFINITY;
  return Math.round(Math.min(Math.max(0, startMs), latest));
}
