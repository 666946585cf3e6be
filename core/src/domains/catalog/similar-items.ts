import type { Queries } from '../../kernel/database/database.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** Titles looked at for each person or genre they share. */
const perLink = 150;
const weights = { person: 3, term: 1 };

/**
 * Titles on the shelf that share people and genres with an item, most in common first. Looks at the first people and the rarest
 * terms only, so that it takes a few milliseconds in any catalogue.
 */
export async function findSimilar(queries: Queries, itemId: number, limit: number): Promise<number[]> {
  const scores = new Map<number, number>();
  const add = (ids: readonly { id: number }[], weight: number): void => {
    for (const { id } of ids) scores.set(id, (scores.get(id) ?? 0) + weight);
  };
  const people = await queries.all<{ id: number }>(
    'select person_id as id from credits where item_id = ? order by position limit 12',
    [itemId],
  );
  for (const { id } of people) {
    add(await linked(queries, 'credits', 'person_id', id), weights.person);
  }
  const terms = await queries.all<{ id: number }>(
    `select t.id from media_terms mt join terms t on t.id = mt.term_id where mt.item_id = ? and t.kind in ('genre', 'category', 'tag')
     order by t.id desc limit 12`,
    [itemId],
  );
  for (const { id } of terms) add(await linked(queries, 'media_terms', 'term_id', id), weights.term);
  scores.delete(itemId);
  const best = [...scores].toSorted((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, limit * 5);
  return onShelf(
    queries,
    best.map(([id]) => id),
    limit,
  );
}

const linked = (queries: Queries, table: string, column: string, id: number): Promise<{ id: number }[]> =>
  queries.all<{ id: number }>(
    `select distinct item_id as id from ${table} where ${column} = ? order by item_id desc limit ${perLink}`,
    [id],
  );

async function onShelf(queries: Queries, ids: readonly number[], limit: number): Promise<number[]> {
  if (ids.length === 0) return [];
  const listed = inNumbers(queries.dialect, 'id', ids);
  const rows = await queries.all<{ id: number }>(
    `select id from media_items where ${listed.sql} and shelf = 1`,
    listed.parameters,
  );
  const shelf = new Set(rows.map(({ id }) => id));
  return ids.filter((id) => shelf.has(id)).slice(0, limit);
}
