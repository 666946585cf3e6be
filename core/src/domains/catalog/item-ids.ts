import { LRUCache } from 'lru-cache';
import type { Database } from '../../kernel/database/database.ts';
import { conditionOf } from './item-filter.ts';
import type { ItemFilter } from './item-filter.ts';
import { orderOf } from './item-order.ts';
import type { PlayStateReader } from './ports.ts';
import type { CatalogRevision, CatalogStamp } from './revision.ts';

/** The ids of all titles that a filter lets through, in order. */
export interface ItemIds {
  find(filter: ItemFilter, accountId: string): Promise<Uint32Array>;
}

export interface ItemIdsOptions {
  database: Database;
  revision: CatalogRevision;
  states: PlayStateReader;
}

interface KeptIds {
  ids: Uint32Array;
  stamp: CatalogStamp;
  states: number;
}

/** In all, over all lists; four bytes each. */
const keptNumbers = 3_000_000;

/**
 * One query answers a filter once and for all its pages: the database hands over every id in order as one text, and the list is
 * kept until the catalogue changes. A page anywhere in it then costs nothing but its own rows, and its length is the total.
 */
export function createItemIds({ database, revision, states }: ItemIdsOptions): ItemIds {
  const kept = new LRUCache<string, KeptIds>({ maxSize: keptNumbers, sizeCalculation: ({ ids }) => ids.length + 100 });
  const reading = new Map<string, Promise<Uint32Array>>();

  const read = async (filter: ItemFilter, accountId: string): Promise<Uint32Array> => {
    const condition = conditionOf(filter, { dialect: database.dialect, accountId, states });
    const gather = database.dialect === 'sqlite' ? 'group_concat(id)' : `string_agg(id::text, ',')`;
    const stretches: string[] = [];
    for (const { condition: more, orderBy } of orderOf(filter)) {
      const row = await database.first<{ ids: string | null }>(
        `select ${gather} as ids from (select i.id from media_items i where ${condition.sql}${more} order by ${orderBy}) as found`,
        condition.parameters,
      );
      if (row?.ids) stretches.push(row.ids);
    }
    return parseIds(stretches.join(','));
  };

  return {
    async find(filter, accountId) {
      const stamp = await revision.stamp();
      const ofAccount = filter.watched !== undefined;
      const current = ofAccount ? states.revision(accountId) : 0;
      const key = keyOf(filter, ofAccount ? accountId : '');
      const entry = kept.get(key);
      if (entry && entry.states === current && revision.isFresh(entry.stamp, stamp)) return entry.ids;
      // What is being read for another state of catalogue or account must not answer this one.
      const readKey = `${stamp.value} ${stamp.edits} ${current} ${key}`;
      const known = reading.get(readKey);
      if (known) return known;
      const work = read(filter, accountId).finally(() => reading.delete(readKey));
      reading.set(readKey, work);
      const ids = await work;
      kept.set(key, { ids, stamp, states: current });
      return ids;
    },
  };
}

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
    filter.sort,
    filter.order,
  ]);

const comma = 44;
const zero = 48;

/** `12,7,30` as numbers; many thousand of them in a millisecond. */
function parseIds(text: string): Uint32Array {
  if (text === '') return new Uint32Array();
  let count = 1;
  for (let at = text.indexOf(','); at !== -1; at = text.indexOf(',', at + 1)) count += 1;
  const ids = new Uint32Array(count);
  let index = 0;
  let value = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma) {
      ids[index++] = value;
      value = 0;
    } else value = value * 10 + code - zero;
  }
  ids[index] = value;
  return ids;
}
