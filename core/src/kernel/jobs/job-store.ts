import type { Database, Queries } from '../database/database.ts';
import { box } from './job-rows.ts';
import type { JobRow, StoredError } from './job-rows.ts';

export interface NewJob {
  id: string;
  name: string;
  pluginId: string | null;
  title: string;
  input: unknown;
  dedupeKey: string | null;
  priority: number;
  maxAttempts: number;
  runAt: number;
  accountId: string | null;
  parentId: string | null;
}

export interface Ending {
  state: 'succeeded' | 'failed' | 'cancelled';
  result?: unknown;
  error?: StoredError | undefined;
}

/** A job whose server stopped this often without getting any further is given up. */
export const mostRecoveries = 20;

/**
 * The table `jobs`. Whatever a running job writes names the engine that runs it, so that an
 * engine that lost a job, without knowing it yet, changes nothing.
 */
export function createJobStore(database: Database, now: () => number) {
  const asJson = database.dialect === 'postgresql' ? 'cast(? as jsonb)' : '?';
  const marks = (list: readonly unknown[]): string => list.map(() => '?').join(', ');
  // An expression, so that the planner takes the index of the state: few jobs are active, but a name may have thousands that ended.
  const isOneOf = (names: readonly string[]): string => `name || '' in (${marks(names)})`;
  const lock = database.dialect === 'postgresql' ? 'for update skip locked' : '';

  return {
    /** False when an equal job is there already. */
    async insert(job: NewJob, queries: Queries = database): Promise<boolean> {
      const time = now();
      const row = {
        id: job.id,
        name: job.name,
        plugin_id: job.pluginId,
        title: job.title,
        state: 'queued',
        input: JSON.stringify(job.input ?? null),
        dedupe_key: job.dedupeKey,
        priority: job.priority,
        max_attempts: job.maxAttempts,
        run_at: job.runAt,
        account_id: job.accountId,
        parent_id: job.parentId,
        created_at: time,
        updated_at: time,
      };
      const active = `dedupe_key is not null and state in ('queued', 'running', 'waiting')`;
      const columns = Object.keys(row);
      const sql = `insert into jobs (${columns.join(', ')}) values (${marks(columns)})
        on conflict (dedupe_key) where ${active} do nothing`;
      return (await queries.run(sql, Object.values(row))) > 0;
    },

    findActive: (dedupeKey: string, queries: Queries = database): Promise<{ id: string } | undefined> =>
      queries.first<{ id: string }>(
        `select id from jobs where dedupe_key = ? and state in ('queued', 'running', 'waiting')`,
        [dedupeKey],
      ),

    find: (id: string): Promise<JobRow | undefined> => database.first<JobRow>('select * from jobs where id = ?', [id]),

    /** Takes the most urgent job among these names and makes it this engine's. */
    claim: (names: readonly string[], owner: string, leaseUntil: number): Promise<JobRow | undefined> => {
      const time = now();
      return database.first<JobRow>(
        `update jobs set state = 'running', attempt = attempt + 1, lease_owner = ?, lease_until = ?, updated_at = ?,
           started_at = coalesce(started_at, ?)
         where id = (
           select id from jobs where state = 'queued' and run_at <= ? and ${isOneOf(names)}
           order by priority desc, run_at limit 1 ${lock}
         ) and state = 'queued'
         returning *`,
        [owner, leaseUntil, time, time, time, ...names],
      );
    },

    /** Is anything of these due? Asked before anything is written, because even a write that changes nothing waits for other writers. */
    async due(names: readonly string[]): Promise<{ queued: boolean; paused: boolean }> {
      if (names.length === 0) return { queued: false, paused: false };
      const like = (state: string): string =>
        `exists (select 1 from jobs where state = '${state}' and run_at <= ? and ${isOneOf(names)})`;
      const row = await database.first<{ queued: unknown; paused: unknown }>(
        `select ${like('queued')} as queued, ${like('waiting')} as paused`,
        [now(), ...names, now(), ...names],
      );
      return { queued: !!row?.queued, paused: !!row?.paused };
    },

    /** Jobs whose pause is over join the queue again. */
    wakeSleepers: (): Promise<number> =>
      database.run(`update jobs set state = 'queued', updated_at = ? where state = 'waiting' and run_at <= ?`, [
        now(),
        now(),
      ]),

    /** When the next of these may run. */
    async nextRunAt(names: readonly string[]): Promise<number | undefined> {
      if (names.length === 0) return undefined;
      const row = await database.first<{ at: number | null }>(
        `select min(run_at) as at from jobs where state in ('queued', 'waiting') and ${isOneOf(names)}`,
        [...names],
      );
      return row?.at ?? undefined;
    },

    /** Keeps this engine's jobs; those it still has, and which of them somebody wants to cancel. */
    renew: (owner: string, leaseUntil: number): Promise<{ id: string; cancel_requested: number | boolean }[]> =>
      database.all(
        `update jobs set lease_until = ? where state = 'running' and lease_owner = ? returning id, cancel_requested`,
        [leaseUntil, owner],
      ),

    async owners(): Promise<{ owner: string; until: number }[]> {
      return database.all(
        `select lease_owner as owner, min(lease_until) as until from jobs where state = 'running' and lease_owner is not null group by lease_owner`,
      );
    },

    /** Takes back the jobs of an engine that is gone. A crash is no attempt, but a job that never gets on is given up. */
    async recover(owner: string): Promise<JobRow[]> {
      const time = now();
      const mine = `state = 'running' and lease_owner = ?`;
      const ended = `lease_owner = null, lease_until = null, updated_at = ?, finished_at = ?`;
      const error: StoredError = {
        code: 'internal',
        message: `The server stopped ${mostRecoveries} times while this job ran, and it got no further in between.`,
      };
      return database.transaction(async (queries) => [
        ...(await queries.all<JobRow>(
          `update jobs set state = 'cancelled', ${ended} where ${mine} and cancel_requested returning *`,
          [time, time, owner],
        )),
        ...(await queries.all<JobRow>(
          `update jobs set state = 'failed', error = ${asJson}, ${ended} where ${mine} and recoveries >= ${mostRecoveries} returning *`,
          [JSON.stringify(error), time, time, owner],
        )),
        ...(await queries.all<JobRow>(
          `update jobs set state = 'queued', attempt = attempt - 1, recoveries = recoveries + 1, lease_owner = null, lease_until = null,
             run_at = ?, updated_at = ? where ${mine} returning *`,
          [time, time, owner],
        )),
      ]);
    },

    /** Back into the queue as if this try had not begun; `error` says what the job waits for. */
    handBack: (id: string, owner: string, runAt: number, error?: StoredError): Promise<JobRow | undefined> =>
      database.first<JobRow>(
        `update jobs set state = 'queued', attempt = attempt - 1, lease_owner = null, lease_until = null, error = coalesce(${asJson}, error),
           run_at = ?, updated_at = ? where id = ? and state = 'running' and lease_owner = ? returning *`,
        [error ? JSON.stringify(error) : null, runAt, now(), id, owner],
      ),

    /** Back into the queue for the next try. */
    retryLater: (
      id: string,
      owner: string,
      later: { runAt: number; error: StoredError },
    ): Promise<JobRow | undefined> =>
      database.first<JobRow>(
        `update jobs set state = 'queued', error = ${asJson}, lease_owner = null, lease_until = null, run_at = ?, updated_at = ?
         where id = ? and state = 'running' and lease_owner = ? returning *`,
        [JSON.stringify(later.error), later.runAt, now(), id, owner],
      ),

    finish: (id: string, owner: string, { state, result, error }: Ending): Promise<JobRow | undefined> =>
      database.first<JobRow>(
        `update jobs set state = ?, result = ${asJson}, error = ${asJson}, lease_owner = null, lease_until = null, updated_at = ?, finished_at = ?
         where id = ? and state = 'running' and lease_owner = ? returning *`,
        [
          state,
          result === undefined ? null : box(result),
          error ? JSON.stringify(error) : null,
          now(),
          now(),
          id,
          owner,
        ],
      ),

    /** Ends a job that does not run, and asks one that runs to end. */
    async cancel(id: string): Promise<JobRow | undefined> {
      const time = now();
      return (
        (await database.first<JobRow>(
          `update jobs set state = 'cancelled', cancel_requested = ?, updated_at = ?, finished_at = ?
           where id = ? and state in ('queued', 'waiting') returning *`,
          [true, time, time, id],
        )) ??
        (await database.first<JobRow>(
          `update jobs set cancel_requested = ?, updated_at = ? where id = ? and state = 'running' returning *`,
          [true, time, id],
        ))
      );
    },

    /** An ended job into the queue again, with its journal. */
    again: (id: string, attempts: number): Promise<JobRow | undefined> =>
      database.first<JobRow>(
        `update jobs set state = 'queued', max_attempts = attempt + ?, run_at = ?, error = null, result = null, note = '', recoveries = 0,
           cancel_requested = ?, finished_at = null, updated_at = ?
         where id = ? and state in ('failed', 'cancelled') returning *`,
        [attempts, now(), false, now(), id],
      ),

    saveProgress: (
      id: string,
      owner: string,
      progress: { done: number; total: number | undefined; note: string },
    ): Promise<number> =>
      database.run(
        `update jobs set done = ?, total = ?, note = ?, recoveries = 0, updated_at = ? where id = ? and state = 'running' and lease_owner = ?`,
        [progress.done, progress.total, progress.note, now(), id, owner],
      ),

    /** Forgets ended jobs that are too old or too many of one name; how many. */
    cleanUp: async ({ before, perName }: { before: number; perName: number }): Promise<number> => {
      const ended = `state in ('succeeded', 'failed', 'cancelled')`;
      const old = await database.run(`delete from jobs where ${ended} and finished_at < ?`, [before]);
      const surplus = await database.run(
        `delete from jobs where id in (
           select id from (
             select id, row_number() over (partition by name order by created_at desc) as place from jobs where ${ended}
           ) as ranked where place > ?)`,
        [perName],
      );
      return old + surplus;
    },
  };
}

export type JobStore = ReturnType<typeof createJobStore>;
