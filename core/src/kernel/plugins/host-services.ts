import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest, Source } from '@vitascope/sdk';
import type { HostListeners, HostServices } from '@vitascope/sdk/runtime';
import { AppError } from '../errors.ts';
import { readJson, type Database } from '../database/database.ts';
import type { Jobs } from '../jobs/job.ts';
import type { Logger } from '../log/logger.ts';
import type { PluginBlobs } from './blobs.ts';
import type { Connections } from './connections.service.ts';
import type { ContractRegistry } from './contract-registry.ts';
import { PluginDocuments } from './documents.ts';
import type { HostScope } from './host-scope.ts';
import type { RemoteHttp, Sender } from './http/remote-http.ts';
import type { CatalogPort } from './ports.ts';

export interface HostServiceParts {
  manifest: Manifest;
  database: Database;
  http: RemoteHttp;
  jobs: Pick<Jobs, 'start' | 'cancel' | 'finished'>;
  connections: Connections;
  contracts: ContractRegistry;
  blobs: PluginBlobs;
  /** The plugin's own folder. */
  dataFolder: string;
  logger: Logger;
  /** Absent where the server has no catalogue. */
  catalog?: CatalogPort;
}

/** The name of a plugin's job in the engine. */
export const jobName = (pluginId: string, job: string): string => `plugin:${pluginId}:${job}`;

/** What one plugin can ask of the server: the only doors out of it. */
export function createHostServices(parts: HostServiceParts): HostServices<HostScope> {
  const { manifest, database, blobs, connections } = parts;
  const collections = new Map((manifest.contributes.data ?? []).map(({ name, index }) => [name, index] as const));
  const documents = new PluginDocuments(database, manifest.id, collections);
  const catalog = (): CatalogPort => {
    if (!parts.catalog) throw new AppError('unsupported', 'This server has no catalogue.');
    return parts.catalog;
  };
  const origin = { plugin: manifest.id };
  return {
    http: (request, scope, signal) => parts.http.send(request, senderOf(manifest, scope), signal),
    token: async (_, scope) => connections.token(connectionOf(scope)),
    renewToken: ({ stale }, scope) => connections.renewToken(connectionOf(scope), stale),
    'data.get': ({ collection, id }) => documents.get(collection, id),
    'data.put': ({ collection, id, doc }) => documents.put(collection, id, doc),
    'data.delete': ({ collection, id }) => documents.delete(collection, id),
    'data.query': (query) => documents.query(query),
    'blobs.put': ({ body, days }) => blobs.put(body, days),
    'blobs.open': ({ source, range }, scope, signal) => openSource({ source, range, scope, signal, parts }),
    dir: async (_, scope) => {
      const below = scope.connection ? ['connections', scope.connection.id.replaceAll(':', '-')] : ['files'];
      const folder = join(parts.dataFolder, ...below);
      await mkdir(folder, { recursive: true });
      return folder;
    },
    ...jobServices(parts),
    async ask({ contract: id, method, input }, scope, signal) {
      const contract = parts.contracts.findContract(id);
      if (!contract) throw new AppError('unsupported', `This server does not know ${id}.`);
      const { results, failures } = await connections.ask(contract, method as never, input as never, { scope, signal });
      return {
        results: results.map(({ connection, value }) => ({ connection, value })),
        failures: failures.map(({ connection, code, message }) => ({ connection, code, message })),
      };
    },
    'catalog.upsert': ({ items }) => catalog().upsert(items, origin),
    'catalog.find': ({ query }) => catalog().find(query),
    'catalog.artwork': ({ id, kind, source }) => catalog().offerArtwork(id, { kind, source }, origin),
  };
}

type JobServices = Pick<
  HostServices<HostScope>,
  'jobs.start' | 'jobs.list' | 'jobs.cancel' | 'jobs.run' | 'step.begin' | 'step.end' | 'sleep'
>;

function jobServices({ manifest, database, jobs }: HostServiceParts): JobServices {
  const own = (job: string): string => {
    if (manifest.contributes.jobs?.some(({ name }) => name === job)) return jobName(manifest.id, job);
    throw new AppError('not_found', `The plugin has no job "${job}"; list it under jobs.`);
  };
  return {
    async 'jobs.start'({ name, input, key, at }, scope) {
      const envelope = { input: input ?? {}, ...(key !== undefined && { key }) };
      return jobs.start(own(name), envelope, { accountId: scope.accountId, ...(at && { runAt: Date.parse(at) }) });
    },
    async 'jobs.list'({ name, state, limit = 50 }) {
      const size = Math.min(Math.max(1, Math.trunc(limit)), 200);
      const sql = `select * from jobs where name = ? ${state ? 'and state = ?' : ''} order by created_at desc, id limit ?`;
      const rows = await database.all<JobRow>(sql, [own(name), ...(state ? [state] : []), size]);
      return rows.map(runOf);
    },
    async 'jobs.cancel'({ id }) {
      const row = await database.first<{ plugin_id: string | null }>('select plugin_id from jobs where id = ?', [id]);
      if (row?.plugin_id !== manifest.id) throw new AppError('not_found', `The plugin has no job run ${id}.`);
      await jobs.cancel(id);
    },
    async 'jobs.run'({ name, input }, scope, signal) {
      const run = runIn(scope);
      const known = await run.context.step(run.nextChild(name), () =>
        jobs.start(own(name), { input: input ?? {} }, { accountId: scope.accountId, parentId: run.context.jobId }),
      );
      try {
        return await jobs.finished(known.id, signal);
      } catch (error) {
        if (run.context.signal.aborted) await jobs.cancel(known.id);
        throw error;
      }
    },
    'step.begin': ({ name }, scope) => runIn(scope).beginStep(name),
    'step.end': ({ name, ...result }, scope) => runIn(scope).endStep(name, result),
    sleep: ({ name, milliseconds }, scope) => runIn(scope).sleep(name, milliseconds),
  };
}

interface JobRow {
  id: string;
  state: 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';
  done: number;
  total: number | null;
  note: string;
  started_at: number | null;
  error: unknown;
}

const runOf = (row: JobRow) => ({
  id: row.id,
  state: row.state,
  done: Number(row.done),
  ...(row.total !== null && { total: Number(row.total) }),
  ...(row.note && { note: row.note }),
  ...(row.started_at !== null && { startedAt: new Date(Number(row.started_at)).toISOString() }),
  ...(row.error !== null && { error: readJson<{ message?: string }>(row.error, {}).message ?? 'It failed.' }),
});

function runIn(scope: HostScope) {
  if (!scope.job) throw new AppError('unsupported', 'Steps, pauses and child jobs exist in jobs only.');
  return scope.job;
}

function connectionOf(scope: HostScope): string {
  if (!scope.connection) throw new AppError('unsupported', 'Only connections have tokens.');
  return scope.connection.id;
}

const senderOf = (manifest: Manifest, scope: HostScope): Sender => ({
  pluginId: manifest.id,
  ...(scope.connection && { connectionId: scope.connection.id }),
  rules: { named: scope.reach.named, declared: manifest.permissions?.network },
  secrets: scope.reach.secrets,
  requestId: scope.requestId,
});

async function openSource(o: {
  source: Source;
  range?: { start: number; end?: number };
  scope: HostScope;
  signal: AbortSignal;
  parts: HostServiceParts;
}): Promise<ReadableStream<Uint8Array>> {
  const { source, range, parts } = o;
  if (!('url' in source)) return parts.blobs.open(source, range);
  const headers = { ...source.headers, ...(range && { range: `bytes=${range.start}-${range.end ?? ''}` }) };
  const answer = await parts.http.send(
    { url: source.url, method: 'GET', headers },
    senderOf(parts.manifest, o.scope),
    o.signal,
  );
  if (answer.status < 300 && answer.body) return answer.body;
  await answer.body?.cancel();
  throw new AppError(answer.status === 404 ? 'not_found' : 'unavailable', `The source answered ${answer.status}.`);
}

/** What plugins say without waiting for an answer. */
export function createHostListeners(manifest: Manifest, logger: Logger): HostListeners<HostScope> {
  const own = logger.child({ plugin: manifest.id });
  const about = (scope: HostScope) => ({
    ...(scope.requestId && { request_id: scope.requestId }),
    ...(scope.connection && { connection: scope.connection.id }),
  });
  return {
    log({ level, message, data }, scope) {
      own[level]({ ...about(scope), ...(data !== undefined && { data }) }, message);
      if (scope.job && level !== 'debug') scope.job.context.log[level](message, data as object | undefined);
    },
    progress: ({ done, total, note }, scope) => scope.job?.context.progress(done, total, note),
    skipped({ index, message }, scope) {
      own.warn({ ...about(scope), index }, `Left out an entry: ${message}`);
      scope.job?.context.log.warn(`Left out entry ${index}: ${message}`);
    },
    unheard: ({ message }) => own.debug(`An ended stream still threw: ${message}`),
  };
}
