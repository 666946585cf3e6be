import { z } from 'zod';
import { defineJob, type JobDefinition, type Schedule } from '../jobs/job.ts';
import { jobName } from './host-services.ts';
import { pluginError, scopeOf, type Reach } from './host-scope.ts';
import { PluginJobRun } from './plugin-job-run.ts';
import type { RunningPlugin } from './running-plugin.ts';

/** A plugin's own input, and the key under which equal runs are one. */
const Envelope = z.object({
  input: z.record(z.string(), z.unknown()).default({}),
  key: z.string().max(500).optional(),
});

/** Milliseconds within which a plugin says whether it takes an input. */
const checkMs = 10_000;

/** A plugin's jobs as the engine's. */
export const pluginJobs = (plugin: RunningPlugin, reach: Reach): JobDefinition[] =>
  (plugin.manifest.contributes.jobs ?? []).map(({ name, title, retries }) =>
    defineJob({
      name: jobName(plugin.id, name),
      title: `${plugin.manifest.name}: ${title ?? name}`,
      input: Envelope,
      attempts: (retries ?? 0) + 1,
      dedupeKey: ({ input, key }) => key ?? JSON.stringify(input),
      async check({ input }) {
        try {
          return await plugin.checkJob({ name, input }, { scope: { ...scopeOf(), reach }, deadlineMs: checkMs });
        } catch (error) {
          throw pluginError(error, plugin.manifest.name);
        }
      },
      async run({ input }, context) {
        const run = new PluginJobRun(context);
        const scope = { ...scopeOf({ requestId: context.jobId, accountId: context.accountId }), reach, job: run };
        const call = { name, input, jobId: context.jobId, attempt: context.attempt };
        try {
          return await run.complete(() => plugin.job(call, { scope, signal: context.signal }));
        } catch (error) {
          if (context.signal.aborted) throw error;
          throw pluginError(error, plugin.manifest.name);
        }
      },
    }),
  );

/** The default schedules of a plugin's jobs. */
export const pluginSchedules = (plugin: RunningPlugin): Schedule[] =>
  (plugin.manifest.contributes.jobs ?? [])
    .filter(({ schedule }) => schedule !== undefined)
    .map(({ name, title, schedule }) => ({
      name: jobName(plugin.id, name),
      job: jobName(plugin.id, name),
      title: `${plugin.manifest.name}: ${title ?? name}`,
      cron: schedule,
      input: { input: {} },
    }));
