import type { Tokens } from '@vitascope/sdk';
import type { WireConnection } from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import { afterFailure, afterSuccess, refusal, type Standing } from './breaker.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import { tokensKey } from './connection-view.ts';
import type { ProviderEntry } from './contract-registry.ts';
import { namedHosts } from './http/address-guard.ts';
import { pluginError, scopeOf, type HostScope } from './host-scope.ts';
import type { AskOptions } from './providers.ts';
import type { RunningPlugin } from './running-plugin.ts';
import { joinSecrets } from './secret-fields.ts';

/** A method of a provider to call. */
export interface ProviderCall {
  entry: ProviderEntry;
  method: string;
  input: unknown;
}

interface Parts {
  store: ConnectionStore;
  /** The connection of an id as it is now; undefined when it was removed. */
  find(id: string): Connection | undefined;
  plugins(id: string): RunningPlugin | undefined;
  /** Called when a connection's state changed. */
  changed(connection: Connection): void;
  now(): number;
}

const deepest = 8;

/** Calls of providers on behalf of their connections: what they answer decides where the connection stands. */
export class ConnectionCalls {
  readonly #parts: Parts;
  readonly #renewals = new Map<string, Promise<void>>();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** @throws AppError the plugin's error, or `unavailable` while the connection rests */
  async call(connection: Connection, call: ProviderCall, options: AskOptions): Promise<any> {
    const refused = refusal(connection.standing, this.#parts.now());
    if (refused) throw pluginError(refused, connection.name);
    try {
      const value = await this.callAnyway(connection, call, options);
      if (isFeed(value)) return this.#watched(connection, value);
      await this.#succeeded(connection);
      return value;
    } catch (error) {
      await this.#failed(connection, error);
      throw error;
    }
  }

  /** Without looking at where the connection stands, and without changing it: for the Test button. */
  async callAnyway(connection: Connection, { entry, method, input }: ProviderCall, options: AskOptions): Promise<any> {
    const plugin = this.#parts.plugins(entry.pluginId);
    if (!plugin) throw new AppError('unavailable', `Plugin "${entry.pluginId}" is not active.`);
    const { id, name, kind } = connection;
    const settings = settingsOf(connection);
    const wire: WireConnection = { id, name, kind, settings, webhookUrl: '' };
    const scope = callScope(connection, settings, options);
    try {
      return await plugin.invoke(
        { contract: entry.contract, connection: wire, method, input },
        { scope, signal: options.signal },
      );
    } catch (error) {
      throw pluginError(error, name);
    }
  }

  /** Puts a connection into another state, and says so. */
  async stand({ id }: Pick<Connection, 'id'>, standing: Standing): Promise<void> {
    const connection = this.#parts.find(id);
    if (!connection || connection.standing === standing) return;
    const isNews = connection.standing.state !== standing.state;
    connection.standing = standing;
    await this.#parts.store.updateStanding(id, standing);
    if (isNews) this.#parts.changed(connection);
  }

  token(id: string): string | undefined {
    return this.#tokens(id)?.access;
  }

  /** Renews the tokens once for everybody who waits, and only if nobody did since `stale` was given out. */
  async renewToken(connection: Connection, entry: ProviderEntry, stale: string): Promise<void> {
    const { id } = connection;
    const tokens = this.#tokens(id);
    if (!tokens) throw new AppError('auth', 'The connection is not signed in.');
    if (tokens.access !== stale) return;
    const running = this.#renewals.get(id);
    if (running) return running;
    const renewal = this.#renew(connection, entry, tokens).finally(() => this.#renewals.delete(id));
    this.#renewals.set(id, renewal);
    return renewal;
  }

  async #renew(connection: Connection, entry: ProviderEntry, tokens: Tokens): Promise<void> {
    const renewed: unknown = await this.call(connection, { entry, method: 'login.refresh', input: { tokens } }, {});
    const current = this.#parts.find(connection.id);
    if (!current) return;
    current.secrets = { ...current.secrets, [tokensKey]: JSON.stringify(renewed) };
    await this.#parts.store.update(current);
  }

  #tokens(id: string): Tokens | undefined {
    const text = this.#parts.find(id)?.secrets[tokensKey];
    return text === undefined ? undefined : (JSON.parse(text) as Tokens);
  }

  async *#watched(connection: Connection, feed: AsyncIterable<unknown>): AsyncGenerator<unknown> {
    try {
      yield* feed;
      await this.#succeeded(connection);
    } catch (error) {
      const failure = pluginError(error, connection.name);
      await this.#failed(connection, failure);
      throw failure;
    }
  }

  #succeeded(connection: Connection): Promise<void> {
    return this.stand(connection, afterSuccess(connection.standing));
  }

  #failed(connection: Connection, error: unknown): Promise<void> {
    return this.stand(connection, afterFailure(connection.standing, failureOf(error), this.#parts.now()));
  }
}

/** Settings with their secrets, as the plugin gets them. */
export function settingsOf({ settings, secrets }: Pick<Connection, 'settings' | 'secrets'>): Record<string, unknown> {
  const { [tokensKey]: _tokens, ...own } = secrets;
  return joinSecrets({ plain: settings, secrets: own });
}

export function failureOf(error: unknown): { code: string; message: string; retryAfterMs?: number } {
  const { code, message, details } = error as AppError;
  const seconds = details?.retry_after_seconds;
  return {
    code: code ?? 'internal',
    message: message ?? String(error),
    ...(typeof seconds === 'number' && { retryAfterMs: seconds * 1000 }),
  };
}

function callScope(connection: Connection, settings: Record<string, unknown>, { scope }: AskOptions): HostScope {
  const depth = (scope?.depth ?? 0) + 1;
  if (depth > deepest) throw new AppError('unsupported', 'Plugins ask each other in a circle.');
  const { id, contract, kind, secrets } = connection;
  return {
    ...scopeOf(scope),
    depth,
    connection: { id, contract, kind },
    reach: { named: namedHosts(settings), secrets: Object.values(secrets) },
  };
}

const isFeed = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value && !(value instanceof ReadableStream);
