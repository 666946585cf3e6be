import { fail } from '../errors.ts';

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `30s`, `10m`, `24h`, `7d` → milliseconds. */
export function milliseconds(text: string): number {
  const [, count, unit] =
    /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text) ??
    fail('internal', `"${text}" is no duration; write 30s, 10m, 24h or 7d`);
  return Number(count) * units[unit!]!;
}
