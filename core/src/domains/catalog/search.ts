import type { Database } from '../../kernel/database/database.ts';
import { fold } from './fold.ts';
import type { IdQueries } from './id-queries.ts';
import type { CatalogRevision } from './revision.ts';
import { isSearchable, isShort, selectContaining, selectDescribed, selectPeople } from './search-match.ts';
import type { SearchColumn } from './search-match.ts';
import { inNumbers, type SqlFragment } from '../../kernel/database/sql-fragment.ts';

export interface Search {
  /** Ids of titles, best first: same title, its beginning, beginning of a word, inside, original title, cast, overview. */
  items(text: string, limit: number): Promise<number[]>;
  /** Ids of people, best first. */
  people(text: string, limit: number): Promise<number[]>;
}

/** How many matches of one kind are looked at before the best are taken; more where episodes may stand before films. */
const some = 200;
const many = 1000;
/** Above every character that a title can go on with. */
const last = '\u{10FFFF}';

interface Ranked {
  id: number;
  type: string;
  folded_title: string;
  file_count: number;
  year: number | null;
}

export interface SearchOptions {
  database: Database;
  queries: Pick<IdQueries, 'keep'>;
  revision: CatalogRevision;
}

/** What was found is kept until the catalogue changes: people type the same beginnings. */
export function createSearch({ database, queries, revision }: SearchOptions): Search {
  const finder = createFinder(database);
  const kept = async (kind: 'items' | 'people', text: string, limit: number): Promise<number[]> => {
    const folded = fold(text);
    if (folded === '') return [];
    const freshness = { stamp: await revision.stamp(), states: 0 };
    const key = `search ${kind} ${limit} ${folded}`;
    return queries.keep(key, freshness, sizeOf, () => finder[kind](folded, limit));
  };
  return {
    items: (text, limit) => kept('items', text, limit),
    people: (text, limit) => kept('people', text, limit),
  };
}

const sizeOf = (ids: readonly number[]): number => ids.length;

/** Finds ids for a folded text. */
function createFinder({ dialect, aside: database }: Pick<Database, 'dialect' | 'aside'>): Search {
  const idsOf = async ({ sql, parameters }: SqlFragment, most: number): Promise<number[]> =>
    (await database.all<{ id: number }>(`${sql} limit ${most}`, parameters)).map(({ id }) => id);

  /**
   * Matches that a text index finds. SQLite gives the newest first for nothing. PostgreSQL, told of the limit, would rather read
   * the whole table in the hope to find enough soon; behind the fence it asks the index.
   */
  const matches = ({ sql, parameters }: SqlFragment, most: number): Promise<number[]> =>
    dialect === 'sqlite'
      ? idsOf({ sql: `${sql} order by rowid desc`, parameters }, most)
      : idsOf({ sql: `with found as materialized (${sql}) select id from found`, parameters }, most);

  const containing = (column: SearchColumn, text: string, most: number): Promise<number[]> =>
    matches(selectContaining(dialect, column, text), most);

  /** Kinds of match, best first; each is asked for only while the better ones do not fill the answer. */
  const itemTiers = (folded: string): (() => Promise<number[]>)[] => {
    const range = 'folded_title >= ? and folded_title < ? order by folded_title, id';
    const beginning = (condition: string) => () =>
      idsOf(
        { sql: `select id from media_items where ${condition}${range}`, parameters: [folded, folded + last] },
        some,
      );
    const same = { sql: 'select id from media_items where folded_title = ?', parameters: [folded] };
    const tiers = [beginning('shelf = 1 and '), () => idsOf(same, some)];
    if (!isSearchable(folded)) return [...tiers, beginning('')];
    if (isShort(folded)) {
      return [...tiers, () => containing('starts', ` ${folded} `, many), beginning(''), () => byCast(folded)];
    }
    return [
      ...tiers,
      () => containing('title', ` ${folded}`, many),
      beginning(''),
      () => containing('title', folded, many),
      () => containing('original_title', folded, some),
      () => byCast(folded),
      () => byOverview(folded),
    ];
  };

  const byOverview = async (folded: string): Promise<number[]> => {
    const described = selectDescribed(dialect, folded);
    return described ? matches(described, some) : [];
  };

  const byCast = async (folded: string): Promise<number[]> => {
    const people = await matches(selectPeople(dialect, folded), 50);
    if (people.length === 0) return [];
    const listed = inNumbers(dialect, 'person_id', people);
    return idsOf(
      {
        sql: `select distinct item_id as id from credits where ${listed.sql}`,
        parameters: listed.parameters,
      },
      some,
    );
  };

  const rank = async (ids: readonly number[], folded: string): Promise<number[]> => {
    if (ids.length < 2) return [...ids];
    const listed = inNumbers(dialect, 'id', ids);
    const rows = await database.all<Ranked>(
      `select id, type, folded_title, file_count, year from media_items where ${listed.sql}`,
      listed.parameters,
    );
    return rows.toSorted((a, b) => exactness(b, folded) - exactness(a, folded) || byStanding(a, b)).map(({ id }) => id);
  };

  return {
    async items(folded, limit) {
      let found: number[] = [];
      for (const tier of itemTiers(folded)) {
        const known = new Set(found);
        const ids = (await tier()).filter((id) => !known.has(id));
        found = found.concat(await rank(ids, folded));
        if (found.length >= limit) break;
      }
      return found.slice(0, limit);
    },
    async people(folded, limit) {
      if (!isSearchable(folded)) return [];
      const range = 'folded_name >= ? and folded_name < ? order by folded_name';
      const exact = await idsOf(
        { sql: `select id from people where ${range}`, parameters: [folded, folded + last] },
        some,
      );
      const inside = exact.length >= limit ? [] : await matches(selectPeople(dialect, folded), some);
      const all = [...new Set([...exact, ...inside])];
      if (all.length === 0) return [];
      const listed = inNumbers(dialect, 'p.id', all);
      const rows = await database.all<{ id: number; folded_name: string; credits: number }>(
        `select p.id, p.folded_name, (select count(*) from credits c where c.person_id = p.id) as credits from people p where ${listed.sql}`,
        listed.parameters,
      );
      return rows
        .toSorted(
          (a, b) =>
            nameRank(a.folded_name, folded) - nameRank(b.folded_name, folded) || b.credits - a.credits || a.id - b.id,
        )
        .slice(0, limit)
        .map(({ id }) => id);
    },
  };
}

const typeRank: Readonly<Record<string, number>> = { movie: 0, show: 0, game: 0, season: 2, episode: 1 };

const exactness = ({ folded_title }: Ranked, folded: string): number => Number(folded_title === folded);

/** Within one kind of match: what has files, films and shows before episodes, newer ones. */
const byStanding = (a: Ranked, b: Ranked): number =>
  Number(b.file_count > 0) - Number(a.file_count > 0) ||
  typeRank[a.type]! - typeRank[b.type]! ||
  (b.year ?? 0) - (a.year ?? 0) ||
  a.id - b.id;

const nameRank = (name: string, folded: string): number =>
  name === folded ? 0 : name.startsWith(folded) ? 1 : name.includes(` ${folded}`) ? 2 : 3;
