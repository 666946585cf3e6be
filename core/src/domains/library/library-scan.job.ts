import { localMetadata } from '@vitascope/sdk';
import { z } from 'zod';
import { AppError, codeOf } from '../../kernel/errors.ts';
import { defineJob, type JobContext, type JobDefinition } from '../../kernel/jobs/job.ts';
import { readJson } from '../../kernel/database/database.ts';
import type { JobHistory } from '../../kernel/jobs/job-history.ts';
import type { Providers } from '../../kernel/plugins/providers.ts';
import type { Hooks } from '../../kernel/plugins/hook-bus.ts';
import type { LibraryNews } from './library-news.ts';
import type { LibraryStore } from './library-store.ts';
import type { ActiveScans, Scanner, ScanWatch } from './ports.ts';
import { scanJob, type ScanStarter } from './scan-starter.ts';
import type { LocalSource, ScanOrder, ScanSummary } from './scan/scan-types.ts';

export interface ScanJobParts {
  store: LibraryStore;
  scanner: Scanner;
  scans: ScanStarter;
  providers: Providers;
  hooks: Hooks;
  news: LibraryNews;
  /** What a scan gives rise to: asking metadata sources, preparing pictures. */
  followUp(libraryId: number, outcome: { changed: boolean; refresh: readonly number[] }): Promise<void>;
}

const ScanInput = z.object({
  libraryId: z.int().positive(),
  /** For the title of the job. */
  name: z.string().optional(),
  folders: z.array(z.string().min(1)).max(10_000).optional(),
  full: z.boolean().default(false),
  refresh: z.array(z.int().positive()).max(1000).default([]),
});

const mostProblems = 200;

/** The jobs `library.scan`, for one library or some of its folders, and `library.scanAll`. */
export function scanJobs(parts: ScanJobParts): JobDefinition[] {
  return [
    defineJob({
      name: scanJob,
      title: ({ name, folders }) => {
        const what = name === undefined ? 'a library' : `"${name}"`;
        return folders
          ? `Scan ${folders.length === 1 ? 'a folder' : `${folders.length} folders`} of ${what}`
          : `Scan ${what}`;
      },
      input: ScanInput,
      // Scans wait for the same disks and the same database: two at once would only take longer.
      concurrency: 1,
      dedupeKey: ({ libraryId, folders = [], full, refresh }) =>
        [libraryId, full ? 'full' : '', refresh.join(','), ...folders.toSorted()].join('\n'),
      run: (input, context) => runScan(parts, input, context),
    }),
    defineJob({
      name: 'library.scanAll',
      title: 'Scan all libraries',
      input: z.object({}),
      dedupeKey: () => 'all',
      run: async () => ({ started: (await parts.scans.startAll()).length }),
    }),
  ];
}

async function runScan(parts: ScanJobParts, input: z.output<typeof ScanInput>, context: JobContext) {
  const { libraryId, folders, full, refresh } = input;
  const library = await parts.store.find(libraryId);
  if (!library) return { skipped: 'The library is gone.' };
  const news = parts.news.gather(libraryId);
  let changed = false;
  const order: ScanOrder = {
    libraryId,
    ...(folders && { folders }),
    full,
    sources: localSources(parts.providers),
    filtered: parts.hooks.has('decide', 'scan.filter'),
  };
  const watch: ScanWatch = {
    signal: context.signal,
    onProgress: ({ done, total, note }) => context.progress(done, total, note),
    onChange: (change) => {
      changed = true;
      news.add(change);
    },
  };
  const scan = (): Promise<ScanSummary> => parts.scanner.scan(order, watch);
  const summary = await scan()
    .catch((error: Error) => {
      if (context.signal.aborted || codeOf(error) !== 'unavailable') throw error;
      context.log.warn(`${error.message} The scan goes on in a new process.`);
      return scan();
    })
    .finally(news.finish);
  reportProblems(summary, context);
  await parts.followUp(libraryId, { changed, refresh });
  const { problems, roots, ...figures } = summary;
  if (roots.length > 0 && roots.every(({ unavailable }) => unavailable !== undefined)) throw unavailable(roots);
  return { ...figures, problems: problems.length, unavailable: roots.filter((root) => root.unavailable).length };
}

/** Sources of local metadata with the files they want, best first. */
export const localSources = (providers: Providers): LocalSource[] =>
  providers.usable(localMetadata).map(({ id, name, facts }) => ({
    id,
    name,
    files: (facts.files ?? {}) as LocalSource['files'],
    pictures: (facts.pictures ?? {}) as LocalSource['pictures'],
  }));

function reportProblems({ problems, roots, ...figures }: ScanSummary, { log }: JobContext): void {
  for (const { path, reason } of problems.slice(0, mostProblems)) log.warn(`${path}: ${reason}`);
  if (problems.length > mostProblems) log.warn(`${problems.length - mostProblems} more problems are not listed.`);
  for (const { path, unavailable: reason } of roots) if (reason !== undefined) log.error(reason, { path });
  log.info(
    `${figures.seen} files seen: ${figures.added} new, ${figures.changed} changed, ${figures.moved} moved, ${figures.missing} missing.`,
    figures,
  );
}

const unavailable = (roots: ScanSummary['roots']): AppError =>
  new AppError('root_unavailable', roots.map((root) => root.unavailable).join(' '), {
    fix: 'Mount the disk and scan again. Nothing was deleted.',
  });

/** Reads from the job history which libraries are being scanned. */
export const activeScansOf =
  (history: Pick<JobHistory, 'active'>): ActiveScans =>
  async () => {
    const rows = (await history.active(undefined)).filter(({ name }) => name === scanJob);
    const pairs = rows.map(({ id, input }) => ({
      id,
      libraryId: readJson<{ libraryId: number }>(input, { libraryId: 0 }).libraryId,
    }));
    return new Map(
      [...Map.groupBy(pairs, ({ libraryId }) => libraryId)].map(([libraryId, own]) => [
        libraryId,
        own.map(({ id }) => id),
      ]),
    );
  };
