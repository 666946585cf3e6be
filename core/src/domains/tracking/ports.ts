import type { z } from 'zod';
import type { FileLength } from './claimed-position.ts';
import type { ItemCard } from '../catalog/catalog.schema.ts';

export type Card = z.input<typeof ItemCard>;

/** Where an item stands: enough to find its neighbours. */
export interface ItemPlace {
  id: number;
  type: 'movie' | 'show' | 'season' | 'episode' | 'game';
  showId: number | null;
  seasonNumber: number | null;
  episodeNumber: number | null;
  runtimeMs: number | null;
  /** Present files. */
  fileCount: number;
}

/** Files of titles; kept by library. */
export interface TitleFiles {
  rowsOf(itemIds: readonly number[]): Promise<ReadonlyMap<number, readonly FileLength[]>>;
}

/** What tracking asks of the catalogue; `wiring.ts` brings it. */
export interface CatalogReader {
  places(itemIds: readonly number[]): Promise<ReadonlyMap<number, ItemPlace>>;
  /** Episodes with files below these shows or seasons, in order of playing: seasons, then specials. */
  episodesOf(parentIds: readonly number[]): Promise<readonly ItemPlace[]>;
  /** Cards in the order of the ids; ids that are gone are left out. */
  cards(itemIds: readonly number[], accountId: string): Promise<readonly Card[]>;
  /** Newest titles with files. */
  recentlyAdded(accountId: string, limit: number): Promise<readonly Card[]>;
  counts(): Promise<{ movies: number; shows: number; episodes: number }>;
}
