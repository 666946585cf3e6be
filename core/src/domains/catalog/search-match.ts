import type { Dialect } from '../../kernel/database/database.ts';
import { fold } from './fold.ts';
import type { SqlFragment } from './ports.ts';

/** A trigram index knows nothing shorter. */
const trigram = 3;
export const isShort = (folded: string): boolean => [...folded].length < trigram;

/** Columns of the search index of items. */
export type SearchColumn = 'title' | 'original_title' | 'overview' | 'starts';

/** A text as a phrase of FTS5: whatever is in it stands for itself. */
const phrase = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** A text for `like … escape '\'`, somewhere inside. */
export const likePattern = (text: string): string => `%${text.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;

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

export interface MatchScope {
  overview: boolean;
}

/**
 * Ids of items whose title, original title, cast or (with `overview`) overview contain the text, or whose titles and overview
 * contain all its words.
 */
export function selectMatching(dialect: Dialect, text: string, scope: MatchScope): SqlFragment {
  const folded = fold(text);
  const people = selectPeople(dialect, folded);
  const byCast: SqlFragment = {
    sql: `select c.item_id as id from credits c where c.person_id in (${people.sql})`,
    parameters: people.parameters,
  };
  return union([selectByText(dialect, folded, scope), byCast]);
}

function selectByText(dialect: Dialect, folded: string, { overview }: MatchScope): SqlFragment {
  if (isShort(folded)) return selectContaining(dialect, 'starts', ` ${folded} `);
  const columns: SearchColumn[] = overview ? ['title', 'original_title', 'overview'] : ['title', 'original_title'];
  const words = folded.split(' ').filter((word) => !isShort(word));
  const parts = words.length > 1 ? words : [folded];
  if (dialect === 'sqlite') {
    const expression = parts.map((part) => `{${columns.join(' ')}} : ${phrase(part)}`).join(' AND ');
    return { sql: 'select rowid as id from media_search where media_search match ?', parameters: [expression] };
  }
  const condition = parts.map(() => `(${columns.map((column) => `${column} like ?`).join(' or ')})`).join(' and ');
  return {
    sql: `select item_id as id from media_search where ${condition}`,
    parameters: parts.flatMap((part) => columns.map(() => likePattern(part))),
  };
}

const union = (parts: readonly SqlFragment[]): SqlFragment => ({
  sql: parts.map(({ sql }) => sql).join(' union '),
  parameters: parts.flatMap(({ parameters }) => parameters),
});
