import type { Database } from '../../kernel/database/database.ts';
import { notFound } from '../../kernel/errors.ts';
import type { Jobs } from '../../kernel/jobs/job.ts';
import { loadItemFacts } from '../catalog/item-facts.ts';
import type { RefreshItem } from '../catalog/ports.ts';
import { identifyJob } from './identify.job.ts';
import type { ScanStarter } from './scan-starter.ts';

/** Reads a title again: the sidecars beside its files first, then metadata sources. Of an episode or season, the whole show. */
export function createRefreshItem({
  database,
  jobs,
  scans,
}: {
  database: Database;
  jobs: Jobs;
  scans: ScanStarter;
}): RefreshItem {
  return async (itemId, accountId) => {
    const item = (await loadItemFacts(database, [itemId])).get(itemId);
    if (!item) throw notFound('item', itemId);
    const topId = item.showId ?? item.id;
    const rows = await database.all<{ library_id: number; folder: string }>(
      `select distinct f.library_id, f.folder from media_files f join media_file_items l on l.file_id = f.id
       join media_items i on i.id = l.item_id where (i.id = ? or i.show_id = ?) and f.missing_since is null order by 1, 2`,
      [topId, topId],
    );
    const byLibrary = [...Map.groupBy(rows, (row) => row.library_id)];
    if (byLibrary.length === 0)
      return { jobId: (await jobs.start(identifyJob, { itemIds: [topId] }, { accountId })).id };
    const started: string[] = [];
    for (const [libraryId, files] of byLibrary) {
      const folders = files.map(({ folder }) => folder);
      started.push((await scans.start(libraryId, { folders, full: true, refresh: [topId], accountId })).id);
    }
    return { jobId: started.at(-1) as string };
  };
}
