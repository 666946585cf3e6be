import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** A random secret in base64url; 32 bytes are 43 characters. A prefix, as in `vs_…`, tells people and scanners what it is. */
export const randomToken = (prefix = '', bytes = 32): string =>
  (prefix && `${prefix}_`) + randomBytes(bytes).toString('base64url');

/** SHA-256 in hexadecimal. Random tokens need no slow hash: there is nothing to guess. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** Compares without telling by its duration how much was right. */
export function equalsSafely(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** A code that people type from a screen, without letters that look alike: `K7QM-4XTR`. */
export function readableCode(groups = 2, length = 4): string {
  const one = (byte: number): string => letters[byte % letters.length] ?? 'A';
  return Array.from({ length: groups }, () => Array.from(randomBytes(length), one).join('')).join('-');
}
