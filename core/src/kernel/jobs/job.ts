import type { z } from 'zod';
import type { FieldError } from '../errors.ts';

export type JobState = 'queued' | 'running' | 'waiting' | 'succeeded' | 'failed' | 'cancelled';

/** What a job's function works with. Finished steps are journaled: after a crash or a retry they answer from the journal. */
export interface JobContext {
  readonly jobId: string;
  readonly attempt: number;
  readonly accountId: string | undefined;
  /** Aborts on cancel, on shutdown (the job is handed back and goes on after the restart) and when the lease is lost. */
  readonly signal: AbortSignal;
  readonly log: JobLog;
  /** Runs `work` once for this job, however often the job is started again; its JSON result is kept. Names are unique in a job. */
  step<T>(name: string, work: () => Promise<T>): Promise<T>;
  /** Progress for people; written at most a few times a second. */
  progress(done: number, total?: number, note?: string): void;
  /** Durable: the job leaves the process and comes back after `milliseconds`. */
  sleep(name: string, milliseconds: number): Promise<void>;
}

export interface JobLog {
  info(message: string, data?: object): void;
  warn(message: string, data?: object): void;
  error(message: string, data?: object): void;
}

export interface JobDefinition<Input extends z.ZodType = z.ZodType, Result = unknown> {
  /** `library.scan` */
  name: string;
  /** For people: `Scan a library`. A function may name the input. */
  title: string | ((input: z.output<Input>) => string);
  input: Input;
  /** Tries in all; 1 unless told; one that ends with `storage_full` does not count and is repeated until there is room. Waits 2^n × `backoffMs` (5 s) between them, at most an hour. */
  attempts?: number;
  backoffMs?: number;
  /** Jobs with the same key are one: a second request joins the one that is queued or running. */
  dedupeKey?(input: z.output<Input>): string;
  /** Higher runs first; 0 unless told. */
  priority?: number;
  /** How many of this name run at once in this server; no limit unless told (the worker's own limit holds). */
  concurrency?: number;
  /**
   * What is wrong with an input of the right shape, for jobs whose input somebody else knows better. Asked before a job that
   * a caller starts is written, not when a schedule is due; paths are those within the input.
   */
  check?(input: z.output<Input>): Promise<readonly FieldError[]>;
  run(input: z.output<Input>, context: JobContext): Promise<Result>;
}

export const defineJob = <Input extends z.ZodType, Result>(definition: JobDefinition<Input, Result>): JobDefinition =>
  definition as unknown as JobDefinition;

/** A default schedule; an administrator may change its cron or switch it off. */
export interface Schedule {
  name: string;
  job: string;
  title: string;
  /** Five-field cron, or undefined for off until somebody sets one. */
  cron?: string;
  input: unknown;
}

export interface StartOptions {
  accountId?: string;
  priority?: number;
  runAt?: number;
  parentId?: string;
}

/** The job service as domains see it. */
export interface Jobs {
  /** Validates the input, writes the job, wakes the worker. `joined`: an equal job was there already. */
  start(name: string, input: unknown, options?: StartOptions): Promise<{ id: string; joined: boolean }>;
  cancel(id: string): Promise<void>;
  /** Resolves when the job has ended; rejects with its error when it failed. */
  finished(id: string, signal?: AbortSignal): Promise<unknown>;
}
