import type { AnyContract, AskInput, AskMethod, AskOutput } from '@vitascope/sdk';
import { faultText } from '@vitascope/sdk/runtime';
import { AppError, notFound } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import { afterFailure, refusal, type Standing } from './breaker.ts';
import { ConnectionCalls, failureOf, settingsOf } from './connection-calls.ts';
import type { Connection, ConnectionStore } from './connection-store.ts';
import { kindOf, viewOf } from './connection-view.ts';
import type { ContractRegistry, ProviderEntry } from './contract-registry.ts';
import type { Hooks } from './hook-bus.ts';
import type { ConnectionKind, ConnectionView, TestResult } from './plugins.schema.ts';
import type { Answers, AskOptions, ConnectionInput, Providers, UsableConnection } from './providers.ts';
import type { RunningPlugin } from './running-plugin.ts';
import { mergeSecrets, splitSecrets } from './secret-fields.ts';

type Values = Record<string, unknown>;

interface Parts {
  store: ConnectionStore;
  contracts: ContractRegistry;
  events: EventBus;
  hooks: Hooks;
  /** The running plugin of an id. */
  plugins(id: string): RunningPlugin | undefined;
  now?(): number;
}

/** Configured providers: kept, tried, asked, and rested when they fail. */
export class Connections implements Providers {
  readonly #parts: Parts;
  readonly #connections = new Map<string, Connection>();
  readonly #calls: ConnectionCalls;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#calls = new ConnectionCalls({
      store: parts.store,
      plugins: parts.plugins,
      find: (id) => this.#connections.get(id),
      changed: (connection) => this.#announce(connection),
      now: () => this.#now(),
    });
  }

  async load(): Promise<void> {
    for (const connection of await this.#parts.store.all()) this.#connections.set(connection.id, connection);
  }

  // For people.

  list(filter: { contract?: string; pluginId?: string } = {}): ConnectionView[] {
    return [...this.#connections.values()]
      .filter((c) => (filter.contract ?? c.contract) === c.contract && (filter.pluginId ?? c.pluginId) === c.pluginId)
      .sort(byPriority)
      .map((connection) => this.#view(connection));
  }

  view(id: string): ConnectionView {
    return this.#view(this.get(id));
  }

  get(id: string): Connection {
    const connection = this.#connections.get(id);
    if (!connection) throw notFound('connection', id);
    return connection;
  }

  kinds(): ConnectionKind[] {
    return this.#parts.contracts.list().map(kindOf);
  }

  async create(input: ConnectionInput): Promise<ConnectionView> {
    const { entry, plain, secrets } = await this.#checked(input);
    const connection = await this.#parts.store.insert({
      ...input,
      contract: entry.contract.id,
      settings: plain,
      secrets,
    });
    this.#connections.set(connection.id, connection);
    this.#announce(connection);
    return this.#view(connection);
  }

  async change(
    id: string,
    change: Partial<Pick<ConnectionInput, 'name' | 'settings' | 'priority' | 'tags' | 'enabled'>>,
  ): Promise<ConnectionView> {
    const before = this.get(id);
    const changed: Connection = { ...before, ...withoutUndefined(change), updatedAt: this.#now() };
    if (change.settings) {
      const checked = await this.#checked({ ...changed, settings: change.settings }, before.secrets);
      Object.assign(changed, { settings: checked.plain, secrets: checked.secrets });
    }
    // new settings or a new switch: whatever was wrong before is tried afresh
    const isFresh = change.settings !== undefined || change.enabled !== undefined;
    if (isFresh) changed.standing = { state: changed.enabled ? 'ok' : 'disabled', reason: '', step: 0 };
    await this.#parts.store.update(changed);
    this.#connections.set(id, changed);
    if (isFresh) await this.#parts.plugins(changed.pluginId)?.closeConnection(id);
    this.#announce(changed);
    return this.#view(changed);
  }

  async remove(id: string): Promise<void> {
    const connection = this.get(id);
    const entry = this.#parts.contracts.find(connection.contract, connection.kind);
    if (entry && !entry.settings) {
      throw new AppError('conflict', `"${connection.name}" needs no settings and is there with its plugin.`, {
        fix: 'Switch the connection or its plugin off instead.',
      });
    }
    await this.#parts.store.remove(id);
    this.#connections.delete(id);
    await this.#parts.plugins(connection.pluginId)?.closeConnection(id);
    this.#announce({ ...connection, standing: { state: 'disabled', reason: 'removed', step: 0 } });
  }

  /** All of a plugin's, for good. */
  async removeAll(pluginId: string): Promise<void> {
    const own = [...this.#connections.values()].filter((connection) => connection.pluginId === pluginId);
    for (const connection of own) {
      await this.#parts.store.remove(connection.id);
      this.#connections.delete(connection.id);
      this.#announce({ ...connection, standing: { state: 'disabled', reason: 'removed', step: 0 } });
    }
  }

  /** The Test button. What the test finds becomes the connection's state. */
  async test(id: string, options: AskOptions = {}): Promise<TestResult> {
    const connection = this.get(id);
    const { result, error } = await this.#try(connection, options);
    const { enabled } = connection;
    const clear: Standing = { state: 'ok', reason: '', step: 0 };
    if (enabled)
      await this.#calls.stand(connection, error ? afterFailure(clear, failureOf(error), this.#now()) : clear);
    return result;
  }

  /** Tries settings that are not stored. */
  async testNew(input: ConnectionInput, options: AskOptions = {}): Promise<TestResult> {
    const { plain, secrets } = await this.#checked(input);
    const standing: Standing = { state: 'ok', reason: '', step: 0 };
    const draft = {
      ...input,
      id: `draft:${crypto.randomUUID()}`,
      settings: plain,
      secrets,
      standing,
      createdAt: 0,
      updatedAt: 0,
    };
    const { result } = await this.#try(draft, options);
    await this.#parts.plugins(input.pluginId)?.closeConnection(draft.id);
    return result;
  }

  // For domains and plugins.

  usable(contract: AnyContract, accountId?: string): UsableConnection[] {
    return this.#candidates(contract, accountId)
      .filter(({ connection }) => !refusal(connection.standing, this.#now()))
      .map(({ connection, entry }) => ({
        id: connection.id,
        name: connection.name,
        kind: connection.kind,
        pluginId: connection.pluginId,
        priority: connection.priority,
        facts: entry.facts,
        methods: entry.methods,
      }));
  }

  async ask<C extends AnyContract, K extends AskMethod<C>>(
    contract: C,
    method: K,
    input: AskInput<C, K>,
    options: AskOptions = {},
  ): Promise<Answers<AskOutput<C, K>>> {
    const candidates = this.#candidates(contract, options.scope?.accountId).filter(({ entry }) =>
      entry.methods.includes(method),
    );
    const answers = await Promise.allSettled(
      candidates.map(({ connection, entry }) => this.#calls.call(connection, { entry, method, input }, options)),
    );
    const settled: Answers<AskOutput<C, K>> = { results: [], failures: [] };
    for (const [i, answer] of answers.entries()) {
      const { id, name, kind, pluginId } = candidates[i]!.connection;
      if (answer.status === 'fulfilled')
        settled.results.push({ connection: id, name, kind, pluginId, value: answer.value });
      else settled.failures.push({ connection: id, name, ...failureOf(answer.reason) });
    }
    return settled;
  }

  async call<C extends AnyContract, K extends string>(
    connectionId: string,
    { contract, method, input }: { contract: C; method: K; input: AskInput<C, K> },
    options: AskOptions = {},
  ): Promise<AskOutput<C, K>> {
    const connection = this.get(connectionId);
    const entry = this.#entryOf(connection);
    if (connection.contract !== contract.id) {
      throw new AppError('unsupported', `"${connection.name}" is a connection of ${connection.contract}.`);
    }
    return this.#calls.call(connection, { entry, method, input }, options) as Promise<AskOutput<C, K>>;
  }

  // For the plugin host.

  /** A plugin became active: kinds without settings get their connection. */
  async adopt(pluginId: string): Promise<void> {
    for (const entry of this.#parts.contracts.list()) {
      if (entry.pluginId !== pluginId || entry.settings || entry.contract.scope === 'user') continue;
      const isThere = [...this.#connections.values()].some(
        (c) => c.contract === entry.contract.id && c.kind === entry.kind,
      );
      if (isThere) continue;
      const { kind, name } = entry;
      await this.create({
        pluginId,
        contract: entry.contract.id,
        kind,
        name,
        settings: {},
        priority: 100,
        tags: [],
        enabled: true,
      });
    }
    this.#announceAll(pluginId);
  }

  /** A plugin stopped: its connections stay, but cannot be asked. */
  release(pluginId: string): void {
    this.#announceAll(pluginId);
  }

  token(id: string): string | undefined {
    return this.#calls.token(id);
  }

  renewToken(id: string, stale: string): Promise<void> {
    const connection = this.get(id);
    return this.#calls.renewToken(connection, this.#entryOf(connection), stale);
  }

  #candidates(contract: AnyContract, accountId?: string): { connection: Connection; entry: ProviderEntry }[] {
    return [...this.#connections.values()]
      .filter((c) => c.contract === contract.id && c.enabled)
      .filter((c) => contract.scope === 'server' || c.accountId === accountId)
      .sort(byPriority)
      .flatMap((connection) => {
        const entry = this.#parts.contracts.find(connection.contract, connection.kind);
        return entry && entry.pluginId === connection.pluginId ? [{ connection, entry }] : [];
      });
  }

  #entryOf(connection: Pick<Connection, 'contract' | 'kind' | 'pluginId' | 'name'>): ProviderEntry {
    const entry = this.#parts.contracts.find(connection.contract, connection.kind);
    if (entry?.pluginId === connection.pluginId) return entry;
    throw new AppError(
      'unavailable',
      `Plugin "${connection.pluginId}", which provides ${connection.kind}, is not active.`,
      {
        fix: 'Enable the plugin first.',
      },
    );
  }

  /** Settings split and validated by the plugin; all faults at once. */
  async #checked(
    input: Pick<ConnectionInput, 'pluginId' | 'contract' | 'kind' | 'name' | 'settings'>,
    before: Record<string, string> = {},
  ): Promise<{ entry: ProviderEntry; plain: Values; secrets: Record<string, string> }> {
    const entry = this.#entryOf(input);
    const { plain, secrets: given, removed } = splitSecrets(entry.settings, input.settings);
    const secrets = mergeSecrets(before, { secrets: given, removed });
    const faults = await this.#parts
      .plugins(input.pluginId)!
      .validate(entry.contract.id, entry.kind, settingsOf({ settings: plain, secrets }));
    if (faults.length === 0) return { entry, plain, secrets };
    throw new AppError('invalid_config', `The settings have faults: ${faultText(faults)}.`, {
      errors: faults.map((fault) => ({
        path: ['body', 'settings', fault.path].filter(Boolean).join('.'),
        message: fault.message,
      })),
    });
  }

  async #try(connection: Connection, options: AskOptions): Promise<{ result: TestResult; error?: unknown }> {
    const started = performance.now();
    const duration = () => Math.round(performance.now() - started);
    try {
      const entry = this.#entryOf(connection);
      const said = await this.#calls.callAnyway(connection, { entry, method: 'check', input: {} }, options);
      const message = typeof said === 'string' && said ? said : 'It works.';
      return { result: { ok: true, message, durationMs: duration() } };
    } catch (error) {
      const { code, message, fix } = error as AppError;
      return { result: { ok: false, message, code, ...(fix && { fix }), durationMs: duration() }, error };
    }
  }

  #announce({ id, contract, kind, standing }: Connection): void {
    const { state, reason } = standing;
    this.#parts.events.emit('connection.changed', { id, state });
    void this.#parts.hooks.emit('connection.stateChanged', { id, contract, kind, state, reason });
  }

  #announceAll(pluginId: string): void {
    for (const { id, pluginId: owner, standing } of this.#connections.values()) {
      if (owner === pluginId) this.#parts.events.emit('connection.changed', { id, state: standing.state });
    }
  }

  #view(connection: Connection): ConnectionView {
    return viewOf(connection, this.#parts.contracts.find(connection.contract, connection.kind));
  }

  #now(): number {
    return this.#parts.now?.() ?? Date.now();
  }
}

const byPriority = (a: Connection, b: Connection): number =>
  (a.contract < b.contract ? -1 : Number(a.contract > b.contract)) ||
  a.priority - b.priority ||
  a.createdAt - b.createdAt;

const withoutUndefined = <T extends object>(value: T): Partial<T> =>
  Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined)) as Partial<T>;
