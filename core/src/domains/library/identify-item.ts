import type { Database, Queries } from '../../kernel/database/database.ts';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { MetadataSource } from '../catalog/catalog-entry.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { loadChildFacts, loadItemFacts, type ItemFacts } from '../catalog/item-facts.ts';
import { beginCatalogChange } from '../catalog/revision.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';
import { moveFiles } from './file-links.ts';
import type { LibraryNews } from './library-news.ts';
import type { MatchChoice } from './match-target.ts';
import type { MetadataFinder } from './metadata-finder.ts';
import type { TitleType } from './title-score.ts';

export interface IdentifyItemParts {
  database: Database;
  catalog: CatalogStore;
  finder: MetadataFinder;
  news: LibraryNews;
}

type Choice = Pick<MatchChoice, 'mediaId' | 'candidate'>;

/** What a connection says of the right title and of its episodes. */
interface Described {
  sources: readonly MetadataSource[];
  children: readonly MetadataSource[];
}

/**
 * Gives all files of a film or show to the right one, for good: they count as matched by hand.
 * @throws AppError `not_found`, `validation_failed`, and what the connection throws
 */
export async function identifyItem(
  parts: IdentifyItemParts,
  itemId: number,
  choice: Choice,
): Promise<{ itemId: number }> {
  const { database, catalog, news } = parts;
  const item = await getTop(database, itemId);
  if ((choice.mediaId === undefined) === (choice.candidate === undefined)) {
    throw invalid('body', 'Give exactly one of mediaId and candidate.');
  }
  const described = choice.candidate && (await describe(parts, item, choice.candidate));
  const change = await database.transaction(async (queries) => {
    await beginCatalogChange(queries);
    const from = await getTop(queries, itemId);
    const to = described
      ? (await catalog.applyBatch(queries, [{ sources: described.sources }]))[0]!.itemId
      : (await getTarget(queries, choice.mediaId as number, from)).id;
    const libraries = await settleFiles(queries, from);
    const moved = to === from.id ? { updated: [to], removed: [] } : await moveFiles(queries, catalog, { from, to });
    if (described) await describeEpisodes(queries, catalog, { showId: to, children: described.children });
    return { to, libraries, ...moved };
  });
  for (const libraryId of change.libraries)
    await news.announce(libraryId, { updated: change.updated, removed: change.removed });
  return { itemId: change.to };
}

async function describe(
  { database, finder }: IdentifyItemParts,
  item: ItemFacts,
  candidate: NonNullable<Choice['candidate']>,
): Promise<Described> {
  const { connectionId, entryId, type } = candidate;
  if (type !== item.type)
    throw invalid('body.candidate.type', `"${item.title}" is a ${item.type}; choose a ${item.type}.`);
  const offer = await finder.get(connectionId, { type: item.type as TitleType, id: entryId });
  const sources = await finder.sourcesOf([offer]);
  if (item.type === 'movie') return { sources, children: [] };
  const seasons = (await loadChildFacts(database, item.id)).flatMap((each) =>
    each.fileCount > 0 ? (each.seasonNumber ?? []) : [],
  );
  return { sources, children: (await finder.children([offer], [...new Set(seasons)])).sources };
}

async function getTop(queries: Queries, itemId: number): Promise<ItemFacts> {
  const item = (await loadItemFacts(queries, [itemId])).get(itemId);
  if (!item) throw notFound('item', itemId);
  if (item.type === 'movie' || item.type === 'show') return item;
  throw invalid('params.id', `"${item.title}" is a ${item.type}; identify the show it belongs to, or match its file.`);
}

async function getTarget(queries: Queries, mediaId: number, from: ItemFacts): Promise<ItemFacts> {
  const target = await getTop(queries, mediaId);
  if (target.type === from.type) return target;
  throw invalid('body.mediaId', `"${target.title}" is a ${target.type}, and "${from.title}" is a ${from.type}.`);
}

/** From now on nothing but a person changes what these files are. @returns the libraries they lie in */
async function settleFiles(queries: Queries, item: ItemFacts): Promise<number[]> {
  const items = [
    item.id,
    ...(item.type === 'show' ? (await loadChildFacts(queries, item.id)).map(({ id }) => id) : []),
  ];
  const linked = inNumbers(queries.dialect, 'item_id', items);
  const files = `id in (select file_id from media_file_items where ${linked.sql})`;
  const rows = await queries.all<{ library_id: number }>(
    `select distinct library_id from media_files where ${files}`,
    linked.parameters,
  );
  await queries.run(
    `update media_files set match_source = 'manual', match_confidence = 1, match_reasons = ?, updated_at = ? where ${files}`,
    [JSON.stringify([{ text: 'Chosen by hand', weight: 1 }]), Date.now(), ...linked.parameters],
  );
  return rows.map((row) => row.library_id);
}

/** Only of episodes that are there: what else the connection knows is not in the library. */
async function describeEpisodes(
  queries: Queries,
  catalog: CatalogStore,
  { showId, children }: { showId: number; children: readonly MetadataSource[] },
): Promise<void> {
  const known = await loadChildFacts(queries, showId);
  const entries = known.flatMap((facts) => {
    const sources = children.filter(
      ({ data }) =>
        data.type === facts.type &&
        data.season === facts.seasonNumber &&
        (facts.type === 'season' || data.episode === facts.episodeNumber),
    );
    return sources.length > 0 ? [{ itemId: facts.id, showId, sources }] : [];
  });
  await catalog.applyBatch(queries, entries);
}

const invalid = (path: string, message: string): AppError =>
  new AppError('validation_failed', message, { errors: [{ path, message }] });
