import type { AnyContract, AskInput, AskMethod, AskOutput } from '@vitascope/sdk';
import type { ScopeInput } from './host-scope.ts';

/** A connection that can be asked now, with what its provider says about itself. */
export interface UsableConnection {
  id: string;
  name: string;
  kind: string;
  pluginId: string;
  priority: number;
  facts: Record<string, unknown>;
  methods: readonly string[];
}

/** How a call is made on whose behalf. */
export interface AskOptions {
  scope?: ScopeInput;
  signal?: AbortSignal;
}

/** One answer or failure for each connection, in order of priority. */
export interface Answers<T> {
  results: { connection: string; name: string; kind: string; pluginId: string; value: T }[];
  failures: { connection: string; name: string; code: string; message: string }[];
}

/** What domains ask of configured providers. */
export interface Providers {
  /** Connections of a contract whose plugin is active and that are not resting, in order of priority. */
  usable(contract: AnyContract, accountId?: string): UsableConnection[];
  /** Asks all of them that have the method; never rejects for what one of them does. */
  ask<C extends AnyContract, K extends AskMethod<C>>(
    contract: C,
    method: K,
    input: AskInput<C, K>,
    options?: AskOptions,
  ): Promise<Answers<AskOutput<C, K>>>;
  /** Asks one. Feeds come back as async generators. */
  call<C extends AnyContract, K extends string>(
    connectionId: string,
    call: { contract: C; method: K; input: AskInput<C, K> },
    options?: AskOptions,
  ): Promise<AskOutput<C, K>>;
}

export interface ConnectionInput {
  pluginId: string;
  contract: string;
  kind: string;
  name: string;
  settings: Record<string, unknown>;
  priority: number;
  tags: string[];
  enabled: boolean;
}
