import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { AppError, codeOf } from '../errors.ts';
import { readJson } from '../database/database.ts';
import type { JobContext, JobDefinition, JobLog } from './job.ts';
import type { JobJournal } from './job-journal.ts';
import type { JobEventLine, JobRow } from './job-rows.ts';
import type { JobStore } from './job-store.ts';

/** Why a run was told to stop. */
export type StopReason = 'cancelled' | 'stopping' | 'lost' | 'paused';

export interface JobRunParts {
  row: JobRow;
  definition: JobDefinition;
  owner: string;
  store: JobStore;
  journal: JobJournal;
  logger: Logger;
  now(): number;
  /** Called whenever there is new progress in the database. */
  changed(row: JobRow): void;
}

/** One try of one job. */
export interface JobRun {
  readonly row: JobRow;
  readonly stopped: StopReason | undefined;
  stop(reason: StopReason): void;
  /** Runs the job's function to its end, however it ends, and writes the last progress and log lines. */
  execute(): Promise<{ result: unknown } | { error: unknown }>;
}

const progressEveryMs = 250;
const mostLogLines = 2000;

/** A cancelled job stays cancelled when the server stops as well; a job that is paused or lost is nobody's to end here. */
const weight: Record<StopReason, number> = { stopping: 0, cancelled: 1, paused: 2, lost: 3 };

const reasons: Record<StopReason, () => AppError> = {
  cancelled: () => new AppError('cancelled', 'The job was cancelled.'),
  stopping: () => new AppError('unavailable', 'The server or the plugin of the job stops; the job goes on later.'),
  lost: () => new AppError('unavailable', 'Another server took the job over.'),
  paused: () => new AppError('unavailable', 'The job pauses; this is no error and must not be caught.'),
};

export function createJobRun(parts: JobRunParts): JobRun {
  const { row, definition, owner, journal, logger, now } = parts;
  const controller = new AbortController();
  let stopped: StopReason | undefined;
  const notes = createNotes(parts);

  const stop = (reason: StopReason): void => {
    if (!stopped || weight[reason] > weight[stopped]) stopped = reason;
    controller.abort(reasons[reason]());
  };

  const loseIt = (): never => {
    stop('lost');
    throw reasons.lost();
  };

  const createContext = (steps: Map<string, unknown>): JobContext => {
    const used = new Set<string>();
    const claimName = (name: string): void => {
      controller.signal.throwIfAborted();
      if (used.has(name)) throw new Error(`The job ${row.name} uses the step name "${name}" twice.`);
      used.add(name);
    };
    return {
      jobId: row.id,
      attempt: row.attempt,
      accountId: row.account_id ?? undefined,
      signal: controller.signal,
      log: notes.log,
      async step<T>(name: string, work: () => Promise<T>): Promise<T> {
        claimName(name);
        if (steps.has(name)) return steps.get(name) as T;
        // What comes back is what a later run will read from the journal, so that nothing works only the first time.
        const result = asJson(await work()) as T;
        const kept = await untilAvailable(() => journal.addStep(row.id, owner, { name, result }), controller.signal);
        if (!kept) return loseIt();
        notes.gotOn();
        return result;
      },
      progress: notes.progress,
      async sleep(name, milliseconds) {
        claimName(`sleep:${name}`);
        const known = steps.get(`sleep:${name}`) as number | undefined;
        if (known !== undefined && known <= now()) return;
        if (known !== undefined) await delay(known - now(), undefined, { signal: controller.signal });
        if (known !== undefined) return;
        await notes.flush();
        if (!(await journal.pause(row.id, owner, { name: `sleep:${name}`, until: now() + milliseconds }))) loseIt();
        stop('paused');
        throw reasons.paused();
      },
    };
  };

  return {
    row,
    get stopped() {
      return stopped;
    },
    stop,
    async execute() {
      try {
        const input = definition.input.parse(readJson<unknown>(row.input, undefined));
        const context = createContext(await journal.steps(row.id));
        controller.signal.throwIfAborted();
        return { result: asJson(await definition.run(input, context)) };
      } catch (error) {
        if (!stopped)
          notes.log.error((error as Error).message ?? String(error), {
            code: codeOf(error),
            stack: (error as Error).stack,
          });
        return { error };
      } finally {
        await notes
          .end()
          .catch((error: Error) =>
            logger.warn({ err: error, job: row.id }, 'The last log lines of a job were not stored.'),
          );
      }
    },
  };
}

const asJson = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value) ?? 'null');

/** A database that is away for a while must not make a finished step run again: the write waits for it. */
async function untilAvailable<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (let pause = 100; ; pause = Math.min(pause * 2, 5000)) {
    try {
      return await write();
    } catch (error) {
      if (codeOf(error) !== 'database_unavailable' || signal.aborted) throw error;
    }
    await delay(pause, undefined, { signal });
  }
}

interface Notes {
  log: JobLog;
  progress: JobContext['progress'];
  /** A step was finished: earlier crashes do not count against the job any more. */
  gotOn(): void;
  flush(): Promise<void>;
  end(): Promise<void>;
}

/** Gathers progress and log lines and writes them at most four times a second. */
function createNotes({ row, owner, store, journal, logger, now, changed }: JobRunParts): Notes {
  const jobLogger = logger.child({ job: row.id, jobName: row.name });
  let lines: JobEventLine[] = [];
  let written = 0;
  let dirty = false;
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  const write = async (): Promise<void> => {
    const [batch, moved] = [lines, dirty];
    lines = [];
    dirty = false;
    if (batch.length > 0) await journal.addEvents(row.id, batch);
    if (!moved) return;
    const mine = await store.saveProgress(row.id, owner, {
      done: row.done,
      total: row.total ?? undefined,
      note: row.note,
    });
    if (mine > 0) changed(row);
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    return (writing = writing.catch(() => undefined).then(write));
  };
  const soon = (): void => {
    timer ??= setTimeout(() => {
      flush().catch((error: Error) => jobLogger.warn({ err: error }, 'The progress of a job was not stored.'));
    }, progressEveryMs);
  };
  const add = (level: JobEventLine['level'], message: string, data?: object): void => {
    jobLogger[level](data ?? {}, message);
    written += 1;
    if (written > mostLogLines && level === 'info') return;
    if (written === mostLogLines)
      lines.push({ at: now(), level: 'warn', message: 'Further lines of this job are only in the log of the server.' });
    lines.push({ at: now(), level, message, data });
    soon();
  };

  return {
    log: {
      info: (message, data) => add('info', message, data),
      warn: (message, data) => add('warn', message, data),
      error: (message, data) => add('error', message, data),
    },
    progress(done, total, note) {
      row.done = done;
      row.total = total ?? null;
      row.note = note ?? row.note;
      dirty = true;
      soon();
    },
    gotOn() {
      if (row.recoveries === 0) return;
      row.recoveries = 0;
      dirty = true;
      soon();
    },
    flush,
    end: flush,
  };
}
