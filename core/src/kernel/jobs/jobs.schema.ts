import { z } from 'zod';
import { endpoint } from '../http/endpoint.ts';
import { instant, pageOf, pageQuery, uuidParams } from '../http/schema.ts';

export const jobState = z.enum(['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled']);

const jobError = z.object({
  code: z.string(),
  message: z.string(),
  fix: z.string().optional(),
});

export const jobSummary = z.object({
  id: z.uuid(),
  name: z.string(),
  title: z.string(),
  /** Brought the job; null for the server's own. */
  pluginId: z.string().nullable(),
  state: jobState,
  /** Higher runs first. */
  priority: z.int(),
  /** Tries begun so far, of `maxAttempts`. */
  attempt: z.int(),
  maxAttempts: z.int(),
  done: z.number(),
  /** Null while the amount of work is not known. */
  total: z.number().nullable(),
  note: z.string(),
  cancelRequested: z.boolean(),
  error: jobError.nullable(),
  accountId: z.uuid().nullable(),
  parentId: z.uuid().nullable(),
  /** When it may begin, or go on after a pause. */
  runAt: instant,
  createdAt: instant,
  updatedAt: instant,
  startedAt: instant.nullable(),
  finishedAt: instant.nullable(),
});

export const jobStep = z.object({ name: z.string(), result: z.unknown(), finishedAt: instant });

export const jobEvent = z.object({
  id: z.int(),
  at: instant,
  level: z.enum(['info', 'warn', 'error']),
  message: z.string(),
  data: z.unknown(),
});

export const jobDetail = jobSummary.extend({
  input: z.unknown(),
  result: z.unknown(),
  /** Finished steps, oldest first; they are never run again. */
  steps: z.array(jobStep),
  /** The newest 500 lines of the job's log, oldest first. */
  events: z.array(jobEvent),
});

export const runningJobs = z.object({
  running: z.int(),
  /** Queued jobs and those that pause. */
  waiting: z.int(),
  items: z.array(
    jobSummary.pick({ id: true, name: true, title: true, state: true, done: true, total: true, note: true }),
  ),
});

export const jobDefinitionView = z.object({
  name: z.string(),
  title: z.string(),
  /** The plugin that brings it; null for the server's own. */
  pluginId: z.string().nullable(),
  attempts: z.int(),
  priority: z.int(),
  /** JSON Schema of the input. */
  input: z.record(z.string(), z.unknown()),
});

export const scheduleView = z.object({
  name: z.string(),
  title: z.string(),
  job: z.string(),
  pluginId: z.string().nullable(),
  /** Five-field cron; null: no time set. */
  cron: z.string().nullable(),
  defaultCron: z.string().nullable(),
  timeZone: z.string(),
  enabled: z.boolean(),
  /** False while the plugin that brings its job is off. */
  available: z.boolean(),
  lastRunAt: instant.nullable(),
  nextRunAt: instant.nullable(),
});

const scheduleParams = z.object({ name: z.string().min(1).max(200) });

export const listJobs = endpoint({
  verb: 'GET /jobs',
  tag: 'Jobs',
  summary: 'List jobs, newest first',
  access: 'admin',
  query: pageQuery.extend({ state: jobState.optional(), name: z.string().max(200).optional() }),
  response: pageOf(jobSummary),
});

export const getRunningJobs = endpoint({
  verb: 'GET /jobs/running',
  tag: 'Jobs',
  summary: 'Jobs that run or wait now, with progress',
  description: 'Administrators see all jobs, everybody else their own.',
  access: 'user',
  response: runningJobs,
});

export const listJobDefinitions = endpoint({
  verb: 'GET /jobs/definitions',
  tag: 'Jobs',
  summary: 'List the kinds of jobs this server can run',
  access: 'admin',
  response: z.object({ items: z.array(jobDefinitionView) }),
});

export const getJob = endpoint({
  verb: 'GET /jobs/:id',
  tag: 'Jobs',
  summary: 'One job with its finished steps and its log',
  access: 'admin',
  params: uuidParams,
  response: jobDetail,
});

export const cancelJob = endpoint({
  verb: 'POST /jobs/:id/cancel',
  tag: 'Jobs',
  summary: 'Cancel a queued, running or pausing job',
  description: 'A running job is asked to stop; it is `cancelled` once it has. A job that has ended stays as it is.',
  access: 'admin',
  params: uuidParams,
  response: jobSummary,
});

export const retryJob = endpoint({
  verb: 'POST /jobs/:id/retry',
  tag: 'Jobs',
  summary: 'Try a failed or cancelled job again',
  description: 'Finished steps are not repeated.',
  access: 'admin',
  params: uuidParams,
  response: jobSummary,
});

export const listSchedules = endpoint({
  verb: 'GET /schedules',
  tag: 'Jobs',
  summary: 'List schedules with their last and next run',
  access: 'admin',
  response: z.object({ items: z.array(scheduleView) }),
});

export const updateSchedule = endpoint({
  verb: 'PATCH /schedules/:name',
  tag: 'Jobs',
  summary: 'Change when a schedule runs, or switch it on or off',
  access: 'admin',
  params: scheduleParams,
  body: z
    .strictObject({
      /** Five-field cron; null goes back to the default. */
      cron: z.string().max(100).nullable().optional(),
      enabled: z.boolean().optional(),
      /** IANA name, for example `Europe/Berlin`. */
      timeZone: z.string().max(64).optional(),
    })
    .refine((body) => Object.keys(body).length > 0, 'Name at least one of cron, enabled and timeZone.'),
  response: scheduleView,
});

export const runSchedule = endpoint({
  verb: 'POST /schedules/:name/run',
  tag: 'Jobs',
  summary: 'Run a schedule now',
  description: 'Joins the job that runs already where there is one.',
  access: 'admin',
  params: scheduleParams,
  response: z.object({ jobId: z.uuid(), joined: z.boolean() }),
  status: 202,
});
