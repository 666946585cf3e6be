import { createCatalogService, type CatalogService } from '../domains/catalog/catalog.service.ts';
import { createPictureService, type PictureService } from '../domains/catalog/pictures/picture-service.ts';
import type { FetchPicture } from '../domains/catalog/ports.ts';
import { AppError } from '../kernel/errors.ts';
import type { RemoteHttp } from '../kernel/plugins/http/remote-http.ts';
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
    fetch: (url, options) => fetchPicture(get(PLUGINS).http, url, options),
    log: logger,
  });
}

/** A picture on the internet, through the door that plugins use: paced, guarded, never into the home network. */
async function fetchPicture(http: RemoteHttp, url: string, { maxBytes, signal }: FetchOptions): Promise<Uint8Array> {
  const sender = { pluginId: 'core', rules: { named: new Set<string>() }, secrets: [], requestId: '' };
  const { status, body } = await http.send({ url, method: 'GET', headers: { accept: 'image/*' } }, sender, signal);
  if (status !== 200 || !body) {
    await body?.cancel();
    throw new AppError('not_found', `The picture's host answered ${status}.`, {
      details: { resource: 'picture', identifier: new URL(url).host },
    });
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > maxBytes) throw new AppError('too_large', 'The picture is larger than pictures are.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

type FetchOptions = Parameters<FetchPicture>[1];
