import type { z } from 'zod';
import type { Bindable, Dialect } from '../../kernel/database/database.ts';
import type { itemFilters, ItemType } from './catalog.schema.ts';
import { fold } from './fold.ts';
import type { PlayStateReader, SqlFragment } from './ports.ts';
import { selectMatching } from './search-match.ts';
import type { TermKind } from './term-store.ts';
import { inTexts } from './value-list.ts';

export type ItemFilter = Partial<z.output<typeof itemFilters>>;
type Type = z.output<typeof ItemType>;

/** Types that a grid shows side by side. */
const shelved: ReadonlySet<Type> = new Set(['movie', 'show', 'game']);
const defaultTypes: readonly Type[] = ['movie', 'show'];

export interface FilterContext {
  dialect: Dialect;
  accountId: string;
  states: PlayStateReader;
}

/** The condition on `media_items i` that a filter comes to. */
export function conditionOf(filter: ItemFilter, context: FilterContext): SqlFragment {
  const { dialect, accountId, states } = context;
  const parts: SqlFragment[] = [typeCondition(filter)];
  const add = (sql: string, ...parameters: Bindable[]): void => void parts.push({ sql, parameters });

  if (filter.libraryId !== undefined) {
    add('i.id in (select l.item_id from media_libraries l where l.library_id = ?)', filter.libraryId);
  }
  for (const [kind, names] of [
    ['genre', filter.genre],
    ['category', filter.category],
    ['source', filter.source],
  ] as const) {
    if (names?.length) parts.push(termCondition(dialect, kind, names));
  }
  if (filter.cast !== undefined) parts.push(castCondition(filter.cast));
  if (filter.yearFrom !== undefined) add('i.year >= ?', filter.yearFrom);
  if (filter.yearTo !== undefined) add('i.year <= ?', filter.yearTo);
  if (filter.ratingFrom !== undefined) add('i.rating >= ?', filter.ratingFrom);
  if (filter.resolution?.length) parts.push(inTexts(dialect, 'i.resolution_label', filter.resolution));
  if (filter.initial !== undefined) add('i.initial = ?', filter.initial.toLocaleUpperCase('en'));
  if (filter.watched) parts.push(states.watchedCondition(accountId, filter.watched));
  if (filter.query !== undefined && filter.query.trim() !== '') {
    const found = selectMatching(dialect, filter.query, { overview: true });
    add(`i.id in (${found.sql})`, ...found.parameters);
  }
  return { sql: parts.map(({ sql }) => sql).join(' and '), parameters: parts.flatMap(({ parameters }) => parameters) };
}

function typeCondition({ type, includeMissing }: ItemFilter): SqlFragment {
  const types = type?.length ? [...new Set(type)] : defaultTypes;
  const listed = `i.type in (${types.map(() => '?').join(', ')})`;
  if (includeMissing) return { sql: listed, parameters: types };
  if (types.every((each) => shelved.has(each))) return { sql: `i.shelf = 1 and ${listed}`, parameters: types };
  return { sql: `${listed} and i.file_count > 0`, parameters: types };
}

function termCondition(dialect: Dialect, kind: TermKind, names: readonly string[]): SqlFragment {
  const listed = inTexts(dialect, 't.folded_name', names.map(fold));
  return {
    sql: `i.id in (select mt.item_id from terms t join media_terms mt on mt.term_id = t.id where t.kind = ? and ${listed.sql})`,
    parameters: [kind, ...listed.parameters],
  };
}

/** Somebody by id, or everybody of a name. */
function castCondition(cast: string): SqlFragment {
  const byId = /^\d{1,15}$/.test(cast.trim());
  return {
    sql: `i.id in (select c.item_id from credits c where c.person_id ${byId ? '= ?' : 'in (select p.id from people p where p.folded_name = ?)'})`,
    parameters: [byId ? Number(cast) : fold(cast)],
  };
}
