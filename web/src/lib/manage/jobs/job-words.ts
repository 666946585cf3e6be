import { m } from '#messages';
import { formatAgo, formatCount } from '#lib/i18n/format.ts';
import { formatSpan } from '../span.ts';
import type { JobState, JobSummary } from './jobs.svelte.ts';

export const stateWords: Record<JobState, () => string> = {
  queued: m.job_queued,
  running: m.job_running,
  waiting: m.job_waiting,
  succeeded: m.job_succeeded,
  failed: m.job_failed,
  cancelled: m.job_cancelled,
};

export const stateTones = {
  queued: 'plain',
  running: 'accent',
  waiting: 'plain',
  succeeded: 'ok',
  failed: 'danger',
  cancelled: 'outline',
} as const satisfies Record<JobState, string>;

/** What a job is doing, or why it is not: one line. */
export function noteOf(job: JobSummary): string {
  if (job.cancelRequested) return m.jobs_stopping();
  const isHeldUp = job.state === 'queued' && job.error?.code === 'storage_full';
  if (job.note && !isHeldUp) return job.note;
  if (isHeldUp || job.state === 'waiting' || (job.state === 'queued' && job.attempt > 0)) {
    const again = m.jobs_again({ when: formatAgo(job.runAt), attempt: job.attempt + 1, attempts: job.maxAttempts });
    return job.error ? `${job.error.message} ${again}` : again;
  }
  if (job.state === 'queued') return m.job_queued();
  return job.startedAt ? m.jobs_began({ when: formatAgo(job.startedAt) }) : '';
}

interface Amount {
  done: number;
  total: number | null;
}

/** 0 to 1 of the work; undefined while nobody knows how much there is: a first scan counts as it finds. */
export const shareOf = ({ done, total }: Amount): number | undefined =>
  total && done < total ? done / total : undefined;

/** How far the work is, in words. */
export function amountWords({ done, total }: Amount): string {
  if (total && done < total) return m.jobs_progress({ done: formatCount(done), total: formatCount(total) });
  return done > 0 ? m.jobs_so_far({ done: formatCount(done) }) : m.jobs_waiting();
}

/** How long a job ran; empty when it never began. */
export function tookWords(job: JobSummary): string {
  if (!job.startedAt || !job.finishedAt) return '';
  return formatSpan(new Date(job.finishedAt).getTime() - new Date(job.startedAt).getTime());
}
