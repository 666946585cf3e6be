import type { Logger } from '../log/logger.ts';
import type { Csrf } from '../security/csrf.ts';
import type { Caller, Route } from './endpoint.ts';
import type { Exchange } from './exchange.ts';
import type { LimitSettings } from './rate-limits.ts';

export const sessionCookie = 'vitascope_session';
export const refreshCookie = 'vitascope_refresh';

/** What identity needs to say who calls. */
export interface RequestFacts {
  /** From `Authorization: Bearer`, else from the session cookie. */
  token: string | undefined;
  /** The token came by cookie: the browser sent it, whoever asked it to. */
  fromCookie: boolean;
  address: string;
  /** The connection comes from this machine and was not forwarded. */
  loopback: boolean;
  userAgent: string;
}

export type Authenticate = (facts: RequestFacts) => Promise<Caller | undefined> | Caller | undefined;

/** Answers what is no endpoint: the web app. Returns false when it has nothing under this path. */
export type PageHandler = (exchange: Exchange, path: string) => Promise<boolean> | boolean;

export interface HttpServerOptions {
  server: {
    host: string;
    port: number;
    basePath: string;
    publicUrl?: string;
    trustedProxies: readonly string[];
    secureCookies: 'auto' | 'always' | 'never';
  };
  limits: LimitSettings & { bodyBytes: number };
  routes: readonly Route[];
  authenticate: Authenticate;
  csrf: Csrf;
  logger: Logger;
  /** Asked in turn for what no route answers. */
  pages?: readonly PageHandler[];
  /** Check every answer against its schema, not only those of plugins: for tests and development. */
  validateResponses?: boolean;
}
