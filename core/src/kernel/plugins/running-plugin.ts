import type { Manifest, Plugin, HookVerb } from '@vitascope/sdk';
import {
  createPair,
  type Peer,
  PluginClient,
  serve,
  type HostListeners,
  type HostServices,
  type Invocation,
  type InvokeOptions,
} from '@vitascope/sdk/runtime';
import { currentPlugin } from './boot-marker.ts';
import { isPluginFault, scopeOf, type HostScope } from './host-scope.ts';
import type { Problems } from './problems.ts';

type Options = Omit<InvokeOptions<HostScope>, 'signal'> & { signal?: AbortSignal };

const stopped = () => Object.assign(new Error('The plugin was stopped'), { code: 'cancelled' as const });
const drainMs = 3000;

/** A plugin that was loaded and answers. Everything the server asks of it goes through here, and every failure is noted. */
export class RunningPlugin {
  readonly id: string;
  readonly manifest: Manifest;
  readonly problems: Problems;
  readonly #client: PluginClient<HostScope>;
  readonly #served: Peer;

  constructor(o: {
    manifest: Manifest;
    plugin: Plugin;
    problems: Problems;
    host: { services: HostServices<HostScope>; listeners: HostListeners<HostScope> };
  }) {
    this.id = o.manifest.id;
    this.manifest = o.manifest;
    this.problems = o.problems;
    const [here, there] = createPair('direct');
    this.#served = serve(o.plugin, there);
    this.#client = new PluginClient(here, { ...o.host, fallback: scopeOf() });
  }

  describe() {
    return this.#within(() => this.#client.describe());
  }

  configure(options: Record<string, unknown>) {
    return this.#within(() => this.#client.configure(options));
  }

  validate(contract: string, kind: string, settings: Record<string, unknown>) {
    return this.#within(() => this.#client.validate(contract, kind, settings));
  }

  invoke(invocation: Invocation, options: Options): Promise<any> {
    const { contract, connection, method } = invocation;
    return this.#noted(`${contract.id} ${connection.kind} ${method}`, () => this.#client.invoke(invocation, options));
  }

  tap(tap: { verb: HookVerb; name: string; input: unknown }, options: Options): Promise<unknown> {
    return this.#noted(`hook ${tap.name}`, () => this.#client.tap(tap, options));
  }

  route(verb: string, input: unknown, options: Options): Promise<unknown> {
    return this.#noted(`route ${verb}`, () => this.#client.route(verb, input, options));
  }

  /** What is wrong with the input of one of its jobs. */
  checkJob(job: { name: string; input: unknown }, options: Options) {
    return this.#noted(`job ${job.name}`, () => this.#client.checkJob(job, options));
  }

  job(job: { name: string; input: unknown; jobId: string; attempt: number }, options: Options): Promise<unknown> {
    return this.#noted(`job ${job.name}`, () => this.#client.job(job, options));
  }

  closeConnection(id: string): Promise<void> {
    return this.#within(() => this.#client.closeConnection(id));
  }

  /** Aborts what runs, refuses everything later, and waits a little for it to end; whether all of it did. */
  async close(): Promise<boolean> {
    await this.#within(() => this.#client.close(stopped()));
    const isBusy = () => this.#served.open.answering > 0;
    for (const end = Date.now() + drainMs; isBusy() && Date.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return !isBusy();
  }

  async #noted<T>(where: string, call: () => Promise<T>): Promise<T> {
    try {
      const value = await this.#within(call);
      this.problems.worked(where);
      return value;
    } catch (error) {
      if (isPluginFault(error)) this.problems.failed(where, (error as Error).message ?? String(error));
      throw error;
    }
  }

  #within<T>(call: () => T): T {
    return currentPlugin.run(this.id, call);
  }
}
