import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import type { Database } from '../../kernel/database/database.ts';
import type { listFacets } from './catalog.schema.ts';
import { conditionOf } from './item-filter.ts';
import type { ItemFilter } from './item-filter.ts';
import type { PlayStateReader, SqlFragment } from './ports.ts';
import type { CatalogRevision, CatalogStamp } from './revision.ts';

export type Facets = z.input<(typeof listFacets)['response'] & z.ZodType>;

export interface FacetReader {
  /** Counts for filter chips and the A-Z rail; order and page do not matter. */
  facets(filter: ItemFilter, accountId: string): Promise<Facets>;
}

const keptAnswers = 200;
/** Counts may lag behind a scan longer than lists. */
const lagMs = 10_000;

export function createFacetReader(database: Database, revision: CatalogRevision, states: PlayStateReader): FacetReader {
  const kept = new LRUCache<string, { facets: Facets; stamp: CatalogStamp; states: number }>({ max: keptAnswers });
  return {
    async facets(filter, accountId) {
      const stamp = await revision.stamp();
      const ofAccount = filter.watched !== undefined;
      const current = ofAccount ? states.revision(accountId) : 0;
      const { sort: _sort, order: _order, ...conditions } = filter;
      const key = JSON.stringify([ofAccount ? accountId : '', Object.entries(conditions).toSorted(byName)]);
      const entry = kept.get(key);
      if (entry && entry.states === current && revision.isFresh(entry.stamp, stamp, lagMs)) return entry.facets;
      const facets = await count(database, conditionOf(filter, { dialect: database.dialect, accountId, states }));
      kept.set(key, { facets, stamp, states: current });
      return facets;
    },
  };
}

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => (a < b ? -1 : 1);

async function count(database: Database, { sql, parameters }: SqlFragment): Promise<Facets> {
  const rows = <Row extends object>(statement: string) => database.all<Row>(statement, parameters);
  const initials = await rows<{ initial: string; count: number }>(
    `select i.initial, count(*) as count from media_items i where ${sql} group by i.initial order by min(i.sort_key)`,
  );
  const genres = await rows<{ name: string; count: number }>(
    `select t.name, f.count from terms t join (
       select mt.term_id, count(*) as count from media_items i join media_terms mt on mt.item_id = i.id where ${sql} group by mt.term_id
     ) f on f.term_id = t.id where t.kind = 'genre' order by f.count desc, t.name`,
  );
  const years = await rows<{ year: number; count: number }>(
    `select i.year, count(*) as count from media_items i where ${sql} and i.year is not null group by i.year order by i.year desc`,
  );
  const resolutions = await rows<{ resolution: string; count: number }>(
    `select i.resolution_label as resolution, count(*) as count from media_items i
     where ${sql} and i.resolution_label <> '' group by i.resolution_label order by 2 desc`,
  );
  let offset = 0;
  const rail = initials.map((entry) => {
    const before = offset;
    offset += entry.count;
    return { initial: entry.initial, count: entry.count, offset: before };
  });
  return { total: offset, initials: rail, genres, years, resolutions };
}
