import type { Card, CardReader } from './item-card.ts';
import type { ItemFilter } from './item-filter.ts';
import type { ItemIds } from './item-ids.ts';

export interface PageQuery {
  page: number;
  pageSize: number;
}

export interface ItemPage extends PageQuery {
  items: Card[];
  total: number;
}

export interface ItemList {
  /** One page of the titles that a filter lets through, with what the account did. */
  list(filter: ItemFilter, page: PageQuery, accountId: string): Promise<ItemPage>;
  /** Their ids alone. */
  ids(filter: ItemFilter, page: PageQuery, accountId: string): Promise<{ ids: number[]; total: number }>;
}

export function createItemList(itemIds: ItemIds, cards: CardReader): ItemList {
  const ids: ItemList['ids'] = async (filter, { page, pageSize }, accountId) => {
    const all = await itemIds.list(filter, accountId);
    return { ids: [...all.subarray((page - 1) * pageSize, page * pageSize)], total: all.length };
  };
  return {
    ids,
    async list(filter, page, accountId) {
      const { ids: wanted, total } = await ids(filter, page, accountId);
      return { items: await cards.cards(wanted, accountId), page: page.page, pageSize: page.pageSize, total };
    },
  };
}
