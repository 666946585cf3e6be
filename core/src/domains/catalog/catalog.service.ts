import { AppError, notFound } from '../../kernel/errors.ts';
import type { Database, Queries } from '../../kernel/database/database.ts';
import type { EventBus } from '../../kernel/events/event-bus.ts';
import { addArtwork, readArtwork, selectArtwork } from './artwork-edit.ts';
import type { ArtworkAnswer } from './artwork-edit.ts';
import type { FoundPicture } from './catalog-entry.ts';
import type { CatalogStore } from './catalog-store.ts';
import { loadPersonCards } from './credit-reader.ts';
import type { PersonCard, PersonDescription } from './credit-reader.ts';
import { createFacetReader } from './facets.ts';
import type { Facets } from './facets.ts';
import { createIdQueries } from './id-queries.ts';
import { createCardReader } from './item-card.ts';
import type { Card } from './item-card.ts';
import { createItemDetails } from './item-detail.ts';
import type { DetailQuery } from './item-detail.ts';
import { editItem } from './item-edit.ts';
import type { ItemChanges } from './item-edit.ts';
import type { ItemFilter } from './item-filter.ts';
import { createItemIds } from './item-ids.ts';
import { createItemList } from './item-list.ts';
import type { ItemPage, PageQuery } from './item-list.ts';
import { loadEpisodes, loadPlaces } from './item-places.ts';
import type { ItemPlace } from './item-places.ts';
import { readPerson } from './person-detail.ts';
import { createShowPicture } from './picture-view.ts';
import type { FileReader, ItemDescription, PlayStateReader, PresentItem, RefreshItem } from './ports.ts';
import { createCatalogRevision } from './revision.ts';
import { createSearch } from './search.ts';
import { createSeedMedia } from './seed-media.ts';
import type { SeedMediaReader } from './seed-media.ts';

export interface CatalogParts {
  database: Database;
  store: CatalogStore;
  events: EventBus;
  states: PlayStateReader;
  files: FileReader;
  present: PresentItem;
  refresh: RefreshItem;
  /** Address below which pictures are served; `/api/v1/pictures` behind the server's base path. */
  pictureBase: string;
  clock?: () => number;
}

/** Titles, people and pictures as the rest of the server and clients see them. */
export interface CatalogService {
  list(filter: ItemFilter, page: PageQuery, accountId: string): Promise<ItemPage>;
  facets(filter: ItemFilter, accountId: string): Promise<Facets>;
  /** Titles and people, best first. */
  search(text: string, limit: number, accountId: string): Promise<{ items: Card[]; people: PersonCard[] }>;
  /** Ids of titles alone, best first. */
  searchIds(text: string, limit: number): Promise<number[]>;
  /** Cards in the order of the ids; ids that are gone are left out. */
  cards(itemIds: readonly number[], accountId: string): Promise<Card[]>;
  /** @throws AppError `not_found` */
  detail(itemId: number, query: DetailQuery): Promise<ItemDescription>;
  person(personId: number, accountId: string): Promise<PersonDescription>;
  places(itemIds: readonly number[]): Promise<ReadonlyMap<number, ItemPlace>>;
  /** Episodes with files below these shows or seasons, in order of playing: seasons, then specials. */
  episodesOf(parentIds: readonly number[]): Promise<readonly ItemPlace[]>;
  recentlyAdded(accountId: string, limit: number): Promise<Card[]>;
  /** Titles with files. */
  counts(): Promise<{ movies: number; shows: number; episodes: number }>;
  /** Changes fields and locks them. @throws AppError `not_found`, `validation_failed` */
  edit(itemId: number, changes: ItemChanges): Promise<void>;
  /** Forgets a title without files. @throws AppError `not_found`, `conflict` */
  remove(itemId: number): Promise<void>;
  refresh(itemId: number, accountId: string): Promise<{ jobId: string }>;
  artwork(itemId: number): Promise<ArtworkAnswer>;
  selectArtwork(itemId: number, artworkId: number): Promise<void>;
  addArtwork(itemId: number, picture: FoundPicture): Promise<void>;
  /** Makes lists that were asked for anew, so that nobody has to wait for them once much has changed. */
  renewKept(): Promise<void>;
  /** Says that titles were changed from outside this service, so that the next answer shows it. */
  changed(): void;
  readonly seed: SeedMediaReader;
  /** Stops listening to events. */
  close(): void;
}

export function createCatalogService(parts: CatalogParts): CatalogService {
  const { database, store, events, states, clock = Date.now } = parts;
  const showPicture = createShowPicture(parts.pictureBase);
  const revision = createCatalogRevision(database, clock);
  const queries = createIdQueries(database, revision);
  const ids = createItemIds({ dialect: database.dialect, queries, revision, states });
  const cards = createCardReader({ database, revision, states, showPicture });
  const lists = createItemList(ids, cards);
  const facets = createFacetReader({ database, queries, ids, revision });
  const search = createSearch({ database, queries, revision });
  const details = createItemDetails({ ...parts, cards, showPicture });

  const stopListening = events.on('library.changed', ({ underway }) => {
    if (!underway) revision.edited();
  });
  const changed = (itemId: number): void => {
    revision.edited();
    events.emit('item.changed', { itemId });
  };
  const placeOf = async (inside: Queries, itemId: number): Promise<ItemPlace> => {
    const place = (await loadPlaces(inside, [itemId])).get(itemId);
    if (!place) throw notFound('item', itemId);
    return place;
  };

  return {
    list: lists.list,
    facets: facets.facets,
    async search(text, limit, accountId) {
      const items = await search.items(text, limit);
      const people = await search.people(text, limit);
      return {
        items: await cards.cards(items, accountId),
        people: await loadPersonCards(database, people, showPicture),
      };
    },
    searchIds: search.items,
    cards: cards.cards,
    detail: details.detail,
    person: (personId, accountId) => readPerson({ database, cards, showPicture }, personId, accountId),
    places: (itemIds) => loadPlaces(database, itemIds),
    episodesOf: (parentIds) => loadEpisodes(database, parentIds),
    async recentlyAdded(accountId, limit) {
      return (await lists.list({ sort: 'added' }, { page: 1, pageSize: limit }, accountId)).items;
    },
    async counts() {
      const count = async (type: 'movie' | 'show' | 'episode'): Promise<number> =>
        (await ids.set({ type: [type] }, '')).size;
      return { movies: await count('movie'), shows: await count('show'), episodes: await count('episode') };
    },
    async edit(itemId, changes) {
      await database.transaction((inside) => editItem(inside, itemId, changes, clock()));
      changed(itemId);
    },
    async remove(itemId) {
      await database.transaction(async (inside) => {
        const { fileCount } = await placeOf(inside, itemId);
        if (fileCount > 0) {
          throw new AppError('conflict', `The title still has ${fileCount === 1 ? 'a file' : `${fileCount} files`}.`, {
            fix: 'Remove or rematch its files first.',
          });
        }
        await store.remove(inside, [itemId]);
      });
      changed(itemId);
    },
    async refresh(itemId, accountId) {
      await placeOf(database, itemId);
      return parts.refresh(itemId, accountId);
    },
    artwork: (itemId) => readArtwork(database, itemId, showPicture),
    async selectArtwork(itemId, artworkId) {
      await database.transaction((inside) => selectArtwork(inside, itemId, artworkId));
      changed(itemId);
    },
    async addArtwork(itemId, picture) {
      await database.transaction((inside) => addArtwork(inside, itemId, picture, clock()));
      changed(itemId);
    },
    renewKept: () => queries.renewKept(),
    changed: () => revision.edited(),
    seed: createSeedMedia({ database, ids, queries, revision, cards, showPicture }),
    close: stopListening,
  };
}
