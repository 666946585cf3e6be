import { createHmac } from 'node:crypto';
import type { SecretKey } from './secret-key.ts';
import { equalsSafely } from './tokens.ts';

/** Tokens that prove a change was asked for by a page of ours: bound to the session, readable by script, sent as a header. */
export interface Csrf {
  /** The token of a session; it is the same as long as the session lives. */
  tokenFor(sessionId: string): string;
  matches(sessionId: string, token: string): boolean;
}

export const csrfCookie = 'vitascope_csrf';
export const csrfHeader = 'x-csrf-token';

export function createCsrf(secretKey: SecretKey): Csrf {
  const key = secretKey.derive('csrf');
  const tokenFor = (sessionId: string): string => createHmac('sha256', key).update(sessionId).digest('base64url');
  return { tokenFor, matches: (sessionId, token) => equalsSafely(tokenFor(sessionId), token) };
}
