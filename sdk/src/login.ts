import type { Conn } from './context.ts';
import type { Schema } from './schema.ts';

/** What a remote gave for signing in; the host keeps it encrypted. */
export interface Tokens {
  access: string;
  refresh?: string;
  /** ISO time. */
  expiresAt?: string;
  /** Whose, for people. */
  account?: string;
}

/** What a person has to do next, and what the host hands back afterwards. */
export interface LoginStep {
  /** JSON, given to `next` as it is. */
  state: unknown;
  /** A code to type in at an address. */
  show?: { code: string; url: string };
  /** An address to visit; the answer comes to the redirect address. */
  redirect?: string;
  /** Milliseconds until `next` is asked again by itself. */
  pollMs?: number;
  /** ISO time after which there is no point in waiting. */
  expiresAt?: string;
}

/** Signing in, step by step; the host shows the steps, stores the tokens and refreshes once for all waiting calls. */
export interface Login<S = Schema> {
  begin(c: Conn<S>, how: { redirectUri?: string }): Promise<LoginStep | { tokens: Tokens }>;
  next?(c: Conn<S>, state: any, reply: { query?: Record<string, string> }): Promise<LoginStep | { tokens: Tokens }>;
  refresh?(c: Conn<S>, tokens: Tokens): Promise<Tokens>;
}
