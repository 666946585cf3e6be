import type { z } from 'zod';
import type { Database } from '../../kernel/database/database.ts';
import type { listFacets } from './catalog.schema.ts';
import type { Freshness, IdQueries } from './id-queries.ts';
import { countCommon } from './id-set.ts';
import type { IdSet } from './id-set.ts';
import { universeOf } from './item-filter.ts';
import type { ItemFilter } from './item-filter.ts';
import type { ItemIds } from './item-ids.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';
import type { CatalogRevision } from './revision.ts';
import { compareInitials } from './sort-title.ts';

export type Facets = z.input<(typeof listFacets)['response'] & z.ZodType>;

export interface FacetReader {
  /** Counts for filter chips and the A-Z rail; order and page do not matter. */
  facets(filter: ItemFilter, accountId: string): Promise<Facets>;
}

export interface FacetReaderOptions {
  database: Database;
  queries: IdQueries;
  ids: ItemIds;
  revision: CatalogRevision;
}

/** The members of each group may lag behind a scan longer than lists do. */
const lagMs = 10_000;

const genreSets = (gather: string): SqlFragment => ({
  sql: `select g.value, ${gather} as ids from (
     select mt.term_id as value, mt.item_id from media_terms mt where mt.term_id in (select id from terms where kind = 'genre')
     order by mt.term_id) as g group by g.value`,
  parameters: [],
});

export function createFacetReader({ database, queries, ids, revision }: FacetReaderOptions): FacetReader {
  return {
    async facets(filter, accountId) {
      const freshness: Freshness = { stamp: await revision.stamp(), states: 0, lagMs };
      const found = await ids.set(filter, accountId);
      const universe = universeOf(filter);
      const by = (column: string) =>
        queries.groups<string | number>(
          {
            sql: `select i.${column} as value, ${queries.gather('i.id')} as ids from media_items i
              where ${universe.sql} and i.${column} is not null group by i.${column}`,
            parameters: universe.parameters,
          },
          freshness,
        );
      const genres = counted(await queries.groups<number>(genreSets(queries.gather('g.item_id')), freshness), found);
      const names = await database.all<{ id: number; name: string }>(`select id, name from terms where kind = 'genre'`);
      const nameOf = new Map(names.map(({ id, name }) => [id, name]));
      return {
        total: found.size,
        initials: railOf(counted(await by('initial'), found)),
        genres: genres
          .map(([id, count]) => ({ name: nameOf.get(id) ?? '', count }))
          .toSorted((a, b) => b.count - a.count || a.name.localeCompare(b.name)),
        years: counted(await by('year'), found)
          .map(([year, count]) => ({ year: Number(year), count }))
          .toSorted((a, b) => b.year - a.year),
        resolutions: counted(await by('resolution_label'), found)
          .map(([resolution, count]) => ({ resolution: String(resolution), count }))
          .filter(({ resolution }) => resolution !== '')
          .toSorted((a, b) => b.count - a.count),
      };
    },
  };
}

function counted<Value>(groups: ReadonlyMap<Value, IdSet>, found: IdSet): [Value, number][] {
  return [...groups]
    .map(([value, set]): [Value, number] => [value, countCommon(set, found)])
    .filter(([, count]) => count > 0);
}

function railOf(initials: readonly [string | number, number][]): Facets['initials'] {
  let offset = 0;
  return initials
    .map(([initial, count]) => ({ initial: String(initial), count }))
    .toSorted((a, b) => compareInitials(a.initial, b.initial))
    .map((entry) => {
      const before = offset;
      offset += entry.count;
      return { ...entry, offset: before };
    });
}
