import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { readJson } from '../database/database.ts';
import type { Database, Queries } from '../database/database.ts';
import { AppError, codeOf, errorCodes, notFound } from '../errors.ts';
import type { ErrorCode, FieldError } from '../errors.ts';
import type { EventBus } from '../events/event-bus.ts';
import type { JobDefinition, Jobs, Schedule, StartOptions } from './job.ts';
import { createJobJournal } from './job-journal.ts';
import { coreOwner, createJobRegistry } from './job-registry.ts';
import type { JobRegistry } from './job-registry.ts';
import { isActive, unbox } from './job-rows.ts';
import type { JobRow, StoredError } from './job-rows.ts';
import { createJobSchedules } from './job-schedules.ts';
import type { JobSchedules, ScheduleChange, ScheduleRow } from './job-schedules.ts';
import { createJobStore } from './job-store.ts';
import type { JobStore } from './job-store.ts';
import { createJobWorker } from './job-worker.ts';
import { createLeaseOwner } from './lease-owner.ts';

export interface JobEngineOptions {
  database: Database;
  events: EventBus;
  logger: Logger;
  /** How many jobs run at once; 4 unless told. */
  workers?: number;
  clock?: { now(): number };
  /** Of schedules nobody has given another one; the server's unless told. */
  timeZone?: string;
  /** A job is somebody else's when its engine has not been heard of for so long; 30 s. */
  leaseMs?: number;
  /** How often the engine looks for what other processes brought; 5 s. */
  pollMs?: number;
}

/** Runs jobs that survive the process. Build it, register what there is, `open` it; plugins may come and go while it is open. */
export interface JobEngine extends Jobs {
  readonly registry: JobRegistry;
  readonly schedules: JobSchedules;
  readonly store: JobStore;
  /** `owner`: `core`, or the id of the plugin that brings them. */
  register(definitions: readonly JobDefinition[], owner?: string): void;
  schedule(schedules: readonly Schedule[], owner?: string): Promise<void>;
  /** Stops the owner's running jobs and hands them back; its queued ones wait until it is registered again. */
  unregister(owner: string): Promise<void>;
  /** Takes over what a killed process left and begins to work. */
  open(): Promise<void>;
  /** Hands running jobs back and waits at most `timeoutMs` (10 s) for them to stop. */
  close(timeoutMs?: number): Promise<void>;
  /** One more round of tries for a job that failed or was cancelled. */
  retry(id: string): Promise<JobRow>;
  /** When a schedule runs, from now on. */
  updateSchedule(name: string, change: ScheduleChange): Promise<ScheduleRow>;
  /** Starts a schedule's job now. */
  runSchedule(name: string, accountId?: string): Promise<{ id: string; joined: boolean }>;
}

const graceMs = 10_000;
/** How often `finished` looks for a job that another process may be running. */
const watchMs = 2000;

export function createJobEngine(options: JobEngineOptions): JobEngine {
  const { database, events, logger } = options;
  const now = (): number => options.clock?.now() ?? Date.now();
  const registry = createJobRegistry();
  const store = createJobStore(database, now);
  const pollMs = options.pollMs ?? 5000;

  const changed = (row: JobRow): void =>
    events.emit('job.changed', {
      id: row.id,
      name: row.name,
      state: row.state,
      done: row.done,
      total: row.total,
      note: row.note,
      accountId: row.account_id,
    });

  const prepare = (name: string, input: unknown, start: StartOptions) => {
    const job = registry.find(name);
    if (!job) throw notFound('job', name);
    const { definition, owner } = job;
    const parsed = definition.input.safeParse(input);
    if (!parsed.success) throw invalidInput(name, parsed.error.issues.map(faultOf));
    const key = definition.dedupeKey?.(parsed.data);
    return {
      id: randomUUID() as string,
      name,
      pluginId: owner === coreOwner ? null : owner,
      title: typeof definition.title === 'string' ? definition.title : definition.title(parsed.data),
      input,
      dedupeKey: key === undefined ? null : `${name}:${key}`,
      priority: start.priority ?? definition.priority ?? 0,
      maxAttempts: definition.attempts ?? 1,
      runAt: start.runAt ?? now(),
      accountId: start.accountId ?? null,
      parentId: start.parentId ?? null,
    };
  };

  /** Outside of any transaction: whoever brings the job may take its time. */
  const refuseFaulty = async (name: string, input: unknown): Promise<void> => {
    const definition = registry.find(name)?.definition;
    const parsed = definition?.input.safeParse(input);
    const faults = parsed?.success ? await definition?.check?.(parsed.data) : undefined;
    if (faults?.length) throw invalidInput(name, faults);
  };

  const add = async (
    name: string,
    input: unknown,
    start: StartOptions,
    queries: Queries,
  ): Promise<{ id: string; joined: boolean }> => {
    const job = prepare(name, input, start);
    for (;;) {
      if (await store.insert(job, queries)) return { id: job.id, joined: false };
      // The other one may have ended in between; then this one's turn has come after all.
      const other = await store.findActive(job.dedupeKey!, queries);
      if (other) return { id: other.id, joined: true };
    }
  };

  const announce = async (id: string): Promise<void> => {
    const row = await store.find(id);
    if (row) changed(row);
  };

  const schedules = createJobSchedules({
    database,
    now,
    timeZone: options.timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    isAvailable: (job) => registry.find(job) !== undefined,
    async start(queries, job, input) {
      await add(job, input, {}, queries).catch((error: unknown) => {
        // A schedule whose input is not valid any more moves on, or it would be due for ever.
        if (codeOf(error) !== 'validation_failed') throw error;
        logger.error({ err: error, job }, 'A schedule could not start its job.');
      });
    },
  });

  const worker = createJobWorker({
    registry,
    store,
    journal: createJobJournal(database, now),
    logger,
    now,
    owner: createLeaseOwner(),
    workers: options.workers ?? 4,
    leaseMs: options.leaseMs ?? 30_000,
    pollMs,
    changed,
    fireSchedules: () => schedules.fire(),
  });

  const start: Jobs['start'] = async (name, input, startOptions = {}) => {
    await refuseFaulty(name, input);
    const started = await add(name, input, startOptions, database);
    if (!started.joined) await announce(started.id);
    worker.wake();
    return started;
  };

  return {
    registry,
    schedules,
    store,
    start,
    register(definitions, owner = coreOwner) {
      registry.add(definitions, owner);
      worker.wake();
    },
    async schedule(list, owner = coreOwner) {
      await schedules.register(list, owner === coreOwner ? null : owner);
      worker.wake();
    },
    async unregister(owner) {
      registry.removeOwner(owner);
      await worker.release(owner, graceMs);
    },
    open: () => worker.open(),
    close: (timeoutMs = graceMs) => worker.close(timeoutMs),
    async cancel(id) {
      const row = (await store.cancel(id)) ?? (await store.find(id));
      if (!row) throw notFound('job', id);
      worker.cancel(id);
      changed(row);
    },
    async retry(id) {
      const known = await store.find(id);
      if (!known) throw notFound('job', id);
      const row = await store.again(id, registry.find(known.name)?.definition.attempts ?? 1);
      if (!row)
        throw new AppError(
          'conflict',
          `The job "${known.title}" is ${known.state}; only a failed or cancelled one can be tried again.`,
        );
      changed(row);
      worker.wake();
      return row;
    },
    async updateSchedule(name, change) {
      const row = await schedules.update(name, change);
      worker.wake();
      return row;
    },
    async runSchedule(name, accountId) {
      const row = await schedules.find(name);
      const started = await start(row.job_name, readJson<unknown>(row.input, undefined), { accountId });
      await schedules.markRun(name);
      return started;
    },
    finished: (id, signal) => watch({ id, signal, events, store }),
  };
}

interface Watch {
  id: string;
  signal: AbortSignal | undefined;
  events: EventBus;
  store: JobStore;
}

/** Waits for the end of a job, wherever it runs. */
async function watch({ id, signal, events, store }: Watch): Promise<unknown> {
  for (;;) {
    signal?.throwIfAborted();
    const news = createNews(id, events, signal);
    try {
      const row = await store.find(id);
      if (!row) throw notFound('job', id);
      if (!isActive(row.state)) return outcomeOf(row);
      await news.arrived;
    } finally {
      news.stop();
    }
  }
}

/** Resolves when the job changed, when it is time to look again, or when nobody waits any more. */
function createNews(id: string, events: EventBus, signal: AbortSignal | undefined) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  const timer = setTimeout(done, watchMs);
  const unlisten = events.on('job.changed', (job) => {
    if (job.id === id && !isActive(job.state)) done();
  });
  signal?.addEventListener('abort', done, { once: true });
  return {
    arrived: promise,
    stop() {
      clearTimeout(timer);
      unlisten();
      signal?.removeEventListener('abort', done);
    },
  };
}

function outcomeOf(row: JobRow): unknown {
  if (row.state === 'succeeded') return unbox(row.result);
  if (row.state === 'cancelled') throw new AppError('cancelled', `The job "${row.title}" was cancelled.`);
  const error = readJson<StoredError>(row.error, { code: 'internal', message: 'The job failed.' });
  const code: ErrorCode = error.code in errorCodes ? (error.code as ErrorCode) : 'internal';
  throw new AppError(code, error.message, { ...(error.fix && { fix: error.fix }), details: { jobId: row.id } });
}

const faultOf = ({ path, message }: { path: PropertyKey[]; message: string }): FieldError => ({
  path: path.map(String).join('.'),
  message,
});

function invalidInput(name: string, faults: readonly FieldError[]): AppError {
  const errors = faults.map(({ path, message }) => ({ path: ['input', path].filter(Boolean).join('.'), message }));
  return new AppError(
    'validation_failed',
    `The input of the job ${name} is not valid: ${errors.map((e) => `${e.path}: ${e.message}`).join('; ')}`,
    {
      errors,
    },
  );
}
