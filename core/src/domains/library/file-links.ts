import type { Queries } from '../../kernel/database/database.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { loadChildFacts, type ItemFacts } from '../catalog/item-facts.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';
import type { Reason } from './scan/decide.ts';

/** What a file is taken for. */
export interface FileLink {
  fileId: number;
  /** Titles in the file, in order; none for a file that is not matched. */
  itemIds: readonly number[];
  state: 'matched' | 'unmatched' | 'ignored';
  source: '' | 'auto' | 'manual';
  confidence: number;
  reasons: readonly Reason[];
}

/** Writes what files are. The titles' figures are the caller's business. */
export async function storeLinks(queries: Queries, links: readonly FileLink[], now: number): Promise<void> {
  for (const { fileId, itemIds, state, source, confidence, reasons } of links) {
    await queries.run(
      `update media_files set item_id = ?, match_state = ?, match_source = ?, match_confidence = ?, match_reasons = ?, updated_at = ?
       where id = ?`,
      [itemIds[0] ?? null, state, source, confidence, JSON.stringify(reasons), now, fileId],
    );
  }
  const files = inNumbers(
    queries.dialect,
    'file_id',
    links.map(({ fileId }) => fileId),
  );
  await queries.run(`delete from media_file_items where ${files.sql}`, files.parameters);
  await queries.insert(
    'media_file_items',
    links.flatMap(({ fileId, itemIds }) =>
      [...new Set(itemIds)].map((itemId, position) => ({ file_id: fileId, item_id: itemId, position })),
    ),
  );
}

/** Files of a title, extras too. */
export async function filesOfItem(queries: Queries, itemId: number): Promise<number[]> {
  const rows = await queries.all<{ file_id: number }>(
    'select file_id from media_file_items where item_id = ? order by file_id',
    [itemId],
  );
  return rows.map((row) => row.file_id);
}

/**
 * Gives all files of a film or show to another one, those of a show by the numbers of their episodes; the title that lost them goes
 * where nothing else keeps it. @returns titles that changed, and those that went
 */
export async function moveFiles(
  queries: Queries,
  catalog: CatalogStore,
  { from, to }: { from: ItemFacts; to: number },
): Promise<{ updated: number[]; removed: number[] }> {
  const moved: [number, number][] = [[from.id, to]];
  if (from.type === 'show') {
    for (const episode of await loadChildFacts(queries, from.id)) {
      if (episode.seasonNumber === null || episode.episodeNumber === null) continue;
      if ((await filesOfItem(queries, episode.id)).length === 0) continue;
      moved.push([episode.id, await catalog.episode(queries, to, episode.seasonNumber, episode.episodeNumber)]);
    }
  }
  for (const [old, fresh] of moved) await moveLinks(queries, old, fresh);
  const before = moved.map(([old]) => old);
  const after = moved.map(([, fresh]) => fresh);
  await catalog.refreshFiles(queries, [...before, ...after]);
  const removed = await catalog.removeWithoutFiles(queries, before.toReversed());
  return { removed, updated: [...after, ...before].filter((id) => !removed.includes(id)) };
}

async function moveLinks(queries: Queries, from: number, to: number): Promise<void> {
  await queries.run(
    `insert into media_file_items (file_id, item_id, position)
     select l.file_id, cast(? as bigint), l.position from media_file_items l where l.item_id = ?
       and not exists (select 1 from media_file_items o where o.file_id = l.file_id and o.item_id = ?)`,
    [to, from, to],
  );
  await queries.run('delete from media_file_items where item_id = ?', [from]);
  await queries.run('update media_files set item_id = ?, updated_at = ? where item_id = ?', [to, Date.now(), from]);
}
