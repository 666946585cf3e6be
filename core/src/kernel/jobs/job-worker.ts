import type { Logger } from 'pino';
import { codeOf } from '../errors.ts';
import type { AppError } from '../errors.ts';
import type { JobJournal } from './job-journal.ts';
import type { JobRegistry, RegisteredJob } from './job-registry.ts';
import type { JobRow, StoredError } from './job-rows.ts';
import { createJobRun } from './job-run.ts';
import type { JobRun } from './job-run.ts';
import type { JobStore } from './job-store.ts';
import { isGone } from './lease-owner.ts';

export interface JobWorkerParts {
  registry: JobRegistry;
  store: JobStore;
  journal: JobJournal;
  logger: Logger;
  now(): number;
  owner: string;
  /** How many jobs run at once. */
  workers: number;
  leaseMs: number;
  /** How often it looks for what other processes brought, when nothing else wakes it. */
  pollMs: number;
  changed(row: JobRow): void;
  /** Starts the jobs of schedules that are due; when the next one is. */
  fireSchedules(): Promise<number | undefined>;
}

/** Takes jobs from the queue and runs them. */
export interface JobWorker {
  open(): Promise<void>;
  /** Looks for work at once. */
  wake(): void;
  /** Tells a job that runs here to stop. */
  cancel(id: string): void;
  /** Stops the jobs of an owner, hands them back and waits until they have ended. */
  release(owner: string, timeoutMs: number): Promise<void>;
  close(timeoutMs: number): Promise<void>;
}

interface Running extends RegisteredJob {
  run: JobRun;
  ended: Promise<void>;
}

const longestBackoffMs = 3_600_000;
/** Troubles of the database that are over some day. Any other means that the result itself cannot be stored. */
const passes = new Set<string>(['database_unavailable', 'storage_full']);
/** A job that the database left in the lurch is tried again so much later. */
const afterOutageMs = 5000;
/** One that found a full disk looks again after as long as it has been at it, within these limits. */
const fullDiskPauseMs = { least: 5000, most: 60_000 };

export function createJobWorker(parts: JobWorkerParts): JobWorker {
  const { registry, store, journal, logger, now, owner, workers, changed } = parts;
  const running = new Map<string, Running>();
  const state = { open: false, lookAgain: false };
  let looking: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let heartbeat: NodeJS.Timeout | undefined;
  let beating: Promise<void> = Promise.resolve();
  let outage = false;
  let nextRecovery = 0;

  const countByName = (): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const { definition } of running.values()) counts.set(definition.name, (counts.get(definition.name) ?? 0) + 1);
    return counts;
  };

  /** Takes up what is due, as far as there is room; when to look again. */
  const takeUp = async (): Promise<number | undefined> => {
    const nextSchedule = await parts.fireSchedules();
    while (state.open && running.size < workers) {
      const names = registry.free(countByName());
      const due = await store.due(names);
      if (due.paused) await store.wakeSleepers();
      const row = due.queued || due.paused ? await store.claim(names, owner, now() + parts.leaseMs) : undefined;
      if (!row) break;
      const job = registry.find(row.name);
      // Its plugin was switched off in this very moment.
      if (!job) await store.handBack(row.id, owner, now());
      else launch(row, job);
    }
    const nextJob = running.size < workers ? await store.nextRunAt(registry.free(countByName())) : undefined;
    return nextJob === undefined || (nextSchedule !== undefined && nextSchedule < nextJob) ? nextSchedule : nextJob;
  };

  const look = async (): Promise<void> => {
    clearTimeout(timer);
    let next: number | undefined;
    try {
      do {
        state.lookAgain = false;
        await recoverLost();
        next = await takeUp();
      } while (state.lookAgain && state.open);
      if (outage) logger.info('The job engine reaches the database again.');
      outage = false;
    } catch (error) {
      if (!outage) logger.warn({ err: error }, 'The job engine cannot reach the database; it goes on trying.');
      outage = true;
    }
    if (!state.open) return;
    const pause = next === undefined || outage ? parts.pollMs : Math.min(Math.max(next - now(), 1), parts.pollMs);
    clearTimeout(timer);
    timer = setTimeout(wake, pause);
  };

  const wake = (): void => {
    if (!state.open) return;
    state.lookAgain = true;
    looking ??= look().finally(() => {
      looking = undefined;
      if (state.lookAgain) wake();
    });
  };

  /** Jobs of engines that are gone go back into the queue: at once where the process is known to be dead, else when its lease is over. */
  const recoverLost = async (): Promise<void> => {
    if (now() < nextRecovery) return;
    nextRecovery = now() + parts.pollMs;
    for (const { owner: other, until } of await store.owners()) {
      if (other === owner || (until > now() && !isGone(other))) continue;
      const rows = await store.recover(other);
      for (const row of rows) changed(row);
      if (rows.length > 0)
        logger.info({ jobs: rows.length }, 'Jobs that a stopped server left behind were taken over.');
    }
  };

  const launch = (row: JobRow, job: RegisteredJob): void => {
    const run = createJobRun({ row, definition: job.definition, owner, store, journal, logger, now, changed });
    if (row.cancel_requested) run.stop('cancelled');
    changed(row);
    const ended = settle(run, job).finally(() => {
      running.delete(row.id);
      wake();
    });
    running.set(row.id, { ...job, run, ended });
  };

  /** Runs it and writes how it ended; waits for a database that is away. */
  const settle = async (run: JobRun, { definition }: RegisteredJob): Promise<void> => {
    let outcome = await run.execute();
    for (let tries = 1; ; tries += 1) {
      try {
        const row = await writeEnd(run, definition.backoffMs ?? 5000, outcome);
        if (row) changed(row);
        return;
      } catch (error) {
        logger.warn({ err: error, job: run.row.id }, 'The end of a job was not stored.');
        // Unwritten, the job is taken up again after the restart, and repeats no finished step.
        if (!state.open && tries > 3) return;
        if (!passes.has(codeOf(error))) outcome = { error };
      }
      await new Promise((resolve) => setTimeout(resolve, Math.min(250 * 2 ** tries, 5000)));
    }
  };

  const writeEnd = (
    run: JobRun,
    backoffMs: number,
    outcome: { result: unknown } | { error: unknown },
  ): Promise<JobRow | undefined> => {
    const { id, attempt, max_attempts: maxAttempts } = run.row;
    if (run.stopped === 'paused' || run.stopped === 'lost') return store.find(id);
    if (run.stopped === 'cancelled') return store.finish(id, owner, { state: 'cancelled' });
    if ('result' in outcome) return store.finish(id, owner, { state: 'succeeded', result: outcome.result });
    if (run.stopped === 'stopping') return store.handBack(id, owner, now());
    if (codeOf(outcome.error) === 'database_unavailable') return store.handBack(id, owner, now() + afterOutageMs);
    const error = describe(outcome.error);
    // No fault of the job, and over as soon as somebody makes room.
    if (error.code === 'storage_full') {
      const { least, most } = fullDiskPauseMs;
      const pause = Math.min(Math.max(now() - (run.row.started_at ?? now()), least), most);
      return store.handBack(id, owner, now() + pause, error);
    }
    if (attempt >= maxAttempts) return store.finish(id, owner, { state: 'failed', error });
    const pause = Math.min(backoffMs * 2 ** (attempt - 1), longestBackoffMs);
    return store.retryLater(id, owner, { runAt: now() + pause, error });
  };

  /** Keeps the leases, and hears of jobs that were cancelled or taken over elsewhere. */
  const beat = async (): Promise<void> => {
    if (running.size === 0) return;
    const before = [...running.values()].filter(({ run }) => !run.stopped);
    const kept = new Map((await store.renew(owner, now() + parts.leaseMs)).map((row) => [row.id, row]));
    for (const { run } of before) {
      const row = kept.get(run.row.id);
      if (!row && running.get(run.row.id)?.run === run) run.stop('lost');
      else if (row?.cancel_requested) run.stop('cancelled');
    }
  };

  const stopAll = async (chosen: readonly Running[], timeoutMs: number): Promise<void> => {
    for (const { run } of chosen) run.stop('stopping');
    let timeout: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timeout = setTimeout(resolve, timeoutMs)));
    await Promise.race([Promise.all(chosen.map(({ ended }) => ended)), late]);
    clearTimeout(timeout);
    for (const { run } of chosen) {
      if (!running.has(run.row.id) || running.get(run.row.id)?.run !== run) continue;
      logger.warn(
        { job: run.row.id, jobName: run.row.name },
        'A job did not stop when it was told to; it is handed back all the same.',
      );
      run.stop('lost');
      await store.handBack(run.row.id, owner, now()).then(
        (row) => row && changed(row),
        (error: Error) =>
          logger.warn(
            { err: error, job: run.row.id },
            'It could not be handed back; it is taken up after the restart.',
          ),
      );
    }
  };

  return {
    async open() {
      state.open = true;
      heartbeat = setInterval(
        () => {
          beating = beat().catch((error: Error) =>
            logger.warn({ err: error }, 'The leases of running jobs were not renewed.'),
          );
        },
        Math.min(parts.leaseMs / 3, parts.pollMs),
      );
      wake();
      await looking;
    },
    wake,
    cancel: (id) => running.get(id)?.run.stop('cancelled'),
    release: (jobOwner, timeoutMs) =>
      stopAll(
        [...running.values()].filter((job) => job.owner === jobOwner),
        timeoutMs,
      ),
    async close(timeoutMs) {
      state.open = false;
      clearTimeout(timer);
      await looking;
      await stopAll([...running.values()], timeoutMs);
      clearInterval(heartbeat);
      await beating;
    },
  };
}

function describe(error: unknown): StoredError {
  const { message, fix } = error as Partial<AppError>;
  return { code: codeOf(error), message: (message ?? String(error)).replaceAll('\0', ''), ...(fix && { fix }) };
}
