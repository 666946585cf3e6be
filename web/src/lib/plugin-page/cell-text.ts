import { m } from '#messages';
import { formatAgo, formatBytes, formatCount, formatDate, formatDateTime, formatRuntime } from '#lib/i18n/format.ts';

const formats: Record<string, (value: string | number) => string> = {
  bytes: (value) => formatBytes(Number(value)),
  number: (value) => formatCount(Number(value)),
  percent: (value) => m.percent({ value: Math.round(Number(value) * 100) }),
  duration: (value) => formatRuntime(Number(value)),
  date: (value) => formatDate(value),
  datetime: (value) => formatDateTime(value),
  ago: (value) => formatAgo(value),
};

/** A value of a plugin's answer as text, in the format its column asks for. What does not fit the format is shown as it is. */
export function cellText(value: unknown, format?: string): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? m.value_yes() : m.value_no();
  if (Array.isArray(value)) return value.map((entry) => cellText(entry)).join(', ');
  if (typeof value === 'object') return JSON.stringify(value);
  const plain = value as string | number;
  const write = formats[format ?? (typeof plain === 'number' ? 'number' : '')];
  const fits =
    write &&
    (typeof plain === 'number'
      ? Number.isFinite(plain)
      : !Number.isNaN(Date.parse(plain)) || !Number.isNaN(Number(plain)));
  return fits ? write(plain) : String(plain);
}
