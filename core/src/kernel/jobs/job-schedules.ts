import type { Database, Queries } from '../database/database.ts';
import { readJson } from '../database/database.ts';
import { notFound } from '../errors.ts';
import { nextTime } from './cron.ts';
import type { Schedule } from './job.ts';
import { JobScheduleEntity } from './job-schedule.entity.ts';

export interface ScheduleRow {
  name: string;
  title: string;
  job_name: string;
  plugin_id: string | null;
  cron: string | null;
  default_cron: string | null;
  input: unknown;
  enabled: number | boolean;
  time_zone: string;
  last_run_at: number | null;
  next_run_at: number | null;
  updated_at: number;
}

export interface ScheduleChange {
  /** Null goes back to the default. */
  cron?: string | null | undefined;
  enabled?: boolean | undefined;
  timeZone?: string | undefined;
}

export interface JobSchedulesParts {
  database: Database;
  now(): number;
  /** Of schedules nobody has given another zone. */
  timeZone: string;
  /** False while the plugin that brings the job is off. */
  isAvailable(job: string): boolean;
  /** Writes the job in the same transaction that moves the schedule on. */
  start(queries: Queries, job: string, input: unknown): Promise<void>;
}

/** Jobs that start by themselves. What an administrator changed outlives updates of the defaults. */
export interface JobSchedules {
  register(schedules: readonly Schedule[], pluginId: string | null): Promise<void>;
  list(): Promise<ScheduleRow[]>;
  find(name: string): Promise<ScheduleRow>;
  update(name: string, change: ScheduleChange): Promise<ScheduleRow>;
  markRun(name: string): Promise<void>;
  /** Starts what is due, once however often it was missed; when the next one is. */
  fire(): Promise<number | undefined>;
}

export function createJobSchedules({ database, now, timeZone, isAvailable, start }: JobSchedulesParts): JobSchedules {
  const find = (name: string): Promise<ScheduleRow | undefined> =>
    database.first<ScheduleRow>('select * from job_schedules where name = ?', [name]);

  const get = async (name: string): Promise<ScheduleRow> => {
    const row = await find(name);
    if (!row) throw notFound('schedule', name);
    return row;
  };

  const registerOne = async (schedule: Schedule, pluginId: string | null): Promise<void> => {
    const cron = schedule.cron ?? null;
    const known = await find(schedule.name);
    const changed = known !== undefined && known.cron !== known.default_cron;
    const current = changed ? known.cron : cron;
    const zone = known?.time_zone ?? timeZone;
    const kept = known !== undefined && known.cron === current ? known.next_run_at : null;
    const next = current === null ? null : (kept ?? nextTime(current, zone, now()) ?? null);
    const row = {
      name: schedule.name,
      title: schedule.title,
      job_name: schedule.job,
      plugin_id: pluginId,
      cron: current,
      default_cron: cron,
      input: JSON.stringify(schedule.input ?? null),
      enabled: known ? !!known.enabled : true,
      time_zone: zone,
      next_run_at: next,
      updated_at: now(),
    };
    const update = ['title', 'job_name', 'plugin_id', 'cron', 'default_cron', 'input', 'next_run_at', 'updated_at'];
    await database.insert('job_schedules', [row], { onConflict: { columns: ['name'], update } });
  };

  const fireOne = (row: ScheduleRow): Promise<void> =>
    database.transaction(async (queries) => {
      const next = row.cron === null ? null : (nextTime(row.cron, row.time_zone, now()) ?? null);
      // Only one server gets to move it on.
      const moved = await queries.run(
        'update job_schedules set last_run_at = ?, next_run_at = ?, updated_at = ? where name = ? and next_run_at = ?',
        [now(), next, now(), row.name, row.next_run_at],
      );
      if (moved > 0) await start(queries, row.job_name, readJson<unknown>(row.input, undefined));
    });

  return {
    async register(schedules, pluginId) {
      for (const schedule of schedules) await registerOne(schedule, pluginId);
    },
    list: () => database.all<ScheduleRow>('select * from job_schedules order by name'),
    find: get,
    async update(name, change) {
      const orm = database.fork();
      const schedule = await orm.findOne(JobScheduleEntity, { name });
      if (!schedule) throw notFound('schedule', name);
      if (change.cron !== undefined) schedule.cron = change.cron ?? schedule.defaultCron ?? null;
      if (change.timeZone !== undefined) schedule.timeZone = change.timeZone;
      if (change.enabled !== undefined) schedule.enabled = change.enabled;
      schedule.nextRunAt = schedule.cron ? (nextTime(schedule.cron, schedule.timeZone, now()) ?? null) : null;
      schedule.updatedAt = now();
      await orm.flush();
      return get(name);
    },
    async markRun(name) {
      await database.run('update job_schedules set last_run_at = ? where name = ?', [now(), name]);
    },
    async fire() {
      const rows = await database.all<ScheduleRow>(
        'select * from job_schedules where enabled and next_run_at is not null',
      );
      const able = rows.filter((row) => isAvailable(row.job_name));
      for (const row of able.filter((row) => row.next_run_at! <= now())) await fireOne(row);
      const coming = able.map((row) => (row.next_run_at! > now() ? row.next_run_at! : nextAfter(row, now())));
      return coming.length > 0 ? Math.min(...coming) : undefined;
    },
  };
}

const nextAfter = (row: ScheduleRow, time: number): number =>
  (row.cron === null ? undefined : nextTime(row.cron, row.time_zone, time)) ?? Infinity;
