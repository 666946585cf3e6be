import type { z } from 'zod';
import type { Dialect } from '../../kernel/database/database.ts';
import type { itemFilters, ItemType, sorts } from './catalog.schema.ts';
import { fold } from './fold.ts';
import type { PlayStateReader } from './ports.ts';
import { selectMatching } from './search-match.ts';
import type { TermKind } from './term-store.ts';
import { inTexts, type SqlFragment } from '../../kernel/database/sql-fragment.ts';

export type ItemFilter = Partial<z.output<typeof itemFilters>>;
type Type = z.output<typeof ItemType>;
export type Sort = (typeof sorts)[number];

/** Types that a grid shows side by side. */
const shelved: readonly Type[] = ['game', 'movie', 'show'];
const defaultTypes: readonly Type[] = ['movie', 'show'];

const typesOf = ({ type }: ItemFilter): Type[] => (type?.length ? [...new Set(type)].toSorted() : [...defaultTypes]);

/** A condition on `media_items i` that all titles of a list meet; orders and facets are kept for each. */
export type Universe = SqlFragment & { types: readonly Type[] };

/** What has files and is no part of a show lies on the shelf, which has indexes for everything; the rest is asked for by type. */
export function universeOf(filter: ItemFilter): Universe {
  const types = typesOf(filter);
  if (!filter.includeMissing && types.every((type) => shelved.includes(type))) {
    return { sql: 'i.shelf = 1', parameters: [], types: shelved };
  }
  const listed = `i.type in (${types.map(() => '?').join(', ')})`;
  return { sql: filter.includeMissing ? listed : `${listed} and i.file_count > 0`, parameters: types, types };
}

export interface FilterContext {
  dialect: Dialect;
  accountId: string;
  states: PlayStateReader;
}

/** The ids that meet one part of a filter, as a select. */
export interface SelectedPart extends SqlFragment {
  /** Depends on what the account watched. */
  ofAccount?: boolean;
  /** Lists what is left out, because that is less. */
  outside?: boolean;
}

/** A stretch of an order, both ends included. */
export interface RangePart {
  column: 'year' | 'rating';
  from: number;
  to: number;
}
export type FilterPart = SelectedPart | RangePart;

/** The parts of a filter. A title is listed when it is in the universe and passes all of them. */
export function partsOf(filter: ItemFilter, context: FilterContext): FilterPart[] {
  const { dialect, accountId, states } = context;
  const universe = universeOf(filter);
  const parts: FilterPart[] = [];
  const add = (part: FilterPart): void => void parts.push(part);
  const where = ({ sql, parameters }: SqlFragment): SqlFragment => ({
    sql: `select i.id from media_items i where ${universe.sql} and ${sql}`,
    parameters: [...universe.parameters, ...parameters],
  });

  const types = typesOf(filter);
  if (types.length < universe.types.length) {
    const outside = types.includes('movie');
    const listed = outside ? universe.types.filter((type) => !types.includes(type)) : types;
    add({ ...where({ sql: `i.type in (${listed.map(() => '?').join(', ')})`, parameters: listed }), outside });
  }
  if (filter.libraryId !== undefined) {
    add({ sql: 'select item_id as id from media_libraries where library_id = ?', parameters: [filter.libraryId] });
  }
  for (const [kind, names] of termsOf(filter)) add(selectTerms(dialect, kind, names));
  if (filter.cast !== undefined) add(selectCast(filter.cast));
  if (filter.yearFrom !== undefined || filter.yearTo !== undefined) {
    add({ column: 'year', from: filter.yearFrom ?? -Infinity, to: filter.yearTo ?? Infinity });
  }
  if (filter.ratingFrom !== undefined) add({ column: 'rating', from: filter.ratingFrom, to: Infinity });
  if (filter.resolution?.length) add(where(inTexts(dialect, 'i.resolution_label', filter.resolution)));
  if (filter.initial !== undefined) add(where({ sql: 'i.initial = ?', parameters: [filter.initial.toUpperCase()] }));
  if (filter.watched) {
    // Only what the account touched can be watched or begun, and mostly that is little: the rest is not looked at.
    const kind = filter.watched === 'unwatched' ? 'watched' : filter.watched;
    const touched = states.touchedItems(accountId);
    const condition = states.watchedCondition(accountId, kind);
    add({
      ...where({
        sql: `(i.id in (${touched.sql}) or i.id in (select e.show_id from media_items e where e.id in (${touched.sql}))) and ${condition.sql}`,
        parameters: [...touched.parameters, ...touched.parameters, ...condition.parameters],
      }),
      ofAccount: true,
      outside: filter.watched === 'unwatched',
    });
  }
  if (filter.query?.trim()) add(selectMatching(dialect, filter.query, { overview: true }));
  return parts;
}

const termsOf = ({ genre, category, source }: ItemFilter): [TermKind, readonly string[]][] =>
  (
    [
      ['genre', genre],
      ['category', category],
      ['source', source],
    ] as const
  ).flatMap(([kind, names]): [TermKind, readonly string[]][] => (names?.length ? [[kind, names]] : []));

function selectTerms(dialect: Dialect, kind: TermKind, names: readonly string[]): SqlFragment {
  const listed = inTexts(dialect, 't.folded_name', names.map(fold).toSorted());
  const distinct = names.length > 1 ? 'distinct ' : '';
  return {
    sql: `select ${distinct}mt.item_id as id from terms t join media_terms mt on mt.term_id = t.id where t.kind = ? and ${listed.sql}`,
    parameters: [kind, ...listed.parameters],
  };
}

/** Somebody by id, or everybody of a name. */
function selectCast(cast: string): SqlFragment {
  const byId = /^\d{1,15}$/.test(cast.trim());
  const person = byId ? '= ?' : 'in (select p.id from people p where p.folded_name = ?)';
  return {
    sql: `select distinct c.item_id as id from credits c where c.person_id ${person}`,
    parameters: [byId ? Number(cast) : fold(cast)],
  };
}

const sortColumns: Record<Sort, string> = {
  title: 'sort_key',
  added: 'added_at',
  year: 'year',
  rating: 'rating',
  runtime: 'runtime_ms',
  released: 'release_date',
};
const alwaysThere: ReadonlySet<Sort> = new Set(['title', 'added']);

/** How a list runs; `complete` when every title has the value. */
export function selectInOrder(
  universe: Universe,
  sort: Sort,
  order: 'asc' | 'desc',
): SqlFragment & { complete: boolean } {
  const complete = alwaysThere.has(sort);
  const there = complete ? '' : ` and i.${sortColumns[sort]} is not null`;
  return {
    sql: `select i.id from media_items i where ${universe.sql}${there} order by i.${sortColumns[sort]} ${order}, i.id ${order}`,
    parameters: universe.parameters,
    complete,
  };
}

/** The titles that have a number, with it, in its order. */
export const selectColumn = (universe: Universe, column: RangePart['column']): SqlFragment => ({
  sql: `select i.id, i.${column} as value from media_items i where ${universe.sql} and i.${column} is not null order by i.${column}`,
  parameters: universe.parameters,
});

export const defaultOrder = (sort: Sort): 'asc' | 'desc' => (sort === 'title' ? 'asc' : 'desc');
