import { describe, expect, it } from 'vitest';
import { countFilters, queryOf, readFilter, writeFilter } from './library-filter.ts';

describe('library filters in the address', () => {
  it('come back as they were written', () => {
    const filter = readFilter(
      new URLSearchParams('genre=Drama&genre=Mystery&watched=unwatched&yearFrom=1990&sort=rating&order=asc'),
    );
    expect(readFilter(new URLSearchParams(writeFilter(filter)))).toEqual(filter);
    expect(countFilters(filter)).toBe(4);
  });

  it('leave out what is as usual and ignore what is unknown', () => {
    expect(writeFilter(readFilter(new URLSearchParams('sort=colour&watched=maybe&yearFrom=x&order=asc')))).toBe('');
  });

  it('ask for the natural order of a sort', () => {
    expect(queryOf(readFilter(new URLSearchParams('sort=added')), 'movie')).toMatchObject({
      type: ['movie'],
      sort: 'added',
      order: 'desc',
    });
    expect(queryOf(readFilter(new URLSearchParams()), undefined)).toMatchObject({
      type: undefined,
      order: 'asc',
      genre: undefined,
    });
  });
});
