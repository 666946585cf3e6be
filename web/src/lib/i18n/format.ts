import { getLocale } from '#paraglide/runtime.js';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** The person's own variant of the app's language, for their way to write dates: `en-GB` for `en` where the browser says so. */
export const regionOf = (locale: string, preferred: readonly string[]): string =>
  preferred.find((tag) => tag.toLowerCase().split('-')[0] === locale) ?? locale;

const region = (): string => regionOf(getLocale(), navigator.languages);

/** A whole number with the separators of the locale. */
export const formatCount = (count: number): string => new Intl.NumberFormat(region()).format(count);

/** Bytes as a person reads them: `1.4 GB`. */
export function formatBytes(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;
  const step = bytes > 0 ? Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3)) : 0;
  const value = bytes / 1000 ** step;
  return new Intl.NumberFormat(region(), {
    style: 'unit',
    unit: units[step],
    unitDisplay: 'short',
    maximumFractionDigits: value < 10 && step > 0 ? 1 : 0,
  }).format(value);
}

/** A running time in seconds as words: `1 h 47 min`, `4 min`, `32 sec`. */
export function formatRuntime(seconds: number): string {
  const unit = (value: number, name: 'hour' | 'minute' | 'second') =>
    new Intl.NumberFormat(region(), {
      style: 'unit',
      unit: name,
      unitDisplay: 'short',
    }).format(value);
  if (seconds < 60) return unit(Math.round(seconds), 'second');
  const minutes = Math.round(seconds / 60);
  const parts = [];
  if (minutes >= 60) parts.push(unit(Math.floor(minutes / 60), 'hour'));
  if (minutes % 60 || minutes < 60) parts.push(unit(minutes % 60, 'minute'));
  return parts.join(' ');
}

/** A position in seconds as a clock: `1:07:42`, `4:05`. */
export function formatClock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const pad = (part: number) => String(part).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const rest = `${pad(Math.floor(whole / 60) % 60)}:${pad(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest.replace(/^0/, '');
}

/** A calendar day: `20 November 2026`. Accepts ISO dates and instants. */
export function formatDate(date: string | number | Date, style: 'long' | 'medium' | 'short' = 'medium'): string {
  const dateOnly = typeof date === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(date);
  return new Intl.DateTimeFormat(region(), {
    dateStyle: style,
    timeZone: dateOnly ? 'UTC' : undefined,
  }).format(new Date(date));
}

/** Day and time of an instant. */
export const formatDateTime = (date: string | number | Date): string =>
  new Intl.DateTimeFormat(region(), {
    dateStyle: 'medium',
    timeStyle: 'short',
  }).format(new Date(date));

/** Time of day of an instant. */
export const formatTime = (date: string | number | Date): string =>
  new Intl.DateTimeFormat(region(), { timeStyle: 'short' }).format(new Date(date));

/** How long ago (or until) an instant is: `3 minutes ago`, `yesterday`. */
export function formatAgo(date: string | number | Date, now = Date.now()): string {
  const distance = new Date(date).getTime() - now;
  const format = new Intl.RelativeTimeFormat(region(), { numeric: 'auto' });
  const size = Math.abs(distance);
  if (size < minute) return format.format(Math.round(distance / 1000), 'second');
  if (size < hour) return format.format(Math.round(distance / minute), 'minute');
  if (size < day) return format.format(Math.round(distance / hour), 'hour');
  if (size < 30 * day) return format.format(Math.round(distance / day), 'day');
  if (size < 365 * day) return format.format(Math.round(distance / (30 * day)), 'month');
  return format.format(Math.round(distance / (365 * day)), 'year');
}

/** A language tag by its name in the locale: `en` gives `English`. Unknown tags come back as they are. */
export function formatLanguage(tag: string): string {
  try {
    return new Intl.DisplayNames([getLocale()], { type: 'language', fallback: 'code' }).of(tag) ?? tag;
  } catch (error) {
    if (error instanceof RangeError) return tag; // not a well-formed tag: files carry anything
    throw error;
  }
}
