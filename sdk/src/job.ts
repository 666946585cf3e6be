import type { JobCtx } from './context.ts';
import type { Out, Schema } from './schema.ts';

/** A job as data; made with {@link job}. */
export interface Job<I = any, O = any> {
  readonly $: 'job';
  readonly name: string;
  readonly title?: string;
  readonly input: Schema<any, I>;
  readonly schedule?: string;
  readonly retries?: number;
  run(input: I, c: JobCtx): Promise<O>;
}

/** What a job says about itself. */
export interface JobOptions<I extends Schema> {
  /** Unique in the plugin: lower-case letters, digits and hyphens. */
  name: string;
  /** For people. */
  title?: string;
  /** Checked when somebody starts the job, and again when it runs. */
  input: I;
  /** Five-field cron in the server's time zone; an administrator may change it. The input is then `{}`. */
  schedule?: string;
  /** Tries after the first; 0 unless told. */
  retries?: number;
}

/**
 * Background work that survives a restart; see {@link JobCtx} for steps.
 *
 * @example
 * ```ts
 * import { job, z } from '@vitascope/sdk';
 * export const tidy = job({ name: 'tidy', title: 'Tidy up', input: z.object({ days: z.int().default(7) }) }, async ({ days }, c) => {
 *   c.log.info(`removing what is older than ${days} days`);
 * });
 * ```
 */
export const job = <I extends Schema, O = void>(
  options: JobOptions<I>,
  run: (input: Out<I>, c: JobCtx) => Promise<O>,
): Job<Out<I>, O> => ({ $: 'job', ...options, run });
