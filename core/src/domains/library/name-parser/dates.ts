import { gapBefore } from './tokens.ts';
import type { Words } from './tokens.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FIRST_YEAR = 1900;
const LAST_YEAR = 2099;

export interface DateMark {
  to: number;
  /** ISO day. */
  date: string;
}

function isoDay(year: number, month: number, day: number): string | undefined {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  if (day > lastDay) return undefined;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}

function monthOf(key: string): number {
  return key.length >= 3 && key.length < 10 ? MONTHS.indexOf(key.slice(0, 3)) + 1 : 0;
}

function dayOf(key: string): number {
  const match = /^(\d{1,2})(?:st|nd|rd|th)?$/.exec(key);
  return match ? Number(match[1]) : -1;
}

/** Whether two separators are of one kind: "2011.04.15" is a date, "S01 2011.04-15" is not. */
function alike(words: Words, index: number): boolean {
  const one = gapBefore(words, index + 1);
  return one.length === 1 && one === gapBefore(words, index + 2);
}

/** Reads "2024.05.01", "01.05.2024" (day first unless impossible), "20240501", "31st Jan 2025" or "May 23, 2014" at word `index`. */
export function readDate(words: Words, index: number): DateMark | undefined {
  const { tokens } = words;
  const first = tokens[index]!;
  const code = first.key.charCodeAt(0);
  if ((code < 48 || code > 57) && monthOf(first.key) === 0) return undefined;
  if (first.key.length > 9) return undefined;
  if (first.key.length === 8 && first.number > 0) {
    const date = isoDay(Math.floor(first.number / 10000), Math.floor(first.number / 100) % 100, first.number % 100);
    return date === undefined ? undefined : { to: index + 1, date };
  }
  const second = tokens[index + 1];
  const third = tokens[index + 2];
  if (!second || !third) return undefined;
  const date = numericDate(words, index) ?? namedDate(words, index);
  return date === undefined ? undefined : { to: index + 3, date };
}

/** Reads "240501" as a day: year first, two digits each. */
export function readShortDate(words: Words, index: number): DateMark | undefined {
  const { key, number } = words.tokens[index]!;
  if (key.length !== 6 || number < 0) return undefined;
  const date = isoDay(2000 + Math.floor(number / 10000), Math.floor(number / 100) % 100, number % 100);
  return date === undefined ? undefined : { to: index + 1, date };
}

function numericDate(words: Words, index: number): string | undefined {
  const [a, b, c] = [words.tokens[index]!, words.tokens[index + 1]!, words.tokens[index + 2]!];
  if (a.number < 0 || b.number < 0 || c.number < 0 || b.key.length > 2 || !alike(words, index)) return undefined;
  if (a.key.length === 4 && c.key.length <= 2) return isoDay(a.number, b.number, c.number);
  if (c.key.length === 4 && a.key.length <= 2)
    return isoDay(c.number, b.number, a.number) ?? isoDay(c.number, a.number, b.number);
  return undefined;
}

function namedDate(words: Words, index: number): string | undefined {
  const [a, b, c] = [words.tokens[index]!, words.tokens[index + 1]!, words.tokens[index + 2]!];
  const year = (key: string): number => (/^\d{4}$/.test(key) ? Number(key) : 0);
  if (monthOf(b.key) > 0 && dayOf(a.key) > 0 && year(c.key) > 0)
    return isoDay(year(c.key), monthOf(b.key), dayOf(a.key));
  if (monthOf(a.key) > 0 && dayOf(b.key) > 0 && year(c.key) > 0)
    return isoDay(year(c.key), monthOf(a.key), dayOf(b.key));
  if (monthOf(b.key) > 0 && year(a.key) > 0 && dayOf(c.key) > 0)
    return isoDay(year(a.key), monthOf(b.key), dayOf(c.key));
  return undefined;
}
