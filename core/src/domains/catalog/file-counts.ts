import type { Queries } from '../../kernel/database/database.ts';
import { readJson } from '../../kernel/database/database.ts';
import { weakProviders } from './catalog-entry.ts';
import { updateItems } from './item-updates.ts';
import type { ItemUpdate } from './item-updates.ts';
import type { FileSummaries, FileSummary } from './ports.ts';
import type { Provenance } from './item-fields.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

interface CountedRow {
  id: number;
  type: string;
  parent_id: number | null;
  show_id: number | null;
  file_count: number;
  resolution_label: string;
  runtime_ms: number | null;
  added_at: number;
  provenance: unknown;
}

const none: FileSummary = { fileCount: 0, resolution: '', durationMs: null, addedAt: null, libraryIds: [] };

/** Brings what items keep of their files up to date: counts, resolution, running time, libraries; on seasons and shows too. */
export async function refreshFileCounts(
  queries: Queries,
  summaries: FileSummaries,
  itemIds: readonly number[],
): Promise<void> {
  const rows = await loadCounted(queries, itemIds);
  const own = rows.filter(({ type }) => type !== 'show' && type !== 'season');
  const found = await summaries.summarise(
    queries,
    own.map(({ id }) => id),
  );
  await updateItems(
    queries,
    own.map((row) => summarised(row, found.get(row.id) ?? none)),
  );
  await keepLibraries(
    queries,
    own.map(({ id }) => ({ id, libraryIds: (found.get(id) ?? none).libraryIds })),
  );
  await sumChildren(
    queries,
    ids(rows, (row) => (row.type === 'episode' ? row.parent_id : row.type === 'season' ? row.id : null)),
    'parent_id',
  );
  await sumChildren(
    queries,
    ids(rows, (row) => (row.type === 'show' ? row.id : row.show_id)),
    'show_id',
  );
}

const ids = (rows: readonly CountedRow[], of: (row: CountedRow) => number | null): number[] => [
  ...new Set(rows.map(of).filter((id): id is number => id !== null)),
];

async function loadCounted(queries: Queries, itemIds: readonly number[]): Promise<CountedRow[]> {
  const items = inNumbers(queries.dialect, 'id', itemIds);
  return queries.all<CountedRow>(
    `select id, type, parent_id, show_id, file_count, resolution_label, runtime_ms, added_at, provenance from media_items where ${items.sql}`,
    items.parameters,
  );
}

function summarised(row: CountedRow, summary: FileSummary): ItemUpdate {
  const provenance = readJson<Provenance>(row.provenance, {});
  const takesRuntime =
    summary.durationMs !== null && (row.runtime_ms === null || weakProviders.has(provenance.runtimeMs ?? ''));
  if (takesRuntime) provenance.runtimeMs = 'file';
  return {
    id: row.id,
    file_count: summary.fileCount,
    resolution_label: summary.resolution,
    runtime_ms: takesRuntime ? summary.durationMs : row.runtime_ms,
    added_at: row.file_count === 0 && summary.addedAt !== null ? summary.addedAt : row.added_at,
    shelf: (row.type === 'movie' || row.type === 'game') && summary.fileCount > 0 ? 1 : null,
    provenance: JSON.stringify(provenance),
  };
}

async function keepLibraries(
  queries: Queries,
  items: readonly { id: number; libraryIds: readonly number[] }[],
): Promise<void> {
  const condition = inNumbers(
    queries.dialect,
    'item_id',
    items.map(({ id }) => id),
  );
  const rows = await queries.all<{ item_id: number; library_id: number }>(
    `select item_id, library_id from media_libraries where ${condition.sql}`,
    condition.parameters,
  );
  const before = Map.groupBy(rows, (row) => row.item_id);
  const added: { item_id: number; library_id: number }[] = [];
  for (const { id, libraryIds } of items) {
    const had = (before.get(id) ?? []).map((row) => row.library_id);
    added.push(
      ...libraryIds
        .filter((library) => !had.includes(library))
        .map((library) => ({ item_id: id, library_id: library })),
    );
    for (const gone of had.filter((library) => !libraryIds.includes(library))) {
      await queries.run('delete from media_libraries where item_id = ? and library_id = ?', [id, gone]);
    }
  }
  await queries.insert('media_libraries', added);
}

/** Labels from worst to best; a season or show has the label of its best episode. */
const resolutions = ['SD', '480p', '576p', '720p', '1080p', '1440p', '2160p', '4K', '8K'];
const rankOfResolution = `case c.resolution_label ${resolutions
  .map((label, rank) => `when '${label}' then ${rank}`)
  .join(' ')} else -1 end`;

interface ChildSum {
  id: number;
  files: number;
  episodes: number;
  added_at: number;
  best: number;
}

async function sumChildren(
  queries: Queries,
  parentIds: readonly number[],
  link: 'parent_id' | 'show_id',
): Promise<void> {
  if (parentIds.length === 0) return;
  const parents = inNumbers(queries.dialect, `c.${link}`, parentIds);
  const rows = await queries.all<ChildSum>(
    `select c.${link} as id, sum(c.file_count) as files, count(*) as episodes, min(c.added_at) as added_at,
       max(${rankOfResolution}) as best
     from media_items c where ${parents.sql} and c.type = 'episode' and c.file_count > 0 group by c.${link}`,
    parents.parameters,
  );
  const sums = new Map(rows.map((row) => [row.id, row]));
  const before = await loadCounted(queries, parentIds);
  await updateItems(
    queries,
    before.map((row) => summed(row, sums.get(row.id))),
  );
  await sumLibraries(queries, parentIds, link);
}

/** A title that had no file came into the library with the first of its episodes. */
const summed = (row: CountedRow, sum: ChildSum | undefined): ItemUpdate => ({
  id: row.id,
  added_at: row.file_count === 0 && sum ? sum.added_at : row.added_at,
  file_count: sum?.files ?? 0,
  episode_count: sum?.episodes ?? 0,
  resolution_label: resolutions[sum?.best ?? -1] ?? '',
  shelf: row.type === 'show' && sum ? 1 : null,
});

async function sumLibraries(
  queries: Queries,
  parentIds: readonly number[],
  link: 'parent_id' | 'show_id',
): Promise<void> {
  const parents = inNumbers(queries.dialect, 'item_id', parentIds);
  await queries.run(`delete from media_libraries where ${parents.sql}`, parents.parameters);
  const owners = inNumbers(queries.dialect, `c.${link}`, parentIds);
  await queries.run(
    `insert into media_libraries (library_id, item_id)
     select distinct l.library_id, c.${link} from media_items c join media_libraries l on l.item_id = c.id
     where ${owners.sql} and c.type = 'episode'`,
    owners.parameters,
  );
}
