import type { z } from 'zod';
import { notFound } from '../../kernel/errors.ts';
import type { Database } from '../../kernel/database/database.ts';
import type { getMedia } from './catalog.schema.ts';
import { fold } from './fold.ts';
import type { Sieve } from './id-set.ts';
import type { Freshness, IdQueries } from './id-queries.ts';
import type { Card, CardReader } from './item-card.ts';
import { windowOf } from './item-list.ts';
import type { PageQuery } from './item-list.ts';
import type { ItemIds } from './item-ids.ts';
import type { ShowPicture } from './picture-view.ts';
import type { CatalogRevision } from './revision.ts';
import { selectMatching } from './search-match.ts';
import { loadItemTerms } from './term-store.ts';
import { inNumbers, inTexts } from '../../kernel/database/sql-fragment.ts';

export type SeedMedia = z.input<(typeof getMedia)['response'] & z.ZodType>;
export type SeedCast = SeedMedia['cast'];

export interface SeedFilter {
  name?: string | undefined;
  categories?: string[] | undefined;
  sources?: string[] | undefined;
  cast?: string[] | undefined;
}

export interface SeedMediaReader {
  list(
    filter: SeedFilter,
    page: PageQuery,
    accountId: string,
  ): Promise<PageQuery & { items: SeedMedia[]; total: number }>;
  get(itemId: number, accountId: string): Promise<SeedMedia>;
  /** Everybody who is in a cast, by name. */
  cast(): Promise<SeedCast>;
}

export interface SeedMediaParts {
  database: Database;
  ids: ItemIds;
  queries: IdQueries;
  revision: CatalogRevision;
  cards: CardReader;
  showPicture: ShowPicture;
}

const acting = `lower(c.role) in ('actor', 'guest', 'voice')`;
const portrait = 'left join artwork a on a.id = p.picture_id';

/** The media list in the shape of the first design: names of titles or of anybody in their cast, in one field. */
export function createSeedMedia({
  database,
  ids,
  queries,
  revision,
  cards,
  showPicture,
}: SeedMediaParts): SeedMediaReader {
  const { dialect } = database;

  const matching = async ({ name, cast }: SeedFilter): Promise<Sieve[]> => {
    const freshness: Freshness = { stamp: await revision.stamp(), states: 0 };
    const selects = [];
    if (name?.trim()) selects.push(selectMatching(dialect, name, { overview: false }));
    if (cast?.length) {
      const people = inTexts(dialect, 'p.folded_name', cast.map(fold));
      selects.push({
        sql: `select distinct c.item_id as id from people p join credits c on c.person_id = p.id where ${people.sql}`,
        parameters: people.parameters,
      });
    }
    const sets = await Promise.all(selects.map((select) => queries.set(select, freshness)));
    return sets.map((set) => ({ set, outside: false }));
  };

  const castOf = async (itemIds: readonly number[]): Promise<Map<number, SeedCast>> => {
    const items = inNumbers(dialect, 'c.item_id', itemIds);
    const rows = await database.all<CastRow & { item_id: number }>(
      `select c.item_id, p.id, p.name, p.picture_id, a.version from credits c join people p on p.id = c.person_id ${portrait}
       where ${items.sql} and ${acting} order by c.item_id, c.position`,
      items.parameters,
    );
    const byItem = Map.groupBy(rows, (row) => row.item_id);
    return new Map([...byItem].map(([id, people]) => [id, people.map(castMember)]));
  };

  interface CastRow {
    id: number;
    name: string;
    picture_id: number | null;
    version: string | null;
  }
  const castMember = ({ id, name, picture_id, version }: CastRow): SeedCast[number] => ({
    id,
    name,
    imageUrl:
      picture_id === null || version === null
        ? null
        : showPicture({ id: picture_id, version, placeholder: null, width: null, height: null })!.url,
  });

  const describe = async (items: readonly Card[]): Promise<SeedMedia[]> => {
    const itemIds = items.map(({ id }) => id);
    if (itemIds.length === 0) return [];
    const terms = await loadItemTerms(database, itemIds);
    const cast = await castOf(itemIds);
    return items.map((item) => ({
      id: item.id,
      title: item.title,
      type: item.type,
      year: item.year,
      categories: namesOf(terms.get(item.id), 'category'),
      sources: namesOf(terms.get(item.id), 'source'),
      cast: cast.get(item.id) ?? [],
      imageUrl: item.poster?.url ?? null,
    }));
  };

  return {
    async list(filter, { page, pageSize }, accountId) {
      const terms = { category: filter.categories, source: filter.sources };
      const found = await ids.page(terms, windowOf({ page, pageSize }), accountId, await matching(filter));
      const items = await cards.cards(found.ids, accountId);
      return { items: await describe(items), page, pageSize, total: found.total };
    },
    async get(itemId, accountId) {
      const [media] = await describe(await cards.cards([itemId], accountId));
      if (!media) throw notFound('media', itemId);
      return media;
    },
    async cast() {
      const rows = await database.all<CastRow>(
        `select p.id, p.name, p.picture_id, a.version from people p ${portrait}
         where exists (select 1 from credits c where c.person_id = p.id and ${acting}) order by p.folded_name, p.id`,
      );
      return rows.map(castMember);
    },
  };
}

const namesOf = (terms: readonly { kind: string; name: string }[] | undefined, kind: string): string[] =>
  (terms ?? []).filter((term) => term.kind === kind).map(({ name }) => name);
