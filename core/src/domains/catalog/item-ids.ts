import type { Dialect } from '../../kernel/database/database.ts';
import type { Freshness, IdQueries } from './id-queries.ts';
import { createIdSet, keepIds } from './id-set.ts';
import type { IdSet, Sieve } from './id-set.ts';
import { defaultOrder, partsOf, selectInOrder, universeOf } from './item-filter.ts';
import type { ItemFilter, Sort, Universe } from './item-filter.ts';
import type { PlayStateReader } from './ports.ts';
import type { CatalogRevision } from './revision.ts';

/** The ids of all titles that a filter lets through. */
export interface ItemIds {
  /** In the order that the filter asks for. */
  list(filter: ItemFilter, accountId: string): Promise<Uint32Array>;
  set(filter: ItemFilter, accountId: string): Promise<IdSet>;
}

export interface ItemIdsOptions {
  dialect: Dialect;
  queries: IdQueries;
  revision: CatalogRevision;
  states: PlayStateReader;
}

/**
 * A list is an order and the sets that its filter is made of. Orders and sets come from the database whole, by one statement each
 * that an index answers, and are kept until the catalogue changes; putting them together takes a millisecond. So any page of any
 * combination costs only its own rows, and the total nothing.
 */
export function createItemIds({ dialect, queries, revision, states }: ItemIdsOptions): ItemIds {
  const order = async (
    universe: Universe,
    sort: Sort,
    way: 'asc' | 'desc',
    freshness: Freshness,
  ): Promise<Uint32Array> => {
    const select = selectInOrder(universe, sort, way);
    const known = await queries.list(select, freshness);
    if (select.complete) return known;
    const titles = await order(universe, 'title', 'asc', freshness);
    if (titles.length === known.length) return known;
    return queries.keep(
      `whole ${select.sql} ${universe.parameters.join()}`,
      freshness,
      (ids) => ids.length,
      async () => append(known, titles),
    );
  };

  const list: ItemIds['list'] = async (filter, accountId) => {
    const stamp = await revision.stamp();
    const ofAccount = filter.watched !== undefined;
    const freshness = { stamp, states: ofAccount ? states.revision(accountId) : 0 };
    return queries.keep(
      keyOf(filter, ofAccount ? accountId : ''),
      freshness,
      (ids) => ids.length,
      async () => {
        const { sort = 'title', order: way = defaultOrder(sort) } = filter;
        const sieves: Sieve[] = [];
        for (const part of partsOf(filter, { dialect, accountId, states })) {
          const set = await queries.set(part, part.ofAccount ? freshness : { stamp, states: 0 });
          sieves.push({ set, outside: part.outside ?? false });
        }
        const all = await order(universeOf(filter), sort, way, { stamp, states: 0 });
        return keepIds(all, sieves);
      },
    );
  };

  return {
    list,
    async set(filter, accountId) {
      return createIdSet(await list({ ...filter, sort: 'title', order: undefined }, accountId));
    },
  };
}

/** Titles without the value come last, by title, whichever way the rest runs. */
function append(known: Uint32Array, all: Uint32Array): Uint32Array {
  const rest = keepIds(all, [{ set: createIdSet(known), outside: true }]);
  const joined = new Uint32Array(known.length + rest.length);
  joined.set(known);
  joined.set(rest, known.length);
  return joined;
}

/** Equal for filters that list the same titles in the same order. */
const keyOf = (filter: ItemFilter, accountId: string): string =>
  JSON.stringify([
    accountId,
    filter.type,
    filter.libraryId,
    filter.query,
    filter.genre,
    filter.category,
    filter.source,
    filter.cast,
    filter.yearFrom,
    filter.yearTo,
    filter.ratingFrom,
    filter.resolution,
    filter.watched,
    filter.initial,
    filter.includeMissing,
    filter.sort ?? 'title',
    filter.order,
  ]);
