import type { Queries } from '../../kernel/database/database.ts';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { CatalogEntry, MetadataSource } from '../catalog/catalog-entry.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { loadItemFacts, type ItemFacts } from '../catalog/item-facts.ts';
import type { FileRow } from './file-rows.ts';
import { parsedOf } from './file-rows.ts';
import type { Place } from './identify-work.ts';

/** What a person chose a file to be. */
export interface MatchChoice {
  mediaId?: number | undefined;
  candidate?: { connectionId: string; entryId: string; type: string } | undefined;
  create?: { type: 'movie' | 'show'; title: string; year?: number | undefined } | undefined;
  season?: number | undefined;
  episodes?: readonly number[] | undefined;
}

/** A title to be made or found while the match is stored, with its episodes as sources describe them. */
export interface TitleToStore {
  type: 'movie' | 'show';
  entry: CatalogEntry;
  described: readonly MetadataSource[];
}

/** Titles a file belongs to, in order, and which of them were made or changed. */
export interface MatchedItems {
  itemIds: number[];
  added: number[];
  updated: number[];
}

/** Provenance of a title that a person typed; other sources may say more of it, and it goes with its last file. */
export const typedProvider = 'typed';

/** @throws AppError `validation_failed` unless exactly one kind of choice is made */
export function checkChoice(choice: MatchChoice): void {
  const made = [choice.mediaId, choice.candidate, choice.create].filter((each) => each !== undefined);
  if (made.length === 1) return;
  const message = 'Give exactly one of mediaId, candidate and create.';
  throw new AppError('validation_failed', message, { errors: [{ path: 'body', message }] });
}

export const typedEntry = ({ type, title, year }: NonNullable<MatchChoice['create']>): CatalogEntry => ({
  sources: [{ provider: typedProvider, data: { type, title, ...(year !== undefined && { year }) } }],
});

/** Where a file belongs in a show: what the person said, else what its name says. Extras belong to the show itself. */
export function placeOf(
  file: FileRow,
  { season, episodes }: MatchChoice,
  known?: { season: number },
): Place | undefined {
  const parsed = parsedOf(file);
  const numbers = episodes && episodes.length > 0 ? episodes : parsed.episodes;
  if (numbers.length > 0)
    return { season: known?.season ?? season ?? parsed.season ?? 1, episodes: [...new Set(numbers)] };
  if (file.role === 'extra') return undefined;
  const message = 'Say which episode of the show it is; its name does not.';
  throw new AppError('validation_failed', message, { errors: [{ path: 'body.episodes', message }] });
}

/** The titles of a choice that are in the catalogue already, or are made now. */
export async function resolveChoice(
  queries: Queries,
  catalog: CatalogStore,
  { file, choice, title }: { file: FileRow; choice: MatchChoice; title: TitleToStore | undefined },
): Promise<MatchedItems> {
  if (!title)
    return toExisting(queries, catalog, { file, choice, item: await getItem(queries, choice.mediaId as number) });
  const [stored] = await catalog.applyBatch(queries, [title.entry]);
  const { itemId, created, changed } = stored!;
  const top = { added: created ? [itemId] : [], updated: changed && !created ? [itemId] : [] };
  if (title.type === 'movie') return { itemIds: [itemId], ...top };
  const place = placeOf(file, choice);
  if (!place) return { itemIds: [itemId], ...top };
  const episodes = await storePlace(queries, catalog, { showId: itemId, place, described: title.described });
  return { itemIds: episodes.itemIds, added: [...top.added, ...episodes.added], updated: top.updated };
}

async function getItem(queries: Queries, itemId: number): Promise<ItemFacts> {
  const item = (await loadItemFacts(queries, [itemId])).get(itemId);
  if (!item) throw notFound('item', itemId);
  return item;
}

async function toExisting(
  queries: Queries,
  catalog: CatalogStore,
  { file, choice, item }: { file: FileRow; choice: MatchChoice; item: ItemFacts },
): Promise<MatchedItems> {
  const alone = { itemIds: [item.id], added: [], updated: [] };
  if (item.type === 'movie' || item.type === 'episode') return alone;
  if (item.type === 'game') {
    const message = `"${item.title}" is a game; a video file cannot be one.`;
    throw new AppError('validation_failed', message, { errors: [{ path: 'body.mediaId', message }] });
  }
  const isSeason = item.type === 'season' && item.seasonNumber !== null;
  const place = placeOf(file, choice, isSeason ? { season: item.seasonNumber as number } : undefined);
  const showId = item.type === 'show' ? item.id : (item.showId as number);
  return place ? storePlace(queries, catalog, { showId, place, described: [] }) : alone;
}

/** Finds or makes the episodes of a place. */
async function storePlace(
  queries: Queries,
  catalog: CatalogStore,
  { showId, place, described }: { showId: number; place: Place; described: readonly MetadataSource[] },
): Promise<MatchedItems> {
  const { season, episodes } = place;
  const seasonSources = described.filter(({ data }) => data.type === 'season' && data.season === season);
  if (seasonSources.length > 0) await catalog.applyBatch(queries, [{ showId, sources: seasonSources }]);
  const applied = await catalog.applyBatch(
    queries,
    episodes.map((episode) => ({
      showId,
      sources: [
        ...described.filter(
          ({ data }) => data.type === 'episode' && data.season === season && data.episode === episode,
        ),
        { provider: 'name', data: { type: 'episode', title: '', season, episode } },
      ],
    })),
  );
  return {
    itemIds: applied.map(({ itemId }) => itemId),
    added: applied.filter(({ created }) => created).map(({ itemId }) => itemId),
    updated: [],
  };
}
