import type { Contributions } from '../manifest.ts';
import type { Fault } from '../schema.ts';
import type { CatalogItem, CatalogQuery, JobRun, Settled, Source, User } from '../context.ts';
import type { ArtworkKind, MediaData } from '../media.ts';
import type { HookVerb } from '../hooks.ts';

/** What travels with every call into a plugin. `token` names the call in everything the plugin asks of the host meanwhile. */
export interface CallHeader {
  token: string;
  requestId: string;
  locale: string;
  timeZone: string;
  user?: User;
}

/** A connection as a provider sees it. */
export interface WireConnection {
  id: string;
  name: string;
  kind: string;
  settings: Record<string, unknown>;
  webhookUrl: string;
}

/** What the host asks of a plugin. */
export interface PluginCalls {
  describe: [Record<string, never>, Contributions];
  /** Answered at once, unless the plugin keeps its process from answering anything. */
  ping: [Record<string, never>, void];
  /** Checks and keeps the options. */
  configure: [{ options: Record<string, unknown> }, { faults: Fault[] }];
  /** Checks settings of a kind. */
  validate: [{ contract: string; kind: string; settings: Record<string, unknown> }, { faults: Fault[] }];
  connection: [
    { call: CallHeader; contract: string; connection: WireConnection; method: string; input: unknown },
    unknown,
  ];
  closeConnection: [{ id: string }, void];
  /** Closes everything that lives between calls: the plugin is about to be forgotten. */
  close: [Record<string, never>, void];
  route: [{ call: CallHeader; verb: string; input: unknown }, unknown];
  tap: [{ call: CallHeader; verb: HookVerb; name: string; input: unknown }, unknown];
  /** Checks the input of a job that is about to be queued. */
  checkJob: [{ name: string; input: unknown }, { faults: Fault[] }];
  job: [{ call: CallHeader; name: string; input: unknown; jobId: string; attempt: number }, unknown];
}

/** A request of `c.http`, ready to send. */
export interface HttpRequest {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string | Uint8Array | ReadableStream<Uint8Array>;
  /** Milliseconds the answer may be kept. */
  ttlMs?: number;
  /** Milliseconds between requests, and requests per window. */
  pace?: { requests: number; perMs: number };
}

/** What came back. */
export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  body?: ReadableStream<Uint8Array>;
}

/** A query of documents as it crosses. */
export interface WireDocQuery {
  collection: string;
  where?: Record<string, unknown>;
  order?: string;
  limit?: number;
  cursor?: string;
}

/** What a plugin asks of the host; each with the token of the call it serves. */
export interface HostCalls {
  http: [HttpRequest, HttpAnswer];
  token: [Record<string, never>, string | undefined];
  /** Renews the tokens unless somebody did since `stale` was given out. */
  renewToken: [{ stale: string }, void];
  'data.get': [{ collection: string; id: string }, unknown];
  'data.put': [{ collection: string; id: string; doc: unknown }, void];
  'data.delete': [{ collection: string; id: string }, void];
  'data.query': [WireDocQuery, { items: unknown[]; next?: string }];
  'blobs.put': [{ body: ReadableStream<Uint8Array> | Uint8Array; type?: string; days?: number }, { blob: string }];
  'blobs.open': [{ source: Source; range?: { start: number; end?: number } }, ReadableStream<Uint8Array>];
  dir: [Record<string, never>, string];
  'jobs.start': [{ name: string; input: unknown; key?: string; at?: string }, { id: string; joined: boolean }];
  'jobs.list': [{ name: string; state?: string; limit?: number }, JobRun[]];
  'jobs.cancel': [{ id: string }, void];
  'jobs.run': [{ name: string; input: unknown }, unknown];
  /** Begins a step: its kept result, or leave to do it now. */
  'step.begin': [{ name: string }, { done: boolean; value?: unknown }];
  'step.end': [{ name: string; value?: unknown; failed?: boolean }, void];
  sleep: [{ name: string; milliseconds: number }, void];
  ask: [{ contract: string; method: string; input: unknown }, Settled<unknown>];
  'catalog.upsert': [{ items: readonly MediaData[] }, { ids: string[] }];
  'catalog.find': [{ query: CatalogQuery }, CatalogItem[]];
  'catalog.artwork': [{ id: string; kind: ArtworkKind; source: Source }, void];
}

/** What a plugin tells the host without waiting. */
export interface HostNotes {
  log: { level: 'debug' | 'info' | 'warn' | 'error'; message: string; data?: unknown };
  progress: { done: number; total?: number; note?: string };
  skipped: { index: number; message: string };
  unheard: { code: string; message: string };
}

/** A name of {@link HostCalls}. */
export type HostCallName = keyof HostCalls;
/** A name of {@link HostNotes}. */
export type HostNoteName = keyof HostNotes;
