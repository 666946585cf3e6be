import { readJson } from '../../kernel/database/database.ts';
import type { Queries } from '../../kernel/database/database.ts';
import type { Provenance } from './item-fields.ts';
import type { ItemKeeper } from './ports.ts';
import { unindexItems, unindexPeople } from './search-index.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** Deletes items with all that belongs to them, seasons and episodes too, and people who are left without a credit. */
export async function removeItems(queries: Queries, itemIds: readonly number[]): Promise<number[]> {
  const all = await withDescendants(queries, itemIds);
  if (all.length === 0) return [];
  const credits = inNumbers(queries.dialect, 'item_id', all);
  const people = await queries.all<{ person_id: number }>(
    `select distinct person_id from credits where ${credits.sql}`,
    credits.parameters,
  );
  await unindexItems(queries, all);
  const items = inNumbers(queries.dialect, 'id', all);
  await queries.run(`delete from media_items where ${items.sql}`, items.parameters);
  await removeIdlePeople(
    queries,
    people.map(({ person_id }) => person_id),
  );
  return all;
}

async function withDescendants(queries: Queries, itemIds: readonly number[]): Promise<number[]> {
  const own = inNumbers(queries.dialect, 'id', itemIds);
  const shows = inNumbers(queries.dialect, 'show_id', itemIds);
  const parents = inNumbers(queries.dialect, 'parent_id', itemIds);
  const rows = await queries.all<{ id: number }>(
    `select id from media_items where ${own.sql} union select id from media_items where ${shows.sql} union select id from media_items where ${parents.sql}`,
    [...own.parameters, ...shows.parameters, ...parents.parameters],
  );
  return rows.map(({ id }) => id);
}

/** Deletes those of `personIds` who have no credit and were not edited. */
async function removeIdlePeople(queries: Queries, personIds: readonly number[]): Promise<void> {
  const people = inNumbers(queries.dialect, 'id', personIds);
  const idle = await queries.all<{ id: number; locked: unknown }>(
    `select id, locked from people where ${people.sql} and not exists (select 1 from credits c where c.person_id = people.id)`,
    people.parameters,
  );
  const gone = idle.filter(({ locked }) => readJson<string[]>(locked, []).length === 0).map(({ id }) => id);
  if (gone.length === 0) return;
  await unindexPeople(queries, gone);
  const condition = inNumbers(queries.dialect, 'id', gone);
  await queries.run(`delete from people where ${condition.sql}`, condition.parameters);
}

interface IdleRow {
  id: number;
  type: string;
  parent_id: number | null;
  show_id: number | null;
  locked: unknown;
  provenance: unknown;
}

/**
 * Deletes those of `itemIds` that have no file and that nothing else keeps: nobody edited them and no keeper holds them. Seasons
 * and shows that are empty afterwards go the same way. Call it after `refreshFileCounts`.
 */
export async function removeTitlesWithoutFiles(
  queries: Queries,
  keepers: readonly ItemKeeper[],
  itemIds: readonly number[],
): Promise<number[]> {
  const removed: number[] = [];
  let candidates = [...new Set(itemIds)];
  while (candidates.length > 0) {
    const rows = await idleRows(queries, candidates);
    const open = rows.filter((row) => !wasEdited(row)).map(({ id }) => id);
    const kept = await Promise.all(keepers.map((keeper) => keeper.kept(queries, open)));
    const going = new Set(open.filter((id) => !kept.some((each) => each.has(id))));
    if (going.size === 0) break;
    removed.push(...(await removeItems(queries, [...going])));
    candidates = [
      ...new Set(
        rows
          .filter(({ id }) => going.has(id))
          .flatMap((row) => [row.parent_id, row.show_id])
          .filter((id): id is number => id !== null && !going.has(id)),
      ),
    ];
  }
  return removed;
}

/** Items without files and without children. */
async function idleRows(queries: Queries, itemIds: readonly number[]): Promise<IdleRow[]> {
  const items = inNumbers(queries.dialect, 'i.id', itemIds);
  return queries.all<IdleRow>(
    `select i.id, i.type, i.parent_id, i.show_id, i.locked, i.provenance from media_items i
     where ${items.sql} and i.file_count = 0
       and not exists (select 1 from media_items c where c.parent_id = i.id)
       and not exists (select 1 from media_items c where c.show_id = i.id)`,
    items.parameters,
  );
}

const wasEdited = ({ locked, provenance }: IdleRow): boolean =>
  readJson<string[]>(locked, []).length > 0 || Object.values(readJson<Provenance>(provenance, {})).includes('manual');
