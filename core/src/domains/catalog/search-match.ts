import type { Dialect } from '../../kernel/database/database.ts';
import { fold, wordsOf } from './fold.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';

/** A trigram index knows nothing shorter. */
const trigram = 3;
export const isShort = (folded: string): boolean => [...folded].length < trigram;

/** Columns of the search index of items. */
export type SearchColumn = 'title' | 'original_title' | 'starts';

/** A text as a phrase of FTS5: whatever is in it stands for itself. */
const phrase = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A text for `like … escape '\'`, somewhere inside. */
const likePattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

/** Item ids whose column contains the folded text, as a select of one column `id`. */
export function selectContaining(dialect: Dialect, column: SearchColumn, text: string): SqlFragment {
  return dialect === 'sqlite'
    ? {
        sql: 'select rowid as id from media_search where media_search match ?',
        parameters: [`${column} : ${phrase(text)}`],
      }
    : { sql: `select item_id as id from media_search where ${column} like ?`, parameters: [likePattern(text)] };
}

/** Person ids whose name contains the folded text. */
export function selectPeople(dialect: Dialect, folded: string): SqlFragment {
  const column = isShort(folded) ? 'starts' : 'name';
  const text = isShort(folded) ? ` ${folded} ` : folded;
  if (dialect === 'sqlite') {
    return {
      sql: 'select rowid as id from people_search where people_search match ?',
      parameters: [`${column} : ${phrase(text)}`],
    };
  }
  return {
    sql: `select id from people where ${column === 'name' ? 'folded_name' : 'starts'} like ?`,
    parameters: [likePattern(text)],
  };
}

/**
 * Item ids whose overview has all words of the folded text; undefined for no words. Words that are only begun do not count: PostgreSQL
 * cannot tell how many they would be, and would read every description.
 */
export function selectDescribed(dialect: Dialect, folded: string): SqlFragment | undefined {
  const all = wordsOf(folded);
  // A single letter beside words says nothing and would cost more than all of them.
  const words = all.length > 1 ? all.filter((word) => [...word].length > 1) : all;
  if (words.length === 0) return undefined;
  if (dialect === 'sqlite') {
    return {
      sql: 'select rowid as id from overview_search where overview_search match ?',
      parameters: [words.map(phrase).join(' AND ')],
    };
  }
  const lexemes = words.map((word) => `'${word.replaceAll(/['\\]/g, '$&$&')}'`);
  return {
    sql: 'select item_id as id from media_search where overview @@ ?::tsquery',
    parameters: [lexemes.join(' & ')],
  };
}

/** Whether there is anything in a folded text that an index knows: a letter, a number or a sign, not punctuation alone. */
export const isSearchable = (folded: string): boolean => /[\p{L}\p{N}\p{S}]/u.test(folded);

export interface MatchScope {
  overview: boolean;
}

/** Ids of items whose titles or (with `overview`) overview have all words of the text, or somebody in their cast the name. */
export function selectMatching(dialect: Dialect, text: string, { overview }: MatchScope): SqlFragment {
  const folded = fold(text);
  if (!isSearchable(folded)) return { sql: 'select id from media_items where folded_title = ?', parameters: [folded] };
  const people = selectPeople(dialect, folded);
  const byCast: SqlFragment = {
    sql: `select c.item_id as id from credits c where c.person_id in (${people.sql})`,
    parameters: people.parameters,
  };
  const described = overview && !isShort(folded) ? selectDescribed(dialect, folded) : undefined;
  return union([selectTitled(dialect, folded), byCast, ...(described ? [described] : [])]);
}

function selectTitled(dialect: Dialect, folded: string): SqlFragment {
  if (isShort(folded)) return selectContaining(dialect, 'starts', ` ${folded} `);
  const words = folded.split(' ').filter((word) => !isShort(word));
  const parts = words.length > 1 ? words : [folded];
  if (dialect === 'sqlite') {
    const expression = parts.map((part) => `{title original_title} : ${phrase(part)}`).join(' AND ');
    return { sql: 'select rowid as id from media_search where media_search match ?', parameters: [expression] };
  }
  const condition = parts.map(() => '(title like ? or original_title like ?)').join(' and ');
  return {
    sql: `select item_id as id from media_search where ${condition}`,
    parameters: parts.flatMap((part) => [likePattern(part), likePattern(part)]),
  };
}

const union = (parts: readonly SqlFragment[]): SqlFragment => ({
  sql: parts.map(({ sql }) => sql).join(' union '),
  parameters: parts.flatMap(({ parameters }) => parameters),
});
