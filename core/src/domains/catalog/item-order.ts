import type { sorts } from './catalog.schema.ts';
import type { ItemFilter } from './item-filter.ts';

type Sort = (typeof sorts)[number];

const columns: Record<Sort, string> = {
  title: 'sort_key',
  added: 'added_at',
  year: 'year',
  rating: 'rating',
  runtime: 'runtime_ms',
  released: 'release_date',
};
const alwaysThere: ReadonlySet<Sort> = new Set(['title', 'added']);

/** One stretch of an order: titles that meet `condition`, in the order of `orderBy`. */
export interface OrderedStretch {
  condition: string;
  orderBy: string;
}

/** How a list is ordered. Titles without the value come last, by title, whichever way the rest runs. */
export function orderOf({ sort = 'title', order }: ItemFilter): OrderedStretch[] {
  const way = order ?? (sort === 'title' ? 'asc' : 'desc');
  const column = `i.${columns[sort]}`;
  const orderBy = `${column} ${way}, i.id ${way}`;
  if (alwaysThere.has(sort)) return [{ condition: '', orderBy }];
  return [
    { condition: ` and ${column} is not null`, orderBy },
    { condition: ` and ${column} is null`, orderBy: 'i.sort_key asc, i.id asc' },
  ];
}
