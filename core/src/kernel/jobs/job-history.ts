import type { Bindable, Database } from '../database/database.ts';
import { readJson } from '../database/database.ts';
import { unbox } from './job-rows.ts';
import type { JobRow } from './job-rows.ts';

export interface JobFilter {
  state?: string | undefined;
  name?: string | undefined;
  page: number;
  pageSize: number;
}

/** Reads jobs for people. */
export interface JobHistory {
  page(filter: JobFilter): Promise<{ rows: JobRow[]; total: number }>;
  /** Jobs that have not ended, running ones first; of one account or of all. */
  active(accountId: string | undefined): Promise<JobRow[]>;
  steps(id: string): Promise<{ name: string; result: unknown; finishedAt: number }[]>;
  /** The newest lines of its log, oldest first. */
  events(
    id: string,
    most: number,
  ): Promise<{ id: number; at: number; level: 'info' | 'warn' | 'error'; message: string; data: unknown }[]>;
}

/** More running and waiting jobs than this are counted by nobody looking at a little ring. */
const mostActive = 500;

export function createJobHistory(database: Database): JobHistory {
  return {
    async page({ state, name, page, pageSize }) {
      const wanted = Object.entries({ state, name }).filter(([, value]) => value !== undefined) as [string, string][];
      const values: Bindable[] = wanted.map(([, value]) => value);
      const where = wanted.length > 0 ? `where ${wanted.map(([column]) => `${column} = ?`).join(' and ')}` : '';
      const count = await database.first<{ total: number }>(`select count(*) as total from jobs ${where}`, values);
      const rows = await database.all<JobRow>(
        `select * from jobs ${where} order by created_at desc, id limit ? offset ?`,
        [...values, pageSize, (page - 1) * pageSize],
      );
      return { rows, total: count?.total ?? 0 };
    },
    active: (accountId) =>
      database.all<JobRow>(
        `select * from jobs where state in ('running', 'queued', 'waiting') ${accountId === undefined ? '' : 'and account_id = ?'}
         order by case state when 'running' then 0 when 'queued' then 1 else 2 end, priority desc, run_at limit ${mostActive}`,
        accountId === undefined ? [] : [accountId],
      ),
    async steps(id) {
      const rows = await database.all<{ name: string; result: unknown; finished_at: number }>(
        'select name, result, finished_at from job_steps where job_id = ? order by finished_at, name',
        [id],
      );
      return rows.map((row) => ({ name: row.name, result: unbox(row.result), finishedAt: row.finished_at }));
    },
    async events(id, most) {
      const rows = await database.all<{
        id: number;
        at: number;
        level: 'info' | 'warn' | 'error';
        message: string;
        data: unknown;
      }>('select id, at, level, message, data from job_events where job_id = ? order by id desc limit ?', [id, most]);
      return rows.reverse().map((row) => ({ ...row, data: readJson<unknown>(row.data, null) }));
    },
  };
}
