import { z } from 'zod';
import type { Database } from '../database/database.ts';
import type { DomainModule } from '../module.ts';
import { defineJob } from './job.ts';
import type { JobEngine } from './job-engine.ts';
import { createJobRoutes } from './jobs.routes.ts';

const keptPerName = 1000;

export interface JobsModuleParts {
  engine: JobEngine;
  database: Database;
  /** Ended jobs are kept so long. */
  historyDays?: number;
}

/** The engine's own routes, and the job that keeps its history small. */
export function createJobsModule({ engine, database, historyDays = 30 }: JobsModuleParts): DomainModule {
  const cleanUp = defineJob({
    name: 'jobs.clean-up',
    title: 'Remove old jobs from the history',
    input: z.object({}),
    dedupeKey: () => 'all',
    run: async () => {
      const removed = await engine.store.cleanUp({
        before: Date.now() - historyDays * 86_400_000,
        perName: keptPerName,
      });
      return { removed };
    },
  });
  return {
    name: 'jobs',
    routes: createJobRoutes(engine, database),
    jobs: [cleanUp],
    schedules: [
      { name: 'jobs.clean-up', job: 'jobs.clean-up', title: 'Clean up the job history', cron: '15 4 * * *', input: {} },
    ],
  };
}
