import { defineEntity, p } from '@mikro-orm/sql';

/** A row of `job_schedules`: when a job starts by itself. */
export const JobScheduleEntity = defineEntity({
  name: 'JobSchedule',
  tableName: 'job_schedules',
  properties: {
    name: p.text().primary(),
    title: p.text(),
    jobName: p.text().fieldName('job_name'),
    pluginId: p.text().fieldName('plugin_id').nullable(),
    cron: p.text().nullable(),
    defaultCron: p.text().fieldName('default_cron').nullable(),
    input: p.json<unknown>(),
    enabled: p.boolean(),
    timeZone: p.text().fieldName('time_zone'),
    lastRunAt: p.bigint('number').fieldName('last_run_at').nullable(),
    nextRunAt: p.bigint('number').fieldName('next_run_at').nullable(),
    updatedAt: p.bigint('number').fieldName('updated_at'),
  },
});
