import type { ContractInfo, MethodSpec } from '../contract.ts';
import type { User } from '../context.ts';
import type { HookVerb } from '../hooks.ts';
import type { Contributions } from '../manifest.ts';
import { fail, type PluginError } from '../errors.ts';
import { check, faultText, type Fault, type Schema } from '../schema.ts';
import type { Link } from './link.ts';
import { Peer } from './peer.ts';
import type {
  CallHeader,
  HostCallName,
  HostCalls,
  HostNoteName,
  HostNotes,
  PluginCalls,
  WireConnection,
} from './protocol.ts';

/** On whose behalf a call into a plugin is made; the host attaches what its services need. */
export interface CallScope {
  requestId: string;
  locale: string;
  timeZone: string;
  user?: User;
  /** The connection a provider is called for. */
  connection?: { id: string; contract: string; kind: string };
}

/** What the host does for a plugin; every service gets the scope of the call that asks. */
export type HostServices<Scope extends CallScope> = {
  [K in HostCallName]: (args: HostCalls[K][0], scope: Scope, signal: AbortSignal) => Promise<HostCalls[K][1]>;
};
/** What the host does with notes. */
export type HostListeners<Scope extends CallScope> = {
  [K in HostNoteName]: (args: HostNotes[K], scope: Scope) => void;
};

/** How a call is made. */
export interface InvokeOptions<Scope extends CallScope> {
  scope: Scope;
  signal?: AbortSignal;
  /** Milliseconds; the plugin is told to stop and the caller gets `timeout`, whether or not it stops. */
  deadlineMs?: number;
}

/** A provider's method to call. */
export interface Invocation {
  contract: ContractInfo;
  connection: WireConnection;
  method: string;
  input: unknown;
}

/** What a plugin may take to close its connections, in milliseconds. */
const closeMs = 1000;

/** The host's end of a served plugin. */
export class PluginClient<Scope extends CallScope = CallScope> {
  readonly #peer: Peer;
  readonly #scopes = new Map<string, Scope>();
  #lastToken = 0;

  /** `fallback` is the scope of what a plugin says outside any call. */
  constructor(link: Link, host: { services: HostServices<Scope>; listeners: HostListeners<Scope>; fallback: Scope }) {
    this.#peer = new Peer(
      link,
      (name, { token, ...args }, signal) => {
        const service = Object.hasOwn(host.services, name) ? host.services[name as HostCallName] : undefined;
        if (!service) fail('unsupported', `The host does not know "${name}"`);
        const scope = this.#scopes.get(token) ?? fail('cancelled', `The call that asks for ${name} has ended`);
        return (service as (a: unknown, s: Scope, signal: AbortSignal) => unknown)(args, scope, signal);
      },
      (name, { token, ...args }) => {
        const listener = Object.hasOwn(host.listeners, name) ? host.listeners[name as HostNoteName] : undefined;
        (listener as ((a: unknown, s: Scope) => void) | undefined)?.(args, this.#scopes.get(token) ?? host.fallback);
      },
    );
  }

  /** What is open; all zero once everything ended. */
  get open(): { calls: number; answering: number; streams: number; scopes: number } {
    return { ...this.#peer.open, scopes: this.#scopes.size };
  }

  describe(): Promise<Contributions> {
    return this.#call('describe', {}, {});
  }

  /** Resolves when the plugin's side answers anything at all. */
  ping(): Promise<void> {
    return this.#call('ping', {}, {});
  }

  /** Sets the plugin's options; their faults, all at once. */
  async configure(options: Record<string, unknown>): Promise<Fault[]> {
    return (await this.#call('configure', { options }, {})).faults;
  }

  async validate(contract: string, kind: string, settings: Record<string, unknown>): Promise<Fault[]> {
    return (await this.#call('validate', { contract, kind, settings }, {})).faults;
  }

  /** Calls a provider. Input and answer are checked by the contract; a feed comes back as an async generator. */
  async invoke({ contract, connection, method, input }: Invocation, options: InvokeOptions<Scope>): Promise<any> {
    const spec: MethodSpec | undefined = (contract.methods as Record<string, MethodSpec>)[method];
    if (!spec && method !== 'check' && !method.startsWith('login.'))
      fail('unsupported', `${contract.id} has no method ${method}`);
    const asked = spec ? await parse(spec.input, input, { code: 'invalid_config', what: `Input of ${method}` }) : input;
    const deadlineMs = options.deadlineMs ?? spec?.deadlineMs ?? 30_000;
    const run = this.#begin(options.scope, { ...options, deadlineMs });
    this.#scopes.set(`connection:${connection.id}`, options.scope);
    const args = { call: run.header, contract: contract.id, connection, method, input: asked };
    const answer = await run.call('connection', args);
    if (!spec) return answer;
    const what = { code: 'unavailable' as const, what: `${connection.name}: the answer of ${method}` };
    return spec.feed
      ? this.#checkedFeed(answer as AsyncIterable<unknown>, { spec, what, run, deadlineMs })
      : parse(spec.output, answer, what);
  }

  async *#checkedFeed(
    items: AsyncIterable<unknown>,
    o: { spec: MethodSpec; what: ParseContext; run: Run; deadlineMs: number },
  ): AsyncGenerator<unknown> {
    const iterator = items[Symbol.asyncIterator]();
    try {
      for (;;) {
        o.run.arm(o.deadlineMs);
        const { done, value } = await iterator.next();
        o.run.disarm();
        if (done) return;
        yield await parse(o.spec.output, value, o.what);
      }
    } finally {
      o.run.disarm();
      await iterator.return?.();
    }
  }

  route(verb: string, input: unknown, options: InvokeOptions<Scope>): Promise<unknown> {
    const run = this.#begin(options.scope, options);
    return run.call('route', { call: run.header, verb, input });
  }

  tap(tap: { verb: HookVerb; name: string; input: unknown }, options: InvokeOptions<Scope>): Promise<unknown> {
    const run = this.#begin(options.scope, options);
    return run.call('tap', { call: run.header, ...tap });
  }

  /** What is wrong with the input of a job, before it is queued. */
  async checkJob(job: { name: string; input: unknown }, options: InvokeOptions<Scope>): Promise<Fault[]> {
    const { faults } = await this.#begin(options.scope, options).call('checkJob', job);
    return faults;
  }

  job(
    job: { name: string; input: unknown; jobId: string; attempt: number },
    options: InvokeOptions<Scope>,
  ): Promise<unknown> {
    const run = this.#begin(options.scope, options);
    return run.call('job', { call: run.header, ...job });
  }

  /** Closes what a connection keeps open between calls. */
  async closeConnection(id: string): Promise<void> {
    await this.#call('closeConnection', { id }, {});
    this.#scopes.delete(`connection:${id}`);
  }

  /** Closes the plugin's connections, aborts everything in flight with this error and refuses what comes later. */
  async close(error: PluginError): Promise<void> {
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(timeoutError(closeMs)), closeMs);
    try {
      await this.#call('close', {}, { signal: late.signal });
    } finally {
      clearTimeout(timer);
      this.break(error);
    }
  }

  /** The same without asking the plugin: its side is gone. */
  break(error: PluginError): void {
    this.#peer.close(error);
    this.#scopes.clear();
  }

  #begin(scope: Scope, { signal, deadlineMs }: { signal?: AbortSignal; deadlineMs?: number }): Run {
    const token = `call:${++this.#lastToken}`;
    const { requestId, locale, timeZone, user } = scope;
    const stop = new AbortController();
    let timer: NodeJS.Timeout | undefined;
    const disarm = () => clearTimeout(timer);
    const arm = (ms: number) => {
      disarm();
      timer = setTimeout(() => stop.abort(timeoutError(ms)), ms);
    };
    const forward = () => stop.abort(signal!.reason);
    const call: Run['call'] = (name, args) => {
      this.#scopes.set(token, scope);
      if (signal?.aborted) forward();
      signal?.addEventListener('abort', forward, { once: true });
      if (deadlineMs !== undefined) arm(deadlineMs);
      const ended = () => {
        disarm();
        signal?.removeEventListener('abort', forward);
        this.#scopes.delete(token);
      };
      return this.#peer.call(name, args, { signal: stop.signal, ended }).finally(disarm);
    };
    return { header: { token, requestId, locale, timeZone, ...(user && { user }) }, arm, disarm, call };
  }

  #call<K extends keyof PluginCalls>(
    name: K,
    args: PluginCalls[K][0],
    options: { signal?: AbortSignal },
  ): Promise<PluginCalls[K][1]> {
    return this.#peer.call(name, args, options);
  }
}

interface Run {
  header: CallHeader;
  arm(ms: number): void;
  disarm(): void;
  call<K extends keyof PluginCalls>(name: K, args: PluginCalls[K][0]): Promise<PluginCalls[K][1]>;
}

interface ParseContext {
  code: 'invalid_config' | 'unavailable';
  what: string;
}

async function parse<O>(schema: Schema<any, O>, value: unknown, { code, what }: ParseContext): Promise<O> {
  const checked = await check(schema, value);
  return checked.faults ? fail(code, `${what} has the wrong shape: ${faultText(checked.faults)}`) : checked.value;
}

const timeoutError = (ms: number): PluginError =>
  Object.assign(new Error(`No answer within ${ms >= 1000 ? `${ms / 1000} s` : `${ms} ms`}`), {
    code: 'timeout' as const,
  });
