import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CatalogItem, Settled, User } from '../context.ts';
import type { AnyContract, AskInput, AskOutput } from '../contract.ts';
import { localMetadata } from '../contracts/local-metadata.ts';
import { metadata } from '../contracts/metadata.ts';
import { codeOf, fail } from '../errors.ts';
import type { Decisions, Events, Filters, HookVerb } from '../hooks.ts';
import type { Tokens } from '../login.ts';
import type { Plugin } from '../plugin.ts';
import { PluginClient, type CallScope, type HostListeners, type HostServices } from '../runtime/client.ts';
import { createPair } from '../runtime/link.ts';
import type { HttpAnswer, HttpRequest, WireConnection } from '../runtime/protocol.ts';
import { serve } from '../runtime/serve.ts';
import { faultText } from '../schema.ts';
import { TestDocuments } from './test-documents.ts';

/** What a test host works with. */
export interface TestHostOptions {
  /** `direct` calls the plugin in memory, `json` sends everything as text, as between processes; `direct` unless told. */
  link?: 'direct' | 'json';
  /** The plugin's options. */
  options?: Record<string, unknown>;
  /** Plays every remote. Absent: requests fail as if there were no network. */
  respond?(request: Request): Response | Promise<Response>;
  /** Contracts beside the SDK's own. */
  contracts?: readonly AnyContract[];
}

/** A configured provider to call. */
export interface TestConnection {
  contract: string;
  kind: string;
  settings?: Record<string, unknown>;
  name?: string;
  tokens?: Tokens;
}

/** How a call is made. */
export interface TestCall {
  signal?: AbortSignal;
  /** Milliseconds; the contract's own unless told. */
  deadlineMs?: number;
  user?: User;
  locale?: string;
}

/** What a plugin did so far. */
export interface Seen {
  requests: { method: string; url: string }[];
  log: { level: string; message: string; data?: unknown }[];
  progress: { done: number; total?: number; note?: string }[];
  /** Left out by `c.each`. */
  skipped: { index: number; message: string }[];
}

interface Scope extends CallScope {
  run?: { steps: Map<string, unknown> };
}

interface Known extends WireConnection {
  contract: string;
  tokens?: Tokens;
}

/** A host for tests: everything a plugin can ask for, in memory. */
export interface TestHost {
  readonly seen: Seen;
  /** Makes a connection; its id. Throws `invalid_config` for settings with faults. */
  connect(connection: TestConnection): Promise<string>;
  /** Calls a provider's method, input and answer checked by the contract. */
  call<C extends AnyContract, K extends string>(
    id: string,
    call: { contract: C; method: K; input: AskInput<C, K> },
    options?: TestCall,
  ): Promise<AskOutput<C, K>>;
  /** Presses the Test button. */
  check(id: string, options?: TestCall): Promise<string | undefined>;
  route(verb: string, input?: object, options?: TestCall): Promise<any>;
  emit<K extends keyof Events>(name: K, payload: Events[K]): Promise<void>;
  filter<K extends keyof Filters>(name: K, value: Filters[K]): Promise<Filters[K]>;
  decide<K extends keyof Decisions>(name: K, question: Decisions[K][0]): Promise<Decisions[K][1] | undefined>;
  /** Runs a job to its end. Runs of the same id share their finished steps, as after a restart. */
  job(name: string, input?: object, options?: TestCall & { id?: string }): Promise<any>;
  /** The documents of a collection, by id. */
  documents(collection: string): ReadonlyMap<string, unknown>;
  readonly catalog: CatalogItem[];
  /** What is still open between host and plugin; all zero when nothing leaks. */
  readonly open: { calls: number; answering: number; streams: number };
  close(): Promise<void>;
}

/**
 * Serves a plugin with an in-memory host. Plain functions: it works with every test runner.
 *
 * @example
 * ```ts
 * import { definePlugin, route, z } from '@vitascope/sdk';
 * import { createTestHost } from '@vitascope/sdk/testing';
 * const hello = route('GET /hello', { output: z.object({ text: z.string() }) }, async (_, c) => ({ text: `Hello ${c.user?.name}` }));
 * const host = await createTestHost(definePlugin({ routes: [hello] }), { link: 'json' });
 * const { text } = await host.route('GET /hello', {}, { user: { id: '1', name: 'Ada', admin: false } });
 * await host.close();
 * ```
 */
export async function createTestHost(plugin: Plugin, options: TestHostOptions = {}): Promise<TestHost> {
  const ground = new Ground(plugin, options);
  const faults = await ground.client.configure(options.options ?? {});
  if (faults.length) fail('invalid_config', `Options: ${faultText(faults)}`);
  return ground.host;
}

class Ground {
  readonly #plugin: Plugin;
  readonly #options: TestHostOptions;
  readonly #seen: Seen = { requests: [], log: [], progress: [], skipped: [] };
  readonly #connections = new Map<string, Known>();
  readonly #documents = new TestDocuments();
  readonly #blobs = new Map<string, Uint8Array>();
  readonly #asked = new Set<Request>();
  readonly #runs = new Map<string, Map<string, unknown>>();
  readonly #catalog: CatalogItem[] = [];
  readonly #contracts: ReadonlyMap<string, AnyContract>;
  readonly client: PluginClient<Scope>;
  readonly host: TestHost;
  #folder: string | undefined;
  #last = 0;

  constructor(plugin: Plugin, options: TestHostOptions) {
    this.#plugin = plugin;
    this.#options = options;
    const contracts: AnyContract[] = [metadata, localMetadata, ...(options.contracts ?? [])];
    this.#contracts = new Map(contracts.map((contract) => [contract.id, contract]));
    const [here, there] = createPair(options.link ?? 'direct');
    const served = serve(plugin, there);
    const fallback: Scope = scopeOf({});
    this.client = new PluginClient(here, { services: this.#services(), listeners: this.#listeners(), fallback });
    this.host = this.#createHost(() => served.open.answering);
  }

  #createHost(answering: () => number): TestHost {
    const { client } = this;
    const documents = this.#documents;
    const tap = (verb: HookVerb, name: string, input: unknown) =>
      (this.#plugin[verb] as object | undefined) && name in this.#plugin[verb]!
        ? client.tap({ verb, name, input }, { scope: scopeOf({}) })
        : Promise.resolve(undefined);
    return {
      seen: this.#seen,
      connect: (connection) => this.#connect(connection),
      call: (id, { contract, method, input }, o = {}) => this.#call(id, { contract, method, input }, o),
      check: async (id, o = {}) => {
        const contract = this.#contract(this.#connection(id).contract);
        return (await this.#call(id, { contract, method: 'check', input: {} }, o)) as string | undefined;
      },
      route: (verb, input = {}, o = {}) => client.route(verb, input, { ...o, scope: scopeOf(o) }),
      emit: async (name, payload) => void (await tap('on', name, payload)),
      filter: async (name, value) => ((await tap('filter', name, value)) as typeof value | undefined) ?? value,
      decide: async (name, question) => (await tap('decide', name, question)) as never,
      job: (name, input = {}, o = {}) => this.#runJob(name, input, o),
      documents: (collection) => documents.of(collection),
      catalog: this.#catalog,
      get open() {
        const { calls, streams } = client.open;
        return { calls, streams, answering: answering() };
      },
      close: async () => {
        await client.close(Object.assign(new Error('The test host was closed'), { code: 'cancelled' as const }));
        if (this.#folder) await rm(this.#folder, { recursive: true, force: true });
      },
    };
  }

  async #connect({ contract, kind, settings = {}, name = kind, tokens }: TestConnection): Promise<string> {
    const faults = await this.client.validate(contract, kind, settings);
    if (faults.length) fail('invalid_config', `Settings: ${faultText(faults)}`);
    const id = `connection-${++this.#last}`;
    this.#connections.set(id, {
      id,
      name,
      kind,
      settings,
      contract,
      tokens,
      webhookUrl: `https://host.test/hooks/${id}`,
    });
    return id;
  }

  async #call(
    id: string,
    { contract, method, input }: { contract: AnyContract; method: string; input: unknown },
    o: TestCall,
  ): Promise<any> {
    const { tokens: _tokens, contract: own, ...connection } = this.#connection(id);
    if (own !== contract.id) fail('unsupported', `${id} is a connection of ${own}`);
    const scope = scopeOf(o, { id, contract: own, kind: connection.kind });
    return this.client.invoke({ contract, connection, method, input }, { ...o, scope });
  }

  async #runJob(name: string, input: object, o: TestCall & { id?: string }): Promise<unknown> {
    const id = o.id ?? `run-${++this.#last}`;
    const steps = this.#runs.get(id) ?? new Map<string, unknown>();
    this.#runs.set(id, steps);
    const attempt = 1;
    return this.client.job({ name, input, jobId: id, attempt }, { ...o, scope: { ...scopeOf(o), run: { steps } } });
  }

  #services(): HostServices<Scope> {
    const documents = this.#documents;
    return {
      http: (request, _scope, signal) => this.#send(request, signal),
      token: async (_, scope) => this.#connection(scope.connection!.id).tokens?.access,
      renewToken: (args, scope) => this.#renew(scope.connection!.id, args.stale),
      'data.get': async ({ collection, id }) => documents.of(collection).get(id),
      'data.put': async ({ collection, id, doc }) => void documents.of(collection).set(id, doc),
      'data.delete': async ({ collection, id }) => void documents.of(collection).delete(id),
      'data.query': async (query) => documents.query(query),
      'blobs.put': async ({ body }) => {
        const blob = `blob-${++this.#last}`;
        this.#blobs.set(blob, body instanceof Uint8Array ? body : await new Response(body as never).bytes());
        return { blob };
      },
      'blobs.open': async ({ source, range }, _scope, signal) => {
        const bytes = await this.#bytesOf(source, signal);
        const part = range ? bytes.slice(range.start, range.end === undefined ? undefined : range.end + 1) : bytes;
        return new Response(part as never).body as ReadableStream<Uint8Array>;
      },
      dir: async () => (this.#folder ??= await mkdtemp(join(tmpdir(), 'vitascope-test-host-'))),
      'jobs.start': async ({ name, input }) => {
        const id = `run-${++this.#last}`;
        await this.#runJob(name, (input ?? {}) as object, { id });
        return { id, joined: false };
      },
      'jobs.list': async () => [...this.#runs.keys()].map((id) => ({ id, state: 'succeeded' as const, done: 0 })),
      'jobs.cancel': async () => {},
      'jobs.run': ({ name, input }) => this.#runJob(name, (input ?? {}) as object, {}),
      'step.begin': async ({ name }, scope) =>
        scope.run!.steps.has(name) ? { done: true, value: scope.run!.steps.get(name) } : { done: false },
      'step.end': async ({ name, value, failed }, scope) => {
        if (!failed) scope.run!.steps.set(name, value);
      },
      sleep: async () => {},
      ask: (args, _scope, signal) => this.#ask(args, signal),
      'catalog.upsert': async ({ items }) => {
        const ids = items
          .map((item) => this.#catalog.push({ ...item, id: `item-${++this.#last}` }))
          .map((n) => this.#catalog[n - 1]!.id);
        return { ids };
      },
      'catalog.find': async ({ query }) =>
        this.#catalog.filter(
          (item) => (query.type ?? item.type) === item.type && item.title.includes(query.query ?? ''),
        ),
      'catalog.artwork': async ({ id, kind, source }) => {
        const item = this.#catalog.find((known) => known.id === id) ?? fail('not_found', `No item ${id}`);
        if ('url' in source) (item.artwork ??= []).push({ kind, url: source.url });
      },
    };
  }

  #listeners(): HostListeners<Scope> {
    return {
      log: (line) => void this.#seen.log.push(line),
      progress: (progress) => void this.#seen.progress.push(progress),
      skipped: (skipped) => void this.#seen.skipped.push(skipped),
      unheard: () => undefined,
    };
  }

  async #send({ url, method, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
    this.#seen.requests.push({ method, url });
    const { respond } = this.#options;
    if (!respond) fail('unavailable', `${new URL(url).host} does not answer: this test has no network`);
    const init = {
      method,
      headers,
      body: body as never,
      signal,
      ...(body instanceof ReadableStream && { duplex: 'half' }),
    };
    const asked = new Request(url, init as RequestInit);
    // a request passes an abort on only as long as somebody holds it
    this.#asked.add(asked);
    const response = await Promise.resolve(respond(asked)).finally(() => this.#asked.delete(asked));
    const answer = {
      status: response.status,
      headers: Object.fromEntries(response.headers as unknown as Iterable<[string, string]>),
    };
    return response.body ? { ...answer, body: response.body as ReadableStream<Uint8Array> } : answer;
  }

  async #renew(id: string, stale: string): Promise<void> {
    const connection = this.#connection(id);
    if (connection.tokens?.access !== stale) return;
    const contract = this.#contract(connection.contract);
    connection.tokens = await this.#call(
      id,
      { contract, method: 'login.refresh', input: { tokens: connection.tokens } },
      {},
    );
  }

  async #ask(
    { contract, method, input }: { contract: string; method: string; input: unknown },
    signal: AbortSignal,
  ): Promise<Settled<unknown>> {
    const settled: Settled<unknown> = { results: [], failures: [] };
    for (const { id } of [...this.#connections.values()].filter((known) => known.contract === contract)) {
      try {
        const value = await this.#call(id, { contract: this.#contract(contract), method, input }, { signal });
        settled.results.push({ connection: id, value });
      } catch (error) {
        settled.failures.push({ connection: id, code: codeOf(error), message: (error as Error).message });
      }
    }
    return settled;
  }

  async #bytesOf(source: object, signal: AbortSignal): Promise<Uint8Array> {
    if ('text' in source) return new TextEncoder().encode(String(source.text));
    if ('blob' in source) return this.#blobs.get(String(source.blob)) ?? fail('not_found', 'There is no such blob');
    if (!('url' in source)) return fail('unsupported', 'A test host opens text, blobs and addresses');
    const answer = await this.#send({ url: String(source.url), method: 'GET', headers: {} }, signal);
    if (answer.status >= 300) fail('unavailable', `${String(source.url)} answered ${answer.status}`);
    return new Response(answer.body as never).bytes();
  }

  #connection(id: string): Known {
    return this.#connections.get(id) ?? fail('not_found', `There is no connection ${id}`);
  }

  #contract(id: string): AnyContract {
    return (
      this.#contracts.get(id) ?? fail('unsupported', `The test host does not know ${id}; pass it in \`contracts\``)
    );
  }
}

const scopeOf = ({ user, locale = 'en' }: TestCall, connection?: Scope['connection']): Scope => ({
  requestId: 'test',
  locale,
  timeZone: 'UTC',
  ...(user && { user }),
  ...(connection && { connection }),
});
