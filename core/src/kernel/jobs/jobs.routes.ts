import { z } from 'zod';
import { readJson } from '../database/database.ts';
import type { Database } from '../database/database.ts';
import { notFound } from '../errors.ts';
import { route } from '../http/endpoint.ts';
import type { Route } from '../http/endpoint.ts';
import type { JobEngine } from './job-engine.ts';
import { createJobHistory } from './job-history.ts';
import { coreOwner, titleOf } from './job-registry.ts';
import { unbox } from './job-rows.ts';
import type { JobRow, StoredError } from './job-rows.ts';
import type { ScheduleRow } from './job-schedules.ts';
import {
  cancelJob,
  getJob,
  getRunningJobs,
  listJobDefinitions,
  listJobs,
  listSchedules,
  retryJob,
  runSchedule,
  updateSchedule,
} from './jobs.schema.ts';

const mostEvents = 500;
/** What the list behind the ring shows of many. */
const mostRunning = 50;

export function createJobRoutes(engine: JobEngine, database: Database): Route[] {
  const history = createJobHistory(database);
  const available = (name: string): boolean => engine.registry.find(name) !== undefined;
  const summary = (row: JobRow) => toSummary(row, available(row.name));
  const schedule = (row: ScheduleRow) => toSchedule(row, available(row.job_name));

  const get = async (id: string): Promise<JobRow> => {
    const row = await engine.store.find(id);
    if (!row) throw notFound('job', id);
    return row;
  };

  return [
    route(listJobs, async ({ query }) => {
      const { rows, total } = await history.page(query);
      return { items: rows.map(summary), page: query.page, pageSize: query.pageSize, total };
    }),
    route(getRunningJobs, async ({ caller }) => {
      const rows = await history.active(caller.role === 'admin' ? undefined : caller.accountId);
      const running = rows.filter((row) => row.state === 'running').length;
      return { running, waiting: rows.length - running, items: rows.slice(0, mostRunning).map(summary) };
    }),
    route(listJobDefinitions, () => ({
      items: engine.registry.all().map(({ definition, owner }) => ({
        name: definition.name,
        title: titleOf(definition),
        pluginId: owner === coreOwner ? null : owner,
        attempts: definition.attempts ?? 1,
        priority: definition.priority ?? 0,
        input: z.toJSONSchema(definition.input, { io: 'input', unrepresentable: 'any' }) as Record<string, unknown>,
      })),
    })),
    route(getJob, async ({ params }) => {
      const row = await get(params.id);
      const [steps, events] = await Promise.all([history.steps(row.id), history.events(row.id, mostEvents)]);
      return {
        ...summary(row),
        input: readJson<unknown>(row.input, null),
        result: unbox(row.result) ?? null,
        steps: steps.map((step) => ({ ...step, result: step.result ?? null, finishedAt: instantOf(step.finishedAt) })),
        events: events.map((event) => ({ ...event, at: instantOf(event.at) })),
      };
    }),
    route(cancelJob, async ({ params }) => {
      await engine.cancel(params.id);
      return summary(await get(params.id));
    }),
    route(retryJob, async ({ params }) => summary(await engine.retry(params.id))),
    route(listSchedules, async () => ({ items: (await engine.schedules.list()).map(schedule) })),
    route(updateSchedule, async ({ params, body }) => schedule(await engine.updateSchedule(params.name, body))),
    route(runSchedule, async ({ params, caller }) => {
      const { id, joined } = await engine.runSchedule(params.name, caller.accountId);
      return { jobId: id, joined };
    }),
  ];
}

const instantOf = (time: number): string => new Date(time).toISOString();
const instantOrNull = (time: number | null): string | null => (time === null ? null : instantOf(time));

function toSummary(row: JobRow, available: boolean) {
  const waitsForPlugin = !available && (row.state === 'queued' || row.state === 'waiting');
  return {
    id: row.id,
    name: row.name,
    title: row.title,
    pluginId: row.plugin_id,
    state: row.state,
    priority: row.priority,
    attempt: row.attempt,
    maxAttempts: row.max_attempts,
    done: row.done,
    total: row.total,
    note: waitsForPlugin
      ? `Waits until the plugin ${row.plugin_id ?? ''} that brings ${row.name} is on again.`.replace('  ', ' ')
      : row.note,
    cancelRequested: !!row.cancel_requested,
    error: readJson<StoredError | null>(row.error, null),
    accountId: row.account_id,
    parentId: row.parent_id,
    runAt: instantOf(row.run_at),
    createdAt: instantOf(row.created_at),
    updatedAt: instantOf(row.updated_at),
    startedAt: instantOrNull(row.started_at),
    finishedAt: instantOrNull(row.finished_at),
  };
}

const toSchedule = (row: ScheduleRow, available: boolean) => ({
  name: row.name,
  title: row.title || row.name,
  job: row.job_name,
  pluginId: row.plugin_id,
  cron: row.cron,
  defaultCron: row.default_cron,
  timeZone: row.time_zone,
  enabled: !!row.enabled,
  available,
  lastRunAt: instantOrNull(row.last_run_at),
  nextRunAt: row.enabled ? instantOrNull(row.next_run_at) : null,
});
