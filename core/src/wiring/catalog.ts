import { createCatalogService, type CatalogService } from '../domains/catalog/catalog.service.ts';
import { createPictureService, type PictureService } from '../domains/catalog/pictures/picture-service.ts';
import type { Foundation } from '../foundation.ts';
import { type Get, CATALOG_STORE, LIBRARY_FILES, LIBRARY_STORE, PLUGINS, LIBRARIES, TRACKING } from './tokens.ts';

export function makeCatalog({ database, events, loaded }: Foundation, get: Get): CatalogService {
  const { basePath } = loaded.config.server;
  const { hooks } = get(PLUGINS);
  return createCatalogService({
    database,
    store: get(CATALOG_STORE),
    events,
    states: get(TRACKING),
    files: get(LIBRARY_FILES),
    present: async (detail) => {
      if (!hooks.has('filter', 'catalog.present')) return detail;
      const { extra } = await hooks.filter('catalog.present', { item: { ...detail }, extra: {} });
      return { ...detail, extra };
    },
    refresh: (itemId, accountId) => get(LIBRARIES).domain.refreshItem(itemId, accountId),
    pictureBase: `${basePath === '/' ? '' : basePath}/api/v1/pictures`,
  });
}

export function makePictures({ database, storage, logger }: Foundation, get: Get): PictureService {
  const roots = get(LIBRARY_STORE);
  return createPictureService({
    database,
    storage,
    folders: async () => (await roots.roots()).map(({ path }) => path),
    log: logger,
  });
}
