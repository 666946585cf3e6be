import type { Collection } from '../collection.ts';
import type { Ctx, Docs, JobCtx, Log } from '../context.ts';
import type { HttpDefaults } from '../contract.ts';
import { fail } from '../errors.ts';
import type { Job } from '../job.ts';
import { check, faultText, type Schema } from '../schema.ts';
import { createHttp } from './http.ts';
import type { CallHeader, HostCallName, HostCalls, HostNoteName, HostNotes } from './protocol.ts';

/** How a call speaks to the host. */
export interface HostLine {
  call<K extends HostCallName>(name: K, args: HostCalls[K][0]): Promise<HostCalls[K][1]>;
  note<K extends HostNoteName>(name: K, args: HostNotes[K]): void;
}

/** What a context is made of. */
export interface ContextParts {
  call: CallHeader;
  signal: AbortSignal;
  host: HostLine;
  options: Record<string, unknown>;
  /** Of a connection. */
  http?: { defaults(token: string | undefined): HttpDefaults; login: boolean };
}

export function createContext({ call, signal, host, options, http }: ContextParts): Ctx {
  return {
    signal,
    requestId: call.requestId,
    locale: call.locale,
    timeZone: call.timeZone,
    ...(call.user && { user: call.user }),
    progress: (done, total, note) => host.note('progress', { done, total, note }),
    each: (items, map) => each(host, items, map),
    http: createHttp({
      send: (request) => host.call('http', request),
      defaults: (token) => http?.defaults(token) ?? {},
      token: async () => (http?.login ? host.call('token', {}) : undefined),
      renew: (stale) => host.call('renewToken', { stale }),
    }),
    log: createLog(host),
    dir: () => host.call('dir', {}),
    data: (collection) => createDocs(host, collection),
    blobs: {
      put: (body, o = {}) => host.call('blobs.put', { body, ...o }),
      open: (source, range) => host.call('blobs.open', { source, range }) as ReturnType<Ctx['blobs']['open']>,
    },
    options: (schema) => parseOptions(schema, options),
    jobs: {
      start: (job, input, o = {}) => host.call('jobs.start', { name: job.name, input, ...o }),
      list: (job, query = {}) => host.call('jobs.list', { name: job.name, ...query }),
      cancel: (id) => host.call('jobs.cancel', { id }),
    },
    ask: (contract, method, input) => host.call('ask', { contract: contract.id, method, input }) as never,
    catalog: {
      upsert: (items) => host.call('catalog.upsert', { items }),
      find: (query) => host.call('catalog.find', { query }),
      artwork: (id, kind, source) => host.call('catalog.artwork', { id, kind, source }),
    },
  };
}

function each<A, B>(host: HostLine, items: readonly A[], map: (item: A, index: number) => B): B[] {
  const mapped: B[] = [];
  for (const [index, item] of (items ?? []).entries()) {
    try {
      mapped.push(map(item, index));
    } catch (error) {
      host.note('skipped', { index, message: error instanceof Error ? error.message : String(error) });
    }
  }
  return mapped;
}

const createLog = (host: HostLine): Log => {
  const at = (level: keyof Log) => (message: string, data?: object) =>
    host.note('log', { level, message: String(message), ...(data && { data: loggable(data) }) });
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
};

/** Whatever somebody logs, as JSON: an error by message and stack, what has no JSON form left out. */
const loggable = (data: object): unknown =>
  JSON.parse(
    JSON.stringify(data, (_key, value: unknown) => {
      if (value instanceof Error) return { message: value.message, stack: value.stack };
      return typeof value === 'bigint' ? String(value) : value;
    }),
  );

function createDocs<T>(host: HostLine, { name, schema }: Collection<T>): Docs<T> {
  return {
    get: (id) => host.call('data.get', { collection: name, id }) as Promise<T | undefined>,
    async put(id, doc) {
      const checked = await check(schema, doc);
      if (checked.faults) fail('invalid_config', `Document "${id}" of ${name}: ${faultText(checked.faults)}`);
      await host.call('data.put', { collection: name, id, doc: checked.value });
    },
    delete: (id) => host.call('data.delete', { collection: name, id }),
    query: (query = {}) =>
      host.call('data.query', { collection: name, ...query }) as Promise<{ items: T[]; next?: string }>,
  };
}

async function parseOptions<S extends Schema>(schema: S, options: Record<string, unknown>) {
  const checked = await check(schema, options);
  if (checked.faults) fail('invalid_config', `Options: ${faultText(checked.faults)}`);
  return checked.value;
}

/** The members that only jobs have. */
export const createJobContext = (base: Ctx, host: HostLine, job: { jobId: string; attempt: number }): JobCtx => ({
  ...base,
  ...job,
  async step<T>(name: string, work: () => Promise<T>): Promise<T> {
    const kept = await host.call('step.begin', { name });
    if (kept.done) return kept.value as T;
    return runStep(host, name, work);
  },
  run: <I, O>(child: Job<I, O>, input: I) => host.call('jobs.run', { name: child.name, input }) as Promise<O>,
  sleep: (name, milliseconds) => host.call('sleep', { name, milliseconds }),
});

async function runStep<T>(host: HostLine, name: string, work: () => Promise<T>): Promise<T> {
  try {
    const value = await work();
    await host.call('step.end', { name, value });
    return value;
  } catch (error) {
    // the step stays open in the host otherwise; the error itself goes on to the job
    await host.call('step.end', { name, failed: true });
    throw error;
  }
}
