import { AppError } from '../errors.ts';
import type { Call, Caller } from './endpoint.ts';
import type { Exchange } from './exchange.ts';

export interface CallInput {
  params: unknown;
  query: unknown;
  body: unknown;
}

/** What a handler gets. Costly members are made only when somebody asks for them. */
export class RequestCall implements Call {
  readonly params: never;
  readonly query: never;
  readonly body: never;
  readonly http: Exchange;
  readonly #caller: Caller | undefined;
  readonly #abort: () => AbortSignal;

  /** @param abort makes the signal that aborts when the client leaves or the server stops */
  constructor(http: Exchange, input: CallInput, caller: Caller | undefined, abort: () => AbortSignal) {
    this.params = input.params as never;
    this.query = input.query as never;
    this.body = input.body as never;
    this.http = http;
    this.#caller = caller;
    this.#abort = abort;
  }

  get caller(): Caller {
    if (this.#caller) return this.#caller;
    throw new AppError('unauthenticated', 'Nobody is signed in.', { fix: 'Sign in.' });
  }

  findCaller(): Caller | undefined {
    return this.#caller;
  }

  get signal(): AbortSignal {
    return this.#abort();
  }

  get requestId(): string {
    return this.http.facts.requestId;
  }

  get address(): string {
    return this.http.facts.origin.address;
  }

  get origin(): string {
    const { origin, basePath } = this.http.facts;
    return `${origin.secure ? 'https' : 'http'}://${origin.host}${basePath}`;
  }

  get local(): boolean {
    return this.http.facts.origin.loopback;
  }

  get secure(): boolean {
    return this.http.facts.origin.secure;
  }
}
