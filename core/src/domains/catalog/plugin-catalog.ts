import { randomUUID } from 'node:crypto';
import type { CatalogItem, CatalogQuery, ExternalIds, MediaData } from '@vitascope/sdk';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { Database } from '../../kernel/database/database.ts';
import type { CatalogPort } from '../../kernel/plugins/ports.ts';
import { storedTypes, type CatalogEntry, type StoredType } from './catalog-entry.ts';
import type { CatalogService } from './catalog.service.ts';
import type { CatalogStore } from './catalog-store.ts';
import { findByIds } from './item-finder.ts';

export interface PluginCatalogParts {
  database: Database;
  store: CatalogStore;
  catalog: CatalogService;
}

const usualLimit = 50;
/** Whose play state is shown to a plugin: nobody's. */
const nobody = randomUUID();

/** The catalogue as plugins may touch it: what they say is kept under their name, and what people locked stays. */
export function createPluginCatalog({ database, store, catalog }: PluginCatalogParts): CatalogPort {
  return {
    async upsert(items, { plugin }) {
      const entries = items.map((data): CatalogEntry => ({ sources: [{ provider: plugin, data: storedData(data) }] }));
      const applied = await database.transaction((queries) => store.applyBatch(queries, entries));
      catalog.changed();
      return { ids: applied.map(({ itemId }) => String(itemId)) };
    },
    async find(query) {
      const ids = await findIds(query);
      const items: CatalogItem[] = [];
      for (const id of ids.slice(0, query.limit ?? usualLimit))
        items.push(itemOf(await catalog.detail(id, { accountId: nobody, paths: false })));
      return query.type === undefined ? items : items.filter(({ type }) => type === query.type);
    },
    async offerArtwork(id, { kind, source }, { plugin }) {
      const itemId = Number(id);
      if (!Number.isSafeInteger(itemId)) throw notFound('item', id);
      if (!('url' in source) && !('blob' in source)) {
        throw new AppError('unsupported', 'A plugin offers pictures by address or as a blob.', {
          fix: 'Give { url } or { blob }.',
        });
      }
      const place =
        'url' in source
          ? { source: 'url' as const, location: source.url }
          : { source: 'blob' as const, location: source.blob };
      await catalog.addArtwork(itemId, { kind, ...place, provider: plugin });
    },
  };

  async function findIds({ query, ids, type, limit = usualLimit }: CatalogQuery): Promise<number[]> {
    if (ids) return findByExternalId(ids, type);
    if (query) return catalog.searchIds(query, limit);
    const filter = {
      type: type === undefined || type === 'person' ? undefined : [type],
      includeMissing: true,
      sort: 'added' as const,
    };
    const { items } = await catalog.list(filter, { page: 1, pageSize: limit }, nobody);
    return items.map((item) => item.id);
  }

  async function findByExternalId(ids: ExternalIds, type: MediaData['type'] | undefined): Promise<number[]> {
    const types = storedTypes.filter((each) => type === undefined || each === type);
    const found = await Promise.all(types.map((each) => findByIds(database, each, ids)));
    return found.filter((id) => id !== undefined);
  }
}

function storedData(data: MediaData): MediaData & { type: StoredType } {
  const type = storedTypes.find((each) => each === data.type);
  if (!type) throw new AppError('unsupported', `The catalogue keeps no titles of type "${data.type}".`);
  return { ...data, type };
}

type Detail = Awaited<ReturnType<CatalogService['detail']>>;

const itemOf = (item: Detail): CatalogItem => ({
  id: String(item.id),
  type: item.type,
  title: item.title,
  ...(item.originalTitle && { originalTitle: item.originalTitle }),
  ...(item.year !== null && { year: item.year }),
  ...(item.releaseDate && { releaseDate: item.releaseDate }),
  ...(item.overview && { overview: item.overview }),
  ...(item.rating !== null && { rating: item.rating }),
  ...(item.runtimeMs !== null && { runtimeMs: item.runtimeMs }),
  ...(item.seasonNumber !== null && { season: item.seasonNumber }),
  ...(item.episodeNumber !== null && { episode: item.episodeNumber }),
  ...(item.show && { showTitle: item.show.title }),
  ids: item.externalIds,
  genres: item.genres,
});
