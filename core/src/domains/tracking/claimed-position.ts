import { AppError, type FieldError } from '../../kernel/errors.ts';

/** A position as some client states it. */
export interface Claim {
  positionMs: number;
  /** Absent when the client does not know. */
  durationMs?: number | undefined;
}

/** A file of a title, as far as its length is concerned. */
export interface FileLength {
  role: 'main' | 'part' | 'extra';
  duration_ms: number | null;
  /** Null for a file that is there. */
  missing_since: number | null;
}

/** Milliseconds of the shortest and the longest thing that anybody plays. */
export const shortestMs = 1000;
export const longestMs = 100 * 3_600_000;

/** Players run a little past the end, and containers round: this much beyond it is still the end. */
const toleranceMs = (durationMs: number): number => Math.max(5000, durationMs * 0.01);

/**
 * How long a title lasts in each of its versions, of those that are known; parts count together. What is gone counts only while
 * nothing has come in its place.
 */
export function lengthsOf(known: readonly FileLength[]): number[] {
  const present = known.filter((file) => file.missing_since === null);
  const files = present.some(({ role }) => role !== 'extra') ? present : known;
  const lasting = (role: FileLength['role']): number[] =>
    files.filter((file) => file.role === role).map(({ duration_ms }) => duration_ms ?? 0);
  const parts = lasting('part');
  const whole = parts.every((length) => length > 0) ? parts.reduce((sum, length) => sum + length, 0) : 0;
  return [...lasting('main'), whole].filter((length) => length > 0);
}

/**
 * What to believe of a claim. Where the server has measured the files, the length is that of the version nearest to the claim,
 * or the longest without one; only where it has not, the client's word counts.
 * @param lengths of the versions, in milliseconds
 * @throws AppError `validation_failed` for a position beyond the end
 */
export function believe({ positionMs, durationMs }: Claim, lengths: readonly number[]): Claim {
  const claimed = durationMs ?? longestMs;
  const measured = lengths.toSorted((a, b) => Math.abs(a - claimed) - Math.abs(b - claimed))[0];
  const end = measured ?? durationMs;
  if (end !== undefined && positionMs > end + toleranceMs(end))
    throw beyondTheEnd(positionMs, end, measured !== undefined);
  return { positionMs: Math.min(positionMs, end ?? positionMs), durationMs: end };
}

function beyondTheEnd(positionMs: number, end: number, isMeasured: boolean): AppError {
  const source = isMeasured ? 'the file lasts' : 'durationMs says';
  const fault: FieldError = {
    path: 'body.positionMs',
    message: `${positionMs} is beyond the end: ${source} ${end} ms`,
  };
  return new AppError('validation_failed', `The position ${positionMs} ms lies beyond the end, ${end} ms.`, {
    errors: [fault],
    fix: 'Send milliseconds, and the id of the title that is played.',
  });
}
