import { z } from 'zod';
import { defineJob, type JobContext, type JobDefinition } from '../../kernel/jobs/job.ts';
import type { IdentifyService, Outcome } from './identify.service.ts';
import type { Work } from './identify-work.ts';
import type { LibraryStore } from './library-store.ts';

export const identifyJob = 'library.identify';

const IdentifyInput = z.object({
  /** All libraries unless told. */
  libraryId: z.int().positive().optional(),
  /** Also asks about what no source knew a short while ago. */
  again: z.boolean().default(false),
  /** Asks about these titles again, whatever is known of them. */
  itemIds: z.array(z.int().positive()).max(10_000).optional(),
});

/** Titles that are asked about at once; how fast a service may be asked is its connection's business. */
const atOnce = 4;

type Tally = Record<Outcome['state'], number>;

/**
 * Asks metadata connections about files nobody recognised and titles known from names alone. Each title is a step: what was asked
 * once is not asked again after a restart. What a failing source left open is taken up by the next run.
 */
export function createIdentifyJob({
  identify,
  store,
}: {
  identify: IdentifyService;
  store: LibraryStore;
}): JobDefinition {
  return defineJob({
    name: identifyJob,
    title: ({ itemIds }) => (itemIds ? 'Read metadata of titles again' : 'Ask metadata sources about unknown titles'),
    input: IdentifyInput,
    concurrency: 1,
    dedupeKey: ({ libraryId, itemIds, again }) =>
      itemIds
        ? `items ${itemIds.toSorted((a, b) => a - b).join(',')}`
        : `${libraryId ?? 'all'}${again ? ' again' : ''}`,
    async run({ libraryId, itemIds, again }, context) {
      if (!identify.canAsk()) return { note: 'No metadata connection is in use.' };
      const run = new IdentifyRun(identify, context);
      if (itemIds) await run.all(await identify.workOf(itemIds), itemIds.length);
      else {
        const libraries = libraryId === undefined ? await store.list() : [{ id: libraryId }];
        for (const { id } of libraries) await run.library(id, again);
      }
      return run.tally;
    },
  });
}

class IdentifyRun {
  readonly tally: Tally = { identified: 0, unknown: 0, deferred: 0, gone: 0 };
  readonly #identify: IdentifyService;
  readonly #context: JobContext;
  readonly #reported = new Set<string>();
  #done = 0;

  constructor(identify: IdentifyService, context: JobContext) {
    this.#identify = identify;
    this.#context = context;
  }

  async library(libraryId: number, again: boolean): Promise<void> {
    const total = this.#done + (await this.#identify.countPending(libraryId, again));
    for await (const page of this.#identify.pages(libraryId, again)) if (!(await this.all(page, total))) return;
  }

  /** False when there is nobody left to ask. */
  async all(work: readonly Work[], total: number): Promise<boolean> {
    for (let start = 0; start < work.length; start += atOnce) {
      if (!this.#identify.canAsk()) {
        this.#context.log.warn('No metadata connection answers; the rest is asked later.');
        return false;
      }
      await Promise.all(work.slice(start, start + atOnce).map((each) => this.#one(each, total)));
    }
    return true;
  }

  async #one(work: Work, total: number): Promise<void> {
    const { signal, log } = this.#context;
    const outcome = await this.#context.step(work.name, async () => {
      const answer = await this.#identify.identify(work, signal);
      // A source that was interrupted has not failed.
      signal.throwIfAborted();
      return answer;
    });
    this.tally[outcome.state] += 1;
    this.#done += work.kind === 'files' ? work.files.length : Math.max(1, work.fileIds.length);
    this.#context.progress(Math.min(this.#done, total), total, work.kind === 'files' ? work.question.title : '');
    for (const { provider, message } of outcome.failures) {
      if (this.#reported.has(provider)) continue;
      this.#reported.add(provider);
      log.warn(`${provider} failed: ${message} What it left open is asked again later.`);
    }
  }
}
