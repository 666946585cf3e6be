import { z } from 'zod';
import { readdir } from 'node:fs/promises';
import { sep } from 'node:path';
import type { Database } from '../../kernel/database/database.ts';
import { defineJob, type JobDefinition } from '../../kernel/jobs/job.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { forgetFiles } from './forget-files.ts';
import type { LibraryNews } from './library-news.ts';
import type { LibraryStore, StoredRoot } from './library-store.ts';
import { emptyMountPoints } from './scan/mounts.ts';

export interface PurgeParts {
  database: Database;
  store: LibraryStore;
  catalog: CatalogStore;
  news: LibraryNews;
  clock?: () => number;
}

export const purgeJob = 'library.purgeMissing';
const keptDays = 90;
const dayMs = 86_400_000;

/** Forgets files that have been missing for long. Never in a root folder, or at a mount point in it, that is not there now: its disk may come back. */
export function purgeMissingJob({ database, store, catalog, news, clock = Date.now }: PurgeParts): JobDefinition {
  return defineJob({
    name: purgeJob,
    title: 'Forget files that are gone for good',
    input: z.object({}),
    dedupeKey: () => 'all',
    async run(_, { signal, log }) {
      const before = clock() - keptDays * dayMs;
      let forgotten = 0;
      for (const root of await store.roots()) {
        if (!(await isThere(root))) {
          log.info(`${root.path} is not available; what is missing there is kept.`);
          continue;
        }
        forgotten += await forgetFiles(
          { database, catalog, signal, onForgotten: (change) => void news.announce(root.libraryId, change) },
          outside(emptyMountPoints(root.path, root.device), {
            sql: 'root_id = ? and missing_since < ?',
            parameters: [root.id, before],
          }),
        );
      }
      return { forgotten };
    },
  });
}

/** Without what lies in these folders. */
const outside = (folders: readonly string[], { sql, parameters }: SqlFragment): SqlFragment => ({
  sql: sql + ' and substr(absolute_path, 1, ?) <> ?'.repeat(folders.length),
  parameters: [...parameters, ...folders.flatMap((folder) => [[...folder].length + 1, folder + sep])],
});

/** An empty folder is a mount point without its disk as likely as not. */
const isThere = async (root: StoredRoot): Promise<boolean> =>
  root.available &&
  (await readdir(root.path).then(
    (names) => names.length > 0,
    () => false,
  ));
