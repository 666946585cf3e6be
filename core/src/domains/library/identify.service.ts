import type { Database, Queries } from '../../kernel/database/database.ts';
import type { AppliedEntry, CatalogEntry, MetadataSource } from '../catalog/catalog-entry.ts';
import { weakProviders } from '../catalog/catalog-entry.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { isKnownByNameOnly, loadChildFacts, loadItemFacts, type ItemFacts } from '../catalog/item-facts.ts';
import { beginCatalogChange } from '../catalog/revision.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';
import { moveFiles, storeLinks, type FileLink } from './file-links.ts';
import {
  askedBefore,
  countPending,
  markAsked,
  readWork,
  type KnownTitle,
  type Place,
  type UnknownFiles,
  type Work,
} from './identify-work.ts';
import type { LibraryNews } from './library-news.ts';
import type { LibraryStore } from './library-store.ts';
import { joinSources, without } from './merged-sources.ts';
import type { Children, Failure, MetadataFinder, Offer } from './metadata-finder.ts';
import type { ScanChange } from './scan/scan-types.ts';

export interface IdentifyParts {
  database: Database;
  store: LibraryStore;
  catalog: CatalogStore;
  finder: MetadataFinder;
  news: LibraryNews;
  clock?: () => number;
}

export interface Outcome {
  /** `deferred`: a source failed, and it is asked again later. */
  state: 'identified' | 'unknown' | 'deferred' | 'gone';
  failures: Failure[];
  itemId?: number;
  score?: number;
}

/** Asks metadata connections what files and titles are, and stores what they say. */
export interface IdentifyService {
  canAsk(): boolean;
  /** Files that nobody was asked about yet, or not for long; with `again` all. */
  countPending(libraryId: number, again?: boolean): Promise<number>;
  /** Work of a library, page by page. Files of which everything is known are ticked off on the way. */
  pages(libraryId: number, again?: boolean): AsyncGenerator<Work[]>;
  /** Work that asks about these films and shows again, whatever is known. */
  workOf(itemIds: readonly number[]): Promise<Work[]>;
  identify(work: Work, signal?: AbortSignal): Promise<Outcome>;
}

interface Described {
  places: readonly Place[];
  described: readonly MetadataSource[];
}

export function createIdentifyService(parts: IdentifyParts): IdentifyService {
  const { database, store, catalog, finder, news, clock = Date.now } = parts;

  const notFound = async (work: Work, failures: Failure[]): Promise<Outcome> => {
    if (failures.length > 0) return { state: 'deferred', failures };
    const ids = work.kind === 'files' ? work.files.map(({ id }) => id) : work.fileIds;
    await database.transaction((queries) => markAsked(queries, ids, clock()));
    return { state: 'unknown', failures };
  };

  const identifyFiles = async (work: UnknownFiles, signal?: AbortSignal): Promise<Outcome> => {
    const { matches, failures } = await finder.identify(work.question, work.threshold, signal);
    const [best] = matches;
    if (!best) return notFound(work, failures);
    const sources = await finder.sourcesOf(matches);
    const described = await describe(
      matches,
      work.files.flatMap(({ place }) => place ?? []),
      signal,
    );
    const change = await database.transaction(async (queries) => {
      await beginCatalogChange(queries);
      const open = await stillUnknown(
        queries,
        work.files.map(({ id }) => id),
      );
      const files = work.files.filter(({ id }) => open.has(id));
      if (files.length === 0) return undefined;
      const applied = await catalog.applyBatch(queries, [{ sources }]);
      const itemId = applied[0]!.itemId;
      const links: FileLink[] = [];
      for (const { id, place } of files) {
        const episodes = place
          ? await storeEpisodes(queries, itemId, { places: [place], described: described.sources })
          : [];
        applied.push(...episodes);
        const itemIds = place ? episodes.map((episode) => episode.itemId) : [itemId];
        links.push({
          fileId: id,
          itemIds,
          state: 'matched',
          source: 'auto',
          confidence: best.score,
          reasons: best.reasons,
        });
      }
      const now = clock();
      await storeLinks(queries, links, now);
      await catalog.refreshFiles(
        queries,
        links.flatMap(({ itemIds }) => itemIds),
      );
      if (described.failures.length === 0) {
        await markAsked(
          queries,
          links.map(({ fileId }) => fileId),
          now,
        );
      }
      return { itemId, ...changeOf(applied), removed: [], identified: links.flatMap(identification) };
    });
    if (!change) return { state: 'gone', failures };
    const { itemId, ...announced } = change;
    await news.announce(work.libraryId, announced);
    return { state: 'identified', failures: [...failures, ...described.failures], itemId, score: best.score };
  };

  const identifyTitle = async (work: KnownTitle, signal?: AbortSignal): Promise<Outcome> => {
    const item = (await loadItemFacts(database, [work.itemId])).get(work.itemId);
    if (!item || (item.type !== 'movie' && item.type !== 'show')) return { state: 'gone', failures: [] };
    const { title, year, ids, type } = item;
    const { libraryType, language } = work;
    const question = { type, title, ids, libraryType, language, ...(year !== null && { year }) };
    const { matches, failures } = await finder.identify(question, work.threshold, signal);
    const [best] = matches;
    if (!best) return notFound(work, failures);
    const sources = await finder.sourcesOf(matches);
    const children = type === 'show' ? await loadChildFacts(database, item.id) : [];
    const open = children.filter(
      (each) => each.type === 'episode' && each.fileCount > 0 && (work.refresh || isKnownByNameOnly(each)),
    );
    const places = open.map((each) => ({ season: each.seasonNumber ?? 1, episodes: [each.episodeNumber ?? 0] }));
    const described = await describe(matches, places, signal);
    const change = await database.transaction(async (queries) => {
      await beginCatalogChange(queries);
      const now = (await loadItemFacts(queries, [item.id])).get(item.id);
      if (!now) return undefined;
      const { target, ...moved } = await mergeTwin(queries, now, sources);
      const entries =
        work.refresh || isKnownByNameOnly(target) ? [{ itemId: target.id, sources: guarded(sources, target) }] : [];
      const applied = await catalog.applyBatch(queries, entries);
      applied.push(...(await storeSeasons(queries, target.id, { places, described: described.sources })));
      applied.push(...(await storeEpisodes(queries, target.id, { places, described: described.sources })));
      if (type === 'movie') await explain(queries, target.id, best);
      if (described.failures.length === 0) await markAsked(queries, work.fileIds, clock());
      const { added, updated } = changeOf(applied);
      return {
        itemId: target.id,
        added,
        updated: [...new Set([...updated, ...moved.updated])],
        removed: moved.removed,
      };
    });
    if (!change) return { state: 'gone', failures };
    const { itemId, ...announced } = change;
    await news.announce(work.libraryId, announced);
    return { state: 'identified', failures: [...failures, ...described.failures], itemId, score: best.score };
  };

  /** Where the sources' ids belong to another title of the catalogue, both are one: the files go there. */
  const mergeTwin = async (
    queries: Queries,
    item: ItemFacts,
    sources: readonly MetadataSource[],
  ): Promise<{ target: ItemFacts; updated: number[]; removed: number[] }> => {
    const twin = await catalog.findByIds(queries, item.type, joinSources(sources).ids ?? {});
    if (twin === undefined || twin === item.id || !isKnownByNameOnly(item))
      return { target: item, updated: [], removed: [] };
    const moved = await moveFiles(queries, catalog, { from: item, to: twin });
    return { ...moved, target: (await loadItemFacts(queries, [twin])).get(twin)! };
  };

  /** Fields that a person or a file beside the media gave are theirs; connections only renew what connections said. */
  const guarded = (sources: readonly MetadataSource[], { provenance }: ItemFacts): MetadataSource[] => {
    const names = finder.names();
    const fields = new Set(
      Object.entries(provenance)
        .filter(([, provider]) => !weakProviders.has(provider) && !names.has(provider))
        .map(([field]) => field),
    );
    return fields.size === 0
      ? [...sources]
      : sources.map(({ provider, data }) => ({ provider, data: without(data, fields) }));
  };

  /** What sources say of the seasons that these places are in; where one fails, the episodes keep the names they have for now. */
  const describe = (matches: readonly Offer[], places: readonly Place[], signal?: AbortSignal): Promise<Children> =>
    places.length === 0
      ? Promise.resolve({ sources: [], failures: [] })
      : finder.children(matches, [...new Set(places.map(({ season }) => season))], signal);

  const storeSeasons = async (
    queries: Queries,
    showId: number,
    { places, described }: Described,
  ): Promise<AppliedEntry[]> => {
    const known = await loadChildFacts(queries, showId);
    const entries = [...new Set(places.map(({ season }) => season))].flatMap((season): CatalogEntry[] => {
      const sources = described.filter(({ data }) => data.type === 'season' && data.season === season);
      const facts = known.find((each) => each.type === 'season' && each.seasonNumber === season);
      return sources.length > 0 ? [{ showId, sources: facts ? guarded(sources, facts) : sources }] : [];
    });
    return catalog.applyBatch(queries, entries);
  };

  /** One title for each episode of the places, in order. */
  const storeEpisodes = async (
    queries: Queries,
    showId: number,
    { places, described }: Described,
  ): Promise<AppliedEntry[]> => {
    const known = await loadChildFacts(queries, showId);
    const entries = places.flatMap(({ season, episodes }) =>
      episodes.map((episode): CatalogEntry => {
        const facts = known.find((each) => each.seasonNumber === season && each.episodeNumber === episode);
        const sources = described.filter(
          ({ data }) => data.type === 'episode' && data.season === season && data.episode === episode,
        );
        const name: MetadataSource = { provider: 'name', data: { type: 'episode', title: '', season, episode } };
        return { showId, sources: [...(facts ? guarded(sources, facts) : sources), name] };
      }),
    );
    return catalog.applyBatch(queries, entries);
  };

  return {
    canAsk: finder.canAsk,
    countPending: (libraryId, again = false) => countPending(database, libraryId, askedBefore(clock(), again)),
    async *pages(libraryId, again = false) {
      const cutoff = askedBefore(clock(), again);
      const library = await store.find(libraryId);
      if (!library) return;
      for (let after = 0; ;) {
        const page = await readWork(database, library, { after, cutoff });
        if (!page) return;
        after = page.lastId;
        await database.transaction((queries) => markAsked(queries, page.settled, clock()));
        yield page.work;
      }
    },
    async workOf(itemIds) {
      const facts = await loadItemFacts(database, itemIds);
      const libraries = new Map((await store.list()).map((library) => [library.id, library]));
      const work: Work[] = [];
      for (const item of facts.values()) {
        const library = libraries.get(await libraryOf(database, item.id)) ?? [...libraries.values()][0];
        if (!library) continue;
        const { id: libraryId, type: libraryType, settings } = library;
        work.push({
          kind: 'title',
          name: `refresh:${item.id}`,
          libraryId,
          threshold: settings.matchThreshold,
          itemId: item.id,
          fileIds: [],
          libraryType,
          language: settings.language,
          refresh: true,
        });
      }
      return work;
    },
    identify: (work, signal) => (work.kind === 'files' ? identifyFiles(work, signal) : identifyTitle(work, signal)),
  };
}

const changeOf = (applied: readonly AppliedEntry[]): Pick<ScanChange, 'added' | 'updated'> => {
  const added = new Set(applied.filter(({ created }) => created).map(({ itemId }) => itemId));
  const updated = new Set(
    applied.filter(({ changed, itemId }) => changed && !added.has(itemId)).map(({ itemId }) => itemId),
  );
  return { added: [...added], updated: [...updated] };
};

const identification = ({ fileId, itemIds: [itemId], confidence, reasons }: FileLink): ScanChange['identified'] =>
  itemId === undefined ? [] : [{ fileId, itemId, confidence, reasons: reasons.map(({ text }) => text) }];

async function stillUnknown(queries: Queries, fileIds: readonly number[]): Promise<Set<number>> {
  const files = inNumbers(queries.dialect, 'id', fileIds);
  const rows = await queries.all<{ id: number }>(
    `select id from media_files where ${files.sql} and match_state = 'unmatched' and match_source <> 'manual'`,
    files.parameters,
  );
  return new Set(rows.map(({ id }) => id));
}

/** Says with the files why they are this film, now that a source confirmed it. */
async function explain(queries: Queries, itemId: number, { score, reasons, connection }: Offer): Promise<void> {
  const confirmed = reasons.map(({ text, weight }) => ({ text: `${connection.name}: ${text}`, weight }));
  await queries.run(
    `update media_files set match_confidence = ?, match_reasons = ? where item_id = ? and match_source = 'auto' and role <> 'extra'
       and match_confidence < ?`,
    [score, JSON.stringify(confirmed), itemId, score],
  );
}

async function libraryOf(queries: Queries, itemId: number): Promise<number> {
  const row = await queries.first<{ library_id: number }>(
    `select f.library_id from media_file_items l join media_files f on f.id = l.file_id join media_items i on i.id = l.item_id
     where i.id = ? or i.show_id = ? order by f.id limit 1`,
    [itemId, itemId],
  );
  return row?.library_id ?? 0;
}
