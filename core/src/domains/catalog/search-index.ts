import type { Queries } from '../../kernel/database/database.ts';
import { fold, startsOf, wordsOf } from './fold.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

/** The texts of an item that searching looks at. */
export interface SearchedItem {
  id: number;
  title: string;
  originalTitle: string | null;
  overview: string;
}

/** An item's texts, folded, as the index holds them. */
interface Entry {
  id: number;
  title: string;
  original_title: string;
  starts: string;
  words: string;
}

function entryOf({ id, title, originalTitle, overview }: SearchedItem): Entry {
  const folded = fold(title);
  const original = originalTitle ? fold(originalTitle) : '';
  return {
    id,
    title: folded,
    original_title: original === folded ? '' : original,
    starts: startsOf(folded, original),
    words: overviewWords(overview).join(' '),
  };
}

/** `l’été` is found by both `l’été` and `été`. */
const elision = /(?<!\p{L})(\p{L}|qu)['’](?=\p{L})/giu;

function overviewWords(overview: string): string[] {
  if (overview === '') return [];
  const words = wordsOf(fold(overview));
  const apart = overview.replace(elision, '$1 ');
  return apart === overview ? words : [...new Set([...words, ...wordsOf(fold(apart))])];
}

/** Enters items into the search index, or renews their entries. */
export async function indexItems(queries: Queries, items: readonly SearchedItem[], areNew = false): Promise<void> {
  if (items.length === 0) return;
  if (!areNew) {
    await unindexItems(
      queries,
      items.map(({ id }) => id),
    );
  }
  const entries = items.map(entryOf);
  if (queries.dialect === 'postgresql') return indexOnPostgresql(queries, entries);
  await queries.insert(
    'media_search',
    entries.map(({ id, title, original_title, starts }) => ({ rowid: id, title, original_title, starts })),
  );
  await queries.insert(
    'overview_search',
    entries.filter(({ words }) => words !== '').map(({ id, words }) => ({ rowid: id, words })),
  );
}

async function indexOnPostgresql(queries: Queries, entries: readonly Entry[]): Promise<void> {
  await queries.run(
    `insert into media_search (item_id, title, original_title, starts, overview)
     select e.id, e.title, e.original_title, e.starts, array_to_tsvector(string_to_array(e.words, ' '))
     from jsonb_to_recordset(?::jsonb) as e (id bigint, title text, original_title text, starts text, words text)`,
    [JSON.stringify(entries)],
  );
}

/** Takes items out of the search index. */
export async function unindexItems(queries: Queries, itemIds: readonly number[]): Promise<void> {
  const isSqlite = queries.dialect === 'sqlite';
  const gone = inNumbers(queries.dialect, isSqlite ? 'rowid' : 'item_id', itemIds);
  await queries.run(`delete from media_search where ${gone.sql}`, gone.parameters);
  if (isSqlite) await queries.run(`delete from overview_search where ${gone.sql}`, gone.parameters);
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
