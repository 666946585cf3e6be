import type { Queries } from '../../kernel/database/database.ts';
import { readJson } from '../../kernel/database/database.ts';
import type { FileSummaries, FileSummary } from './ports.ts';
import type { Provenance } from './item-fields.ts';
import { inNumbers } from './value-list.ts';

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
  for (const row of own) await keepSummary(queries, row, found.get(row.id) ?? none);
  await keepLibraries(
    queries,
    own.map(({ id }) => ({ id, libraryIds: (found.get(id) ?? none).libraryIds })),
  );
  await sumSeasons(
    queries,
    ids(rows, (row) => (row.type === 'episode' ? row.parent_id : row.type === 'season' ? row.id : null)),
  );
  await sumShows(
    queries,
    ids(rows, (row) => (row.type === 'show' ? row.id : row.show_id)),
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

async function keepSummary(queries: Queries, row: CountedRow, summary: FileSummary): Promise<void> {
  const provenance = readJson<Provenance>(row.provenance, {});
  const takesRuntime = summary.durationMs !== null && (row.runtime_ms === null || provenance.runtimeMs === 'file');
  const runtime = takesRuntime ? summary.durationMs : row.runtime_ms;
  if (takesRuntime) provenance.runtimeMs = 'file';
  const addedAt = row.file_count === 0 && summary.addedAt !== null ? summary.addedAt : row.added_at;
  const shelf = (row.type === 'movie' || row.type === 'game') && summary.fileCount > 0 ? 1 : null;
  await queries.run(
    'update media_items set file_count = ?, resolution_label = ?, runtime_ms = ?, added_at = ?, shelf = ?, provenance = ? where id = ?',
    [summary.fileCount, summary.resolution, runtime, addedAt, shelf, JSON.stringify(provenance), row.id],
  );
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

/** Best first; a season or show has the label of its best episode. */
const resolutionRank = `case resolution_label when '8K' then 8 when '4K' then 7 when '2160p' then 7 when '1440p' then 6 when '1080p' then 5
  when '720p' then 4 when '576p' then 3 when '480p' then 2 when '' then 0 else 1 end`;

async function sumSeasons(queries: Queries, seasonIds: readonly number[]): Promise<void> {
  await sumChildren(queries, seasonIds, 'parent_id', 'shelf = null');
}

async function sumShows(queries: Queries, showIds: readonly number[]): Promise<void> {
  await sumChildren(queries, showIds, 'show_id', 'shelf = case when file_count > 0 then 1 end');
}

async function sumChildren(
  queries: Queries,
  parentIds: readonly number[],
  link: 'parent_id' | 'show_id',
  shelf: string,
): Promise<void> {
  if (parentIds.length === 0) return;
  const parents = inNumbers(queries.dialect, 'id', parentIds);
  const children = `from media_items c where c.${link} = media_items.id and c.type = 'episode' and c.file_count > 0`;
  await queries.run(
    `update media_items set
       file_count = (select coalesce(sum(c.file_count), 0) ${children}),
       episode_count = (select count(*) ${children}),
       added_at = case when file_count = 0 then coalesce((select min(c.added_at) ${children}), added_at) else added_at end,
       resolution_label = coalesce((select c.resolution_label ${children} order by ${resolutionRank.replaceAll('resolution_label', 'c.resolution_label')} desc limit 1), '')
     where ${parents.sql}`,
    parents.parameters,
  );
  await queries.run(`update media_items set ${shelf} where ${parents.sql}`, parents.parameters);
  await sumLibraries(queries, parentIds, link);
}

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
