import { getLocale } from '#paraglide/runtime.js';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

/** A span of time in its two largest units: `3 days, 4 hr`, `12 min`, `850 ms`. */
export function formatSpan(milliseconds: number): string {
  const words = (value: number, unit: string) =>
    new Intl.NumberFormat(getLocale(), { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  if (milliseconds < 1000) return words(Math.max(0, Math.round(milliseconds)), 'millisecond');
  const first = units.findIndex(([, size]) => milliseconds >= size);
  let rest = milliseconds;
  const parts = units.slice(first, first + 2).flatMap(([unit, size]) => {
    const value = Math.floor(rest / size);
    rest -= value * size;
    return value > 0 ? [words(value, unit)] : [];
  });
  return parts.join(' ');
}
