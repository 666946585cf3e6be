import type { HookVerb, Manifest } from '@vitascope/sdk';
import type { Invocation, InvokeOptions, PluginClient } from '@vitascope/sdk/runtime';
import { currentPlugin } from './boot-marker.ts';
import { isPluginFault, type HostScope } from './host-scope.ts';
import { endError, type LineStatus, type PluginLine } from './plugin-line.ts';
import type { Problems } from './problems.ts';

type Options = Omit<InvokeOptions<HostScope>, 'signal'> & { signal?: AbortSignal };
type Client = PluginClient<HostScope>;

/** A plugin that was loaded and answers. Everything the server asks of it goes through here, and every failure is noted. */
export class RunningPlugin {
  readonly id: string;
  readonly manifest: Manifest;
  readonly problems: Problems;
  readonly #line: PluginLine;

  constructor(o: { manifest: Manifest; problems: Problems; line: PluginLine }) {
    this.id = o.manifest.id;
    this.manifest = o.manifest;
    this.problems = o.problems;
    this.#line = o.line;
  }

  get status(): LineStatus {
    return this.#line.status();
  }

  validate(contract: string, kind: string, settings: Record<string, unknown>) {
    return this.#within((client) => client.validate(contract, kind, settings));
  }

  invoke(invocation: Invocation, options: Options): Promise<any> {
    const { contract, connection, method } = invocation;
    return this.#noted(`${contract.id} ${connection.kind} ${method}`, (client) => client.invoke(invocation, options));
  }

  tap(tap: { verb: HookVerb; name: string; input: unknown }, options: Options): Promise<unknown> {
    return this.#noted(`hook ${tap.name}`, (client) => client.tap(tap, options));
  }

  route(verb: string, input: unknown, options: Options): Promise<unknown> {
    return this.#noted(`route ${verb}`, (client) => client.route(verb, input, options));
  }

  /** What is wrong with the input of one of its jobs. */
  checkJob(job: { name: string; input: unknown }, options: Options) {
    return this.#noted(`job ${job.name}`, (client) => client.checkJob(job, options));
  }

  job(job: { name: string; input: unknown; jobId: string; attempt: number }, options: Options): Promise<unknown> {
    return this.#noted(`job ${job.name}`, (client) => client.job(job, options));
  }

  /** Nothing is kept open in a process that rests. */
  async closeConnection(id: string): Promise<void> {
    if (this.#line.status().running) await this.#within((client) => client.closeConnection(id));
  }

  /** Aborts what runs, refuses everything later, and waits a little for it to end; whether all of it did. */
  close(): Promise<boolean> {
    return currentPlugin.run(this.id, () => this.#line.close(endError('cancelled', 'The plugin was stopped')));
  }

  async #noted<T>(where: string, call: (client: Client) => Promise<T>): Promise<T> {
    try {
      const value = await this.#within(call);
      this.problems.worked(where);
      return value;
    } catch (error) {
      if (isPluginFault(error)) this.problems.failed(where, (error as Error).message ?? String(error));
      throw error;
    }
  }

  #within<T>(call: (client: Client) => Promise<T>): Promise<T> {
    return currentPlugin.run(this.id, async () => call(await this.#line.client()));
  }
}
