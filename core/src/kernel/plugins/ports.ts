import type { CatalogItem, CatalogQuery, MediaData, Source, ArtworkKind } from '@vitascope/sdk';
import type { Route } from '../http/endpoint.ts';

/** Where a plugin's routes are entered; the HTTP server keeps it. */
export interface RoutePort {
  addRoutes(owner: string, routes: readonly Route[]): void;
  removeRoutes(owner: string): void;
}

/** The catalogue as plugins may touch it; `plugin` is written into the provenance of what changes. */
export interface CatalogPort {
  upsert(items: readonly MediaData[], origin: { plugin: string }): Promise<{ ids: string[] }>;
  find(query: CatalogQuery): Promise<CatalogItem[]>;
  offerArtwork(id: string, picture: { kind: ArtworkKind; source: Source }, origin: { plugin: string }): Promise<void>;
}
