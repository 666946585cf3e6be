import type { Queries } from '../../kernel/database/database.ts';
import { fold, startsOf } from './fold.ts';
import { inNumbers } from './value-list.ts';

/** The texts of an item that searching looks at. */
export interface SearchedItem {
  id: number;
  title: string;
  originalTitle: string | null;
  overview: string;
}

/** Enters items into the search index, or renews their entries. */
export async function indexItems(queries: Queries, items: readonly SearchedItem[], areNew = false): Promise<void> {
  if (items.length === 0) return;
  if (!areNew)
    await unindexItems(
      queries,
      items.map(({ id }) => id),
    );
  const key = queries.dialect === 'sqlite' ? 'rowid' : 'item_id';
  await queries.insert(
    'media_search',
    items.map((item) => {
      const title = fold(item.title);
      const original = item.originalTitle ? fold(item.originalTitle) : '';
      return {
        [key]: item.id,
        title,
        original_title: original === title ? '' : original,
        overview: item.overview === '' ? '' : fold(item.overview),
        starts: startsOf(title, original),
      };
    }),
  );
}

/** Takes items out of the search index. */
export async function unindexItems(queries: Queries, itemIds: readonly number[]): Promise<void> {
  const gone = inNumbers(queries.dialect, queries.dialect === 'sqlite' ? 'rowid' : 'item_id', itemIds);
  await queries.run(`delete from media_search where ${gone.sql}`, gone.parameters);
}

/** Enters new people into the search index; on PostgreSQL it is part of their own rows. */
export async function indexPeople(queries: Queries, people: readonly { id: number; folded: string }[]): Promise<void> {
  if (queries.dialect !== 'sqlite') return;
  await queries.insert(
    'people_search',
    people.map(({ id, folded }) => ({ rowid: id, name: folded, starts: startsOf(folded) })),
  );
}

/** Takes people out of the search index. */
export async function unindexPeople(queries: Queries, personIds: readonly number[]): Promise<void> {
  if (queries.dialect !== 'sqlite' || personIds.length === 0) return;
  const gone = inNumbers('sqlite', 'rowid', personIds);
  await queries.run(`delete from people_search where ${gone.sql}`, gone.parameters);
}
