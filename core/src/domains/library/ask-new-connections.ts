import { metadata } from '@vitascope/sdk';
import type { EventBus } from '../../kernel/events/event-bus.ts';
import type { Jobs } from '../../kernel/jobs/job.ts';
import type { Logger } from '../../kernel/log/logger.ts';
import type { Providers } from '../../kernel/plugins/providers.ts';
import { identifyJob } from './identify.job.ts';

export interface NewConnectionsParts {
  events: EventBus;
  providers: Providers;
  jobs: Jobs;
  logger: Logger;
}

/** A plugin brings its connections one after the other; they are asked together. */
const gatherMs = 300;

/** Asks metadata connections that were not there before about everything still unknown. Returns the way to stop. */
export function askNewConnections({ events, providers, jobs, logger }: NewConnectionsParts): () => void {
  const usable = (): string[] => providers.usable(metadata).map(({ id }) => id);
  const known = new Set(usable());
  const stopping = new AbortController();
  let timer: NodeJS.Timeout | undefined;

  const ask = async (): Promise<void> => {
    const { id, joined } = await jobs.start(identifyJob, { again: true });
    if (!joined) return;
    // The one that ran already may have asked about some titles before the connection was there.
    await Promise.allSettled([jobs.finished(id, stopping.signal)]);
    if (!stopping.signal.aborted) await jobs.start(identifyJob, { again: true });
  };

  const stopListening = events.on('connection.changed', ({ id }) => {
    if (known.has(id) || !usable().includes(id)) return;
    known.add(id);
    clearTimeout(timer);
    timer = setTimeout(() => {
      ask().catch((error: unknown) =>
        logger.warn({ err: error }, 'New metadata connections could not be asked about unknown titles.'),
      );
    }, gatherMs);
    timer.unref();
  });
  return () => {
    stopListening();
    stopping.abort();
    clearTimeout(timer);
  };
}
