import type { Bindable, Database, Queries } from '../database/database.ts';
import { box, unbox } from './job-rows.ts';
import type { JobEventLine } from './job-rows.ts';

/** What a job leaves behind while it runs: finished steps, pauses and its log. */
export interface JobJournal {
  steps(id: string): Promise<Map<string, unknown>>;
  /** Keeps a finished step; false when the job is not this engine's any more. */
  addStep(id: string, owner: string, step: Step): Promise<boolean>;
  /** The job pauses; the try it is in goes on afterwards. False when it is not this engine's any more. */
  pause(id: string, owner: string, pause: { name: string; until: number }): Promise<boolean>;
  addEvents(id: string, lines: readonly JobEventLine[]): Promise<void>;
}

export interface Step {
  name: string;
  result: unknown;
}

export function createJobJournal(database: Database, now: () => number): JobJournal {
  const postgresql = database.dialect === 'postgresql';
  // One statement both asks whose job it is and writes the step. On PostgreSQL the row is locked, so that nobody takes it over in between.
  const addStepSql = `insert into job_steps (job_id, name, result, finished_at)
    select id, ${postgresql ? 'cast(? as text), cast(? as jsonb), cast(? as bigint)' : '?, ?, ?'}
    from jobs where id = ? and state = 'running' and lease_owner = ? ${postgresql ? 'for update' : ''}`;

  const addStep = async (id: string, owner: string, { name, result }: Step, queries: Queries): Promise<boolean> => {
    const values: Bindable[] = [name, box(result), now(), id, owner];
    return (await queries.run(addStepSql, values)) > 0;
  };

  return {
    async steps(id) {
      const rows = await database.all<{ name: string; result: unknown }>(
        'select name, result from job_steps where job_id = ?',
        [id],
      );
      return new Map(rows.map(({ name, result }) => [name, unbox(result)]));
    },
    addStep: (id, owner, step) => addStep(id, owner, step, database),
    pause: (id, owner, { name, until }) =>
      database.transaction(async (queries) => {
        if (!(await addStep(id, owner, { name, result: until }, queries))) return false;
        await queries.run(
          `update jobs set state = 'waiting', attempt = attempt - 1, lease_owner = null, lease_until = null, run_at = ?, recoveries = 0,
             updated_at = ? where id = ?`,
          [until, now(), id],
        );
        return true;
      }),
    async addEvents(id, lines) {
      const rows = lines.map(({ at, level, message, data }) => ({
        job_id: id,
        at,
        level,
        message: message.slice(0, 4000),
        data: data === undefined ? null : JSON.stringify(data),
      }));
      await database.insert('job_events', rows);
    },
  };
}
