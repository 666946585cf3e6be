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
}

export const windowOf = ({ page, pageSize }: PageQuery) => ({ offset: (page - 1) * pageSize, limit: pageSize });

export function createItemList(itemIds: ItemIds, cards: CardReader): ItemList {
  return {
    async list(filter, { page, pageSize }, accountId) {
      const { ids, total } = await itemIds.page(filter, windowOf({ page, pageSize }), accountId);
      return { items: await cards.cards(ids, accountId), page, pageSize, total };
    },
  };
}
