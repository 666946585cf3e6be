import type { ItemQuery } from './item-pages.svelte.ts';

type Sort = NonNullable<ItemQuery['sort']>;
type Watched = NonNullable<ItemQuery['watched']>;

/** The filters of a library page, as they stand in its address. */
export interface LibraryFilter {
  libraryId?: number;
  genre: string[];
  resolution: string[];
  watched?: Watched;
  yearFrom?: number;
  yearTo?: number;
  sort: Sort;
  order?: 'asc' | 'desc';
}

export const sorts: readonly Sort[] = ['title', 'added', 'released', 'year', 'rating', 'runtime'];
const watchedStates: readonly Watched[] = ['unwatched', 'inProgress', 'watched'];
const fixedSort: Sort = 'title';

/** The order that a sort begins with: names from A, everything else from the newest, best or longest. */
export const naturalOrder = (sort: Sort): 'asc' | 'desc' => (sort === 'title' ? 'asc' : 'desc');

/** Reads the filters from an address; what is unknown there is left out. */
export function readFilter(params: Pick<URLSearchParams, 'get' | 'getAll' | 'has'>): LibraryFilter {
  const number = (name: string) => {
    const value = Number(params.get(name));
    return params.has(name) && Number.isInteger(value) ? value : undefined;
  };
  return {
    libraryId: number('libraryId'),
    genre: params.getAll('genre'),
    resolution: params.getAll('resolution'),
    watched: watchedStates.find((state) => state === params.get('watched')),
    yearFrom: number('yearFrom'),
    yearTo: number('yearTo'),
    sort: sorts.find((sort) => sort === params.get('sort')) ?? fixedSort,
    order: params.get('order') === 'asc' ? 'asc' : params.get('order') === 'desc' ? 'desc' : undefined,
  };
}

/** The address of filters; what is as usual stays out of it. */
export function writeFilter(filter: LibraryFilter): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string | number | undefined) =>
    value !== undefined && params.append(name, String(value));
  put('libraryId', filter.libraryId);
  filter.genre.forEach((genre) => put('genre', genre));
  filter.resolution.forEach((resolution) => put('resolution', resolution));
  put('watched', filter.watched);
  put('yearFrom', filter.yearFrom);
  put('yearTo', filter.yearTo);
  put('sort', filter.sort === fixedSort ? undefined : filter.sort);
  put('order', filter.order === naturalOrder(filter.sort) ? undefined : filter.order);
  const text = params.toString();
  return text ? `?${text}` : '';
}

/** What the API is asked for. */
export function queryOf(filter: LibraryFilter, type: 'movie' | 'show' | undefined): ItemQuery {
  const some = <T>(list: readonly T[]) => (list.length > 0 ? [...list] : undefined);
  return {
    type: type ? [type] : undefined,
    libraryId: filter.libraryId,
    genre: some(filter.genre),
    resolution: some(filter.resolution),
    watched: filter.watched,
    yearFrom: filter.yearFrom,
    yearTo: filter.yearTo,
    sort: filter.sort,
    order: filter.order ?? naturalOrder(filter.sort),
  };
}

/** How many filters narrow the list. */
export const countFilters = (filter: LibraryFilter): number =>
  filter.genre.length +
  filter.resolution.length +
  [filter.watched, filter.yearFrom, filter.yearTo, filter.libraryId].filter((value) => value !== undefined).length;
