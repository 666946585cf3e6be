import type { Conn } from '../context.ts';
import { describe } from '../describe.ts';
import { fail } from '../errors.ts';
import type { Plugin } from '../plugin.ts';
import type { Job } from '../job.ts';
import type { Provider } from '../contract.ts';
import type { Route } from '../route.ts';
import { check, faultText, type Fault, type Schema } from '../schema.ts';
import { createContext, createJobContext, type HostLine } from './context.ts';
import type { Link } from './link.ts';
import { Peer } from './peer.ts';
import type { CallHeader, PluginCalls, WireConnection } from './protocol.ts';

type Handlers = { [K in keyof PluginCalls]: (args: PluginCalls[K][0], signal: AbortSignal) => unknown };

/** What lives between the calls of one connection. */
interface Opened {
  client: Promise<unknown>;
  settings: string;
  stop: AbortController;
}

/**
 * Serves a plugin over a link: the same file in the server's process and in one of the plugin's own. Nothing of the plugin
 * runs before a call asks for it.
 */
export function serve(plugin: Plugin, link: Link): Peer {
  const opened = new Map<string, Opened>();
  let options: Record<string, unknown> = {};

  const hostLine = (token: string, signal: AbortSignal): HostLine => ({
    call: (name, args) => peer.call(name, { token, ...args }, { signal }),
    note: (name, args) => peer.note(name, { token, ...args }),
  });
  const context = (call: CallHeader, signal: AbortSignal) =>
    createContext({ call, signal, host: hostLine(call.token, signal), options });

  const handlers: Handlers = {
    describe: () => describe(plugin),
    ping: () => undefined,
    async configure(args) {
      options = args.options ?? {};
      return { faults: plugin.options ? await faultsOf(plugin.options, options) : [] };
    },
    async validate({ contract, kind, settings }) {
      const { data } = providerOf(plugin, contract, kind);
      return { faults: data.settings ? await faultsOf(data.settings, settings ?? {}) : [] };
    },
    connection: (args, signal) => onConnection(args, signal),
    closeConnection: ({ id }) => closeConnection(id),
    close() {
      for (const id of opened.keys()) closeConnection(id);
    },
    async route({ call, verb, input }, signal) {
      const route = plugin.routes?.find((r) => r.verb === verb) ?? fail('not_found', `There is no route ${verb}`);
      const answer = await route.handle(await inputOf(route.input, input), context(call, signal));
      return checkedAnswer(route, answer);
    },
    tap({ call, verb, name, input }, signal) {
      const taps = plugin[verb] as Record<
        string,
        ((i: unknown, c: unknown) => unknown) | { run(i: unknown, c: unknown): unknown }
      >;
      const tap = taps?.[name] ?? fail('not_found', `There is no tap on ${name}`);
      return typeof tap === 'function' ? tap(input, context(call, signal)) : tap.run(input, context(call, signal));
    },
    async checkJob({ name, input }) {
      return { faults: await faultsOf(jobOf(plugin, name).input, input ?? {}) };
    },
    async job({ call, name, input, jobId, attempt }, signal) {
      const job = jobOf(plugin, name);
      const c = createJobContext(context(call, signal), hostLine(call.token, signal), { jobId, attempt });
      return job.run(await inputOf(job.input, input), c);
    },
  };

  const closeConnection = (id: string): void => {
    opened.get(id)?.stop.abort(Object.assign(new Error('The connection was closed'), { code: 'cancelled' }));
    opened.delete(id);
  };

  async function onConnection(args: PluginCalls['connection'][0], signal: AbortSignal): Promise<unknown> {
    const provider = providerOf(plugin, args.contract, args.connection.kind);
    const settings = await settingsOf(provider, args.connection);
    const { data } = provider;
    const c = connectionContext(args, { provider, settings, signal });
    const client = data.open ? await open(args, { provider, settings }) : undefined;
    const conn = { ...c, client };
    if (args.method.startsWith('login.')) return callLogin(provider, args.method, conn, args.input);
    if (!Object.hasOwn(provider.methods, args.method)) fail('unsupported', `${data.name} cannot ${args.method}`);
    return provider.methods[args.method]!(args.input ?? {}, conn);
  }

  function connectionContext(
    { call, connection, method }: Pick<PluginCalls['connection'][0], 'call' | 'connection' | 'method'>,
    {
      provider: { data },
      settings,
      signal,
    }: { provider: Provider; settings: Record<string, unknown>; signal: AbortSignal },
  ): Omit<Conn, 'client'> {
    const base = createContext({
      call,
      signal,
      host: hostLine(call.token, signal),
      options,
      http: {
        defaults: (token) => data.http?.({ settings, token, locale: call.locale }) ?? {},
        login: data.login !== undefined && !method.startsWith('login.'),
      },
    });
    const { id, name, webhookUrl } = connection;
    return { ...base, id, name, webhookUrl, settings };
  }

  /** One client a connection; new settings open a new one. */
  async function open(
    args: PluginCalls['connection'][0],
    { provider, settings }: { provider: Provider; settings: Record<string, unknown> },
  ): Promise<unknown> {
    const { id } = args.connection;
    const text = JSON.stringify(settings);
    let known = opened.get(id);
    if (known && known.settings !== text) {
      known.stop.abort();
      known = undefined;
    }
    if (!known) {
      const stop = new AbortController();
      const call = { ...args.call, token: `connection:${id}` };
      const c = connectionContext({ ...args, call }, { provider, settings, signal: stop.signal });
      known = { stop, settings: text, client: Promise.resolve(provider.data.open!({ ...c, client: undefined })) };
      opened.set(id, known);
    }
    return known.client.catch((error: unknown) => {
      if (opened.get(id) === known) opened.delete(id);
      throw error;
    });
  }

  const peer: Peer = new Peer(link, (name, args, signal) => {
    const handler = Object.hasOwn(handlers, name) ? handlers[name as keyof Handlers] : undefined;
    return handler ? handler(args, signal) : fail('unsupported', `The plugin side does not know "${name}"`);
  });
  return peer;
}

async function checkedAnswer({ verb, output }: Route, answer: unknown): Promise<unknown> {
  const checked = await check(output, answer);
  return checked.faults
    ? fail('internal', `${verb} answered the wrong shape: ${faultText(checked.faults)}`)
    : checked.value;
}

const providerOf = (plugin: Plugin, contract: string, kind: string): Provider =>
  plugin.provides?.find((p) => p.contract === contract && p.data.kind === kind) ??
  fail('not_found', `This plugin provides no ${kind} for ${contract}`);

const jobOf = (plugin: Plugin, name: string): Job =>
  plugin.jobs?.find((job) => job.name === name) ?? fail('not_found', `There is no job ${name}`);

async function settingsOf({ data }: Provider, connection: WireConnection): Promise<Record<string, unknown>> {
  return data.settings
    ? ((await checkedSettings(data.settings, connection.settings ?? {})) as Record<string, unknown>)
    : {};
}

function callLogin({ data }: Provider, method: string, c: Conn, input: unknown): unknown {
  const { login } = data;
  const { how, state, reply, tokens } = (input ?? {}) as { how?: any; state?: any; reply?: any; tokens?: any };
  if (method === 'login.begin' && login) return login.begin(c, how ?? {});
  if (method === 'login.next' && login?.next) return login.next(c, state, reply ?? {});
  if (method === 'login.refresh' && login?.refresh) return login.refresh(c, tokens);
  return fail('unsupported', `${data.name} has no ${method}`);
}

async function faultsOf(schema: Schema, value: unknown): Promise<Fault[]> {
  return (await check(schema, value)).faults ?? [];
}

async function checkedSettings<O>(schema: Schema<any, O>, settings: unknown): Promise<O> {
  const checked = await check(schema, settings);
  return checked.faults ? fail('invalid_config', `Settings: ${faultText(checked.faults)}`) : checked.value;
}

async function inputOf<O>(schema: Schema<any, O>, input: unknown): Promise<O> {
  const checked = await check(schema, input ?? {});
  if (!checked.faults) return checked.value;
  return fail('validation_failed', `Input: ${faultText(checked.faults)}`, { errors: checked.faults });
}
