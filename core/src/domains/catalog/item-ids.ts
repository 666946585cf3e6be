import type { Dialect } from '../../kernel/database/database.ts';
import type { Freshness, IdQueries } from './id-queries.ts';
import { createIdSet, sift, takeInOrder } from './id-set.ts';
import type { IdSet, Sieve, Window } from './id-set.ts';
import { defaultOrder, partsOf, selectColumn, selectInOrder, universeOf } from './item-filter.ts';
import type { FilterPart, ItemFilter, RangePart, Sort, Universe } from './item-filter.ts';
import type { PlayStateReader } from './ports.ts';
import type { CatalogRevision } from './revision.ts';

/** The ids of all titles that a filter lets through. */
export interface ItemIds {
  /** Those of one page in the order that the filter asks for, and how many there are in all; `more` sieves come on top. */
  page(
    filter: ItemFilter,
    window: Window,
    accountId: string,
    more?: readonly Sieve[],
  ): Promise<{ ids: number[]; total: number }>;
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
 * that an index answers, and are kept until the catalogue changes; a set takes a bit for each title, and putting sets together
 * microseconds. So any page of any combination costs hardly more than its own rows, and the total nothing.
 */
export function createItemIds({ dialect, queries, revision, states }: ItemIdsOptions): ItemIds {
  const sizeOfSet = ({ words }: IdSet): number => words.length;
  const sizeOfList = (ids: Uint32Array): number => ids.length;

  const order = (universe: Universe, sort: Sort, way: 'asc' | 'desc', freshness: Freshness): Promise<Uint32Array> => {
    const select = selectInOrder(universe, sort, way);
    if (select.complete) return queries.list(select, freshness);
    return queries.keep(`whole ${select.sql} ${universe.parameters.join()}`, freshness, sizeOfList, async (parts) => {
      const known = await queries.list(select, parts);
      const titles = await order(universe, 'title', 'asc', parts);
      return titles.length === known.length ? known : append(known, titles);
    });
  };

  const everything = async (universe: Universe, freshness: Freshness): Promise<IdSet> =>
    queries.keep(`all ${universe.sql} ${universe.parameters.join()}`, freshness, sizeOfSet, async (parts) =>
      createIdSet(await order(universe, 'title', 'asc', parts)),
    );

  const range = async (universe: Universe, part: RangePart, freshness: Freshness): Promise<IdSet> =>
    queries.keep(`range ${universe.sql} ${JSON.stringify(part)}`, freshness, sizeOfSet, async (parts) => {
      const { ids, values } = await queries.column(selectColumn(universe, part.column), parts);
      return createIdSet(ids.subarray(firstFrom(values, part.from), firstFrom(values, part.to, true)));
    });

  const sieveOf = async (universe: Universe, part: FilterPart, freshness: Freshness): Promise<Sieve> => {
    const ofCatalog = { ...freshness, states: 0 };
    if ('column' in part) return { set: await range(universe, part, ofCatalog), outside: false };
    return { set: await queries.set(part, part.ofAccount ? freshness : ofCatalog), outside: part.outside ?? false };
  };

  const freshnessFor = async (filter: ItemFilter, accountId: string): Promise<Freshness> => ({
    stamp: await revision.stamp(),
    states: filter.watched === undefined ? 0 : states.revision(accountId),
  });

  const passing = (filter: ItemFilter, accountId: string, freshness: Freshness): Promise<IdSet> =>
    queries.keep(keyOf(filter, accountId), freshness, sizeOfSet, async (parts) => {
      const universe = universeOf(filter);
      const all = await everything(universe, { ...parts, states: 0 });
      const sieves: Sieve[] = [];
      for (const part of partsOf(filter, { dialect, accountId, states })) {
        sieves.push(await sieveOf(universe, part, parts));
      }
      return sift(all, sieves);
    });

  return {
    set: async (filter, accountId) => passing(filter, accountId, await freshnessFor(filter, accountId)),
    async page(filter, window, accountId, more = []) {
      const freshness = await freshnessFor(filter, accountId);
      const set = sift(await passing(filter, accountId, freshness), more);
      const { sort = 'title', order: way = defaultOrder(sort) } = filter;
      const all = await order(universeOf(filter), sort, way, { ...freshness, states: 0 });
      return { ids: takeInOrder(all, set, window), total: set.size };
    },
  };
}

/** Equal for filters that let the same titles through; order does not matter. */
const keyOf = (filter: ItemFilter, accountId: string): string =>
  JSON.stringify([
    filter.watched && accountId,
    filter.watched,
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
    filter.initial,
    filter.includeMissing,
  ]);

/** Titles without the value come last, by title, whichever way the rest runs. */
function append(known: Uint32Array, all: Uint32Array): Uint32Array {
  const rest = takeInOrder(all, sift(createIdSet(all), [{ set: createIdSet(known), outside: true }]), {
    offset: 0,
    limit: all.length,
  });
  const joined = new Uint32Array(known.length + rest.length);
  joined.set(known);
  joined.set(rest, known.length);
  return joined;
}

/** The first place whose value is at least `bound`, or above it. */
function firstFrom(values: Float64Array, bound: number, above = false): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const value = values[middle]!;
    if (value < bound || (above && value === bound)) low = middle + 1;
    else high = middle;
  }
  return low;
}
