import type { Bindable } from './database.ts';

/**
 * PostgreSQL stores no U+0000, neither in texts nor in JSON, and junk in people's files brings it along. It is left out on both
 * databases, so that they hold the same.
 */
export function withoutNul(text: string): string {
  const plain = text.includes('\0') ? text.replaceAll('\0', '') : text;
  if (!plain.includes('\\u0000') || !/^[[{"]/.test(plain)) return plain;
  return plain.replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1');
}

/** What SQLite's driver takes: it knows neither booleans nor undefined. */
export function bindForSqlite(value: Bindable): string | number | null | Uint8Array {
  if (typeof value === 'string') return withoutNul(value);
  if (value === undefined) return null;
  return typeof value === 'boolean' ? Number(value) : value;
}

export const bindForPostgresql = (value: Bindable): Bindable => (typeof value === 'string' ? withoutNul(value) : value);
