import type { AnyContract, AskInput, AskMethod, AskOutput } from './contract.ts';
import type { Collection } from './collection.ts';
import type { Job } from './job.ts';
import type { MediaData, MediaEntry, MediaType, ArtworkKind, ExternalIds } from './media.ts';
import type { Out, Schema } from './schema.ts';

/** Bytes on the move. Between processes the host swaps the stream for a reference; nothing is held in memory. */
export type Bytes = ReadableStream<Uint8Array<ArrayBuffer>>;

/** Where bytes can be had, as data: nothing moves until somebody reads. Paths lie inside granted folders. */
export type Source =
  | { url: string; headers?: Record<string, string> }
  | { path: string }
  | { magnet: string }
  | { blob: string }
  | { text: string };

/** One request of `c.http`. */
export interface RequestOptions {
  method?: string;
  /** Added to the address; an undefined value is left out. */
  query?: Record<string, string | number | boolean | undefined>;
  /** Objects go as JSON, `URLSearchParams` as a form, text, bytes and streams as they are. */
  body?: unknown;
  /** An undefined value is left out. */
  headers?: Record<string, string | undefined>;
  /** How long the answer to a GET may be kept and given again: `30s`, `10m`, `24h`, `7d`. */
  ttl?: string;
  /** Statuses that mean "nothing there": `json` and `text` give undefined instead of throwing. */
  none?: readonly number[];
}

/**
 * Requests of this call: bound to its signal, its connection (base address, headers, pace, token), the server's limiter per
 * remote host, its retries, cache and address guard. Failing answers throw: 401 and 403 `auth`, 404 `not_found`, 429
 * `rate_limited`, everything else, a broken line and an unreadable answer `unavailable`.
 */
export interface Http {
  /** The parsed answer, checked when a schema is given. */
  json<S extends Schema>(path: string, options: RequestOptions & { schema: S }): Promise<Out<S>>;
  json(path: string, options?: RequestOptions): Promise<any>;
  text(path: string, options?: RequestOptions): Promise<string>;
  /** The answer itself, its body unread. */
  request(path: string, options?: RequestOptions): Promise<Response>;
  /** The platform's fetch, guarded and paced, for client libraries that take one. Never throws for a status. */
  fetch: typeof fetch;
}

/** Documents of one collection. Ids are 1 to 200 characters, a document is at most 256 kB of JSON. */
export interface Docs<T> {
  get(id: string): Promise<T | undefined>;
  /** Writes the whole document; throws `invalid_config` when it does not have the collection's shape. */
  put(id: string, doc: T): Promise<void>;
  delete(id: string): Promise<void>;
  query(query?: DocQuery<T>): Promise<{ items: T[]; next?: string }>;
}

/** A query over documents: equal members, one order, one page. */
export interface DocQuery<T> {
  where?: Partial<T>;
  /** A member, with `-` for descending. */
  order?: `${'' | '-'}${keyof T & string}`;
  /** 1 to 500; 100 unless told. */
  limit?: number;
  /** `next` of the page before. */
  cursor?: string;
}

/** Writes into the server's log under the plugin's id. Secrets that the host knows are struck out. */
export interface Log {
  debug(message: string, data?: object): void;
  info(message: string, data?: object): void;
  warn(message: string, data?: object): void;
  error(message: string, data?: object): void;
}

/** Bytes the plugin keeps. */
export interface Blobs {
  /** Stores bytes for this many days (for ever unless told); the reference to put into a {@link Source}. */
  put(body: Bytes | Uint8Array, options?: { type?: string; days?: number }): Promise<{ blob: string }>;
  open(source: Source, range?: { start: number; end?: number }): Promise<Bytes>;
}

/** The one background concept: scheduled, queued, started by a person or by code. */
export interface PluginJobs {
  /** Queues a run. A run with the same key that has not ended is joined. `at`: ISO time of the start. */
  start<I>(
    job: Job<I, any>,
    input: I,
    options?: { key?: string; at?: string },
  ): Promise<{ id: string; joined: boolean }>;
  /** The latest runs first. */
  list(job: Job<any, any>, query?: { state?: JobState; limit?: number }): Promise<JobRun[]>;
  cancel(id: string): Promise<void>;
}

/** Where a run of a job stands. */
export type JobState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

/** One run of a job. */
export interface JobRun {
  id: string;
  state: JobState;
  done: number;
  total?: number;
  note?: string;
  /** ISO. */
  startedAt?: string;
  error?: string;
}

/** A title of the server's catalogue. */
export interface CatalogItem extends MediaData {
  id: string;
}

/** What `catalog.find` looks for; every member narrows. */
export interface CatalogQuery {
  type?: MediaType;
  query?: string;
  ids?: ExternalIds;
  /** 1 to 200; 50 unless told. */
  limit?: number;
}

/** The server's catalogue, as far as plugins may touch it. Fields a person locked stay as they are. */
export interface Catalog {
  /** Adds titles, or completes those it knows by their external ids; the catalogue's ids in order. */
  upsert(items: readonly (MediaData | MediaEntry)[]): Promise<{ ids: string[] }>;
  find(query: CatalogQuery): Promise<CatalogItem[]>;
  /** Offers a picture for a title. */
  artwork(id: string, kind: ArtworkKind, source: Source): Promise<void>;
}

/** One settled answer for each connection: never all or nothing. */
export interface Settled<T> {
  results: { connection: string; value: T }[];
  failures: { connection: string; code: string; message: string }[];
}

/** Who caused this call. */
export interface User {
  id: string;
  name: string;
  admin: boolean;
}

/**
 * What every handler gets as its last argument, made anew for each call. It holds nothing that cannot cross a process.
 *
 * @example
 * ```ts
 * import { route, z } from '@vitascope/sdk';
 * export const hello = route('GET /hello', { output: z.object({ text: z.string() }) }, async (_, c) => {
 *   c.log.info('somebody says hello', { user: c.user?.name });
 *   return { text: `Hello ${c.user?.name ?? 'stranger'}` };
 * });
 * ```
 */
export interface Ctx {
  /** Aborts when the caller leaves, the deadline passes, or the plugin is stopped. */
  readonly signal: AbortSignal;
  /** Follows one request through the log. */
  readonly requestId: string;
  /** BCP 47. */
  readonly locale: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly user?: User;
  progress(done: number, total?: number, note?: string): void;
  /** Maps a list; what throws is left out and reported with its index. */
  each<A, B>(items: readonly A[], map: (item: A, index: number) => B): B[];
  readonly http: Http;
  readonly log: Log;
  /** A folder of the plugin's own; inside a provider, of the connection's own. */
  dir(): Promise<string>;
  data<T>(collection: Collection<T>): Docs<T>;
  readonly blobs: Blobs;
  /** The plugin's options, as a person set them. */
  options<S extends Schema>(schema: S): Promise<Out<S>>;
  readonly jobs: PluginJobs;
  /** Asks every connection of a contract, in order of priority. */
  ask<C extends AnyContract, K extends AskMethod<C>>(
    contract: C,
    method: K,
    input: AskInput<C, K>,
  ): Promise<Settled<AskOutput<C, K>>>;
  readonly catalog: Catalog;
}

/** A {@link Ctx} with the connection: what a provider's methods get. `S` is the settings schema, `Client` what `open` gave. */
export interface Conn<S = any, Client = any> extends Ctx {
  readonly id: string;
  readonly name: string;
  readonly settings: Out<S>;
  readonly client: Client;
  /** Where the remote may call back. */
  readonly webhookUrl: string;
}

/**
 * A {@link Ctx} for jobs: what finished is journaled, so that a restart goes on after the last finished step.
 *
 * @example
 * ```ts
 * import { job, z } from '@vitascope/sdk';
 * export const nightly = job({ name: 'nightly', input: z.object({}), schedule: '0 4 * * *' }, async (_, c) => {
 *   const list = await c.step('list', () => c.http.json('https://films.example/list.json'));
 *   for (const [i, url] of list.entries()) {
 *     await c.step(`film ${i}`, () => c.http.json(url));
 *     c.progress(i + 1, list.length);
 *   }
 * });
 * ```
 */
export interface JobCtx extends Ctx {
  readonly jobId: string;
  /** 1 on the first try. */
  readonly attempt: number;
  /** Runs once for this job, however often the job starts again; the JSON result is kept. Names are unique in a job. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Starts another job of this plugin and waits for it; cancelled with this one. */
  run<I, O>(job: Job<I, O>, input: I): Promise<O>;
  /** Durable: survives a restart. The name is unique in the job. */
  sleep(name: string, milliseconds: number): Promise<void>;
}
