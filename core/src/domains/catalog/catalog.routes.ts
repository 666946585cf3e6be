import { AppError } from '../../kernel/errors.ts';
import { route } from '../../kernel/http/endpoint.ts';
import type { Call, HttpExchange, Route } from '../../kernel/http/endpoint.ts';
import { done } from '../../kernel/http/schema.ts';
import * as api from './catalog.schema.ts';
import type { CatalogService } from './catalog.service.ts';
import type { PictureService } from './pictures/picture-service.ts';

export interface CatalogRoutesParts {
  catalog: CatalogService;
  pictures: PictureService;
}

/** Lists, titles, people, search and pictures. */
export function catalogRoutes({ catalog, pictures }: CatalogRoutesParts): Route[] {
  const detail = (id: number, { accountId, role }: Call['caller'], season?: number) =>
    catalog.detail(id, { accountId, paths: role === 'admin', season });
  const artwork = async (id: number) => ({ items: await catalog.artwork(id) });

  return [
    route(api.listItems, ({ query, caller }) => catalog.list(query, query, caller.accountId)),
    route(api.listMovies, ({ query, caller }) => catalog.list({ ...query, type: ['movie'] }, query, caller.accountId)),
    route(api.listShows, ({ query, caller }) => catalog.list({ ...query, type: ['show'] }, query, caller.accountId)),
    route(api.listFacets, ({ query, caller }) => catalog.facets(query, caller.accountId)),
    route(api.search, ({ query, caller }) => catalog.search(query.query, query.limit, caller.accountId)),
    route(api.getItem, ({ params, query, caller }) => detail(params.id, caller, query.season)),
    route(api.updateItem, async ({ params, body, caller }) => {
      await catalog.edit(params.id, body);
      return detail(params.id, caller);
    }),
    route(api.deleteItem, async ({ params }) => {
      await catalog.remove(params.id);
      return done;
    }),
    route(api.refreshItem, ({ params, caller }) => catalog.refresh(params.id, caller.accountId)),
    route(api.listArtwork, ({ params }) => artwork(params.id)),
    route(api.selectArtwork, async ({ params }) => {
      await catalog.selectArtwork(params.id, params.artworkId);
      return artwork(params.id);
    }),
    route(api.uploadArtwork, async ({ params, query, http }) => {
      await catalog.artwork(params.id);
      const bytes = await readUpload(http, api.uploadArtwork.upload!.maxBytes);
      await catalog.addArtwork(params.id, await pictures.receive(query.kind, bytes));
      return artwork(params.id);
    }),
    route(api.getPicture, ({ params, query, http }) => sendPicture(pictures, http, { ...params, ...query })),
    route(api.getPerson, ({ params, caller }) => catalog.person(params.id, caller.accountId)),
    route(api.listMedia, ({ query, caller }) => catalog.seed.list(query, query, caller.accountId)),
    route(api.getMedia, ({ params, caller }) => catalog.seed.get(params.id, caller.accountId)),
    route(api.listCast, () => catalog.seed.cast()),
  ];
}

interface PictureRequest {
  id: number;
  version: string;
  width?: number | undefined;
}

async function sendPicture(pictures: PictureService, http: HttpExchange, request: PictureRequest): Promise<undefined> {
  const { id, version, width } = request;
  const asked = http.header('if-none-match');
  const etag = pictures.etag(id, version, width);
  if (asked !== '' && asked === etag) {
    http.set('ETag', etag);
    http.set('Cache-Control', 'private, max-age=31536000, immutable');
    http.status(304);
    http.send('');
    return;
  }
  const picture = await pictures.open(id, version, width);
  http.set('Content-Type', 'image/webp');
  http.set('Content-Length', String(picture.size));
  http.set('ETag', picture.etag);
  http.set('Cache-Control', picture.immutable ? 'private, max-age=31536000, immutable' : 'private, no-cache');
  http.send(picture.stream);
}

/** The body of an upload. @throws AppError `too_large` as soon as it is */
async function readUpload(http: HttpExchange, maxBytes: number): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  // The connection stays open when it is too large: the client is still to hear so.
  for await (const chunk of http.request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBytes) {
      throw new AppError('too_large', `The picture has more than ${maxBytes} bytes.`, {
        details: { max_bytes: maxBytes },
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
