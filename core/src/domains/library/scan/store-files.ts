import { dirname } from 'node:path';
import type { Database, Queries } from '../../../kernel/database/database.ts';
import type { CatalogEntry } from '../../catalog/catalog-entry.ts';
import type { CatalogStore } from '../../catalog/catalog-store.ts';
import { loadPlaces } from '../../catalog/item-places.ts';
import { contentColumns, keptName, matchColumns, placeColumns, roleColumns, type FileMatch } from './file-row.ts';
import type { IdentifiedFile } from './identify-files.ts';
import type { KnownFile } from './known-files.ts';
import {
  itemsOfFiles,
  linkedItems,
  storeLinks,
  storeStreams,
  updateRow,
  withoutLinks,
  type Matched,
} from './stored-links.ts';
import { planEpisodes, planMovie, planSeason, planShow } from './plan-titles.ts';
import type { ScanChange } from './scan-types.ts';

export interface StoreTarget {
  libraryId: number;
  rootId: number;
  rootPath: string;
  threshold: number;
}

/**
 * Stores batches of identified files with their titles, each in one transaction. What it remembers between batches (shows by key,
 * films by folder) is only taken over once a batch is committed.
 */
export class FileStore {
  readonly #database: Database;
  readonly #catalog: CatalogStore;
  readonly #target: StoreTarget;
  readonly #shows = new Map<string, number>();
  /** Item of the main file in a folder: what extras beside and below it belong to. */
  readonly #owners = new Map<string, number>();
  /** Titles of files that did not change, by folder, to find a show again whose name was edited. */
  readonly #knownByFolder: ReadonlyMap<string, KnownFile>;

  constructor(
    parts: { database: Database; catalog: CatalogStore; knownByFolder: ReadonlyMap<string, KnownFile> },
    target: StoreTarget,
  ) {
    this.#database = parts.database;
    this.#catalog = parts.catalog;
    this.#knownByFolder = parts.knownByFolder;
    this.#target = target;
  }

  /** @returns what changed, and how many of the files wait in the review queue */
  async store(files: readonly IdentifiedFile[]): Promise<{ change: ScanChange; unmatched: number }> {
    const shows = new Map(this.#shows);
    const owners = new Map(this.#owners);
    const stored = await this.#database.transaction(async (queries) => {
      const before = await itemsOfFiles(
        queries,
        files.flatMap(({ file }) => (file.known ? [file.known.id] : [])),
      );
      const { matched, created, updated } = await this.#match(queries, files, { shows, owners });
      const ids = await this.#storeRows(queries, matched);
      await storeLinks(queries, ids, matched);
      await storeStreams(queries, ids, matched);
      const now = new Set(matched.flatMap(({ itemIds }) => itemIds));
      const lost = await withoutLinks(
        queries,
        before.filter((itemId) => !now.has(itemId)),
      );
      await this.#catalog.refreshFiles(queries, [...new Set([...now, ...before])]);
      const removed = await this.#catalog.removeWithoutFiles(queries, lost);
      const unmatched = matched.filter(({ match }) => match.state === 'unmatched').length;
      return { change: changeOf({ matched, ids, created, updated, removed }), unmatched };
    });
    for (const [key, id] of shows) this.#shows.set(key, id);
    for (const [folder, id] of owners) this.#owners.set(folder, id);
    return stored;
  }

  async #match(
    queries: Queries,
    files: readonly IdentifiedFile[],
    memory: { shows: Map<string, number>; owners: Map<string, number> },
  ) {
    const automatic = files.filter(
      (each) =>
        !this.#keepsMatch(each) &&
        each.decision.confidence >= this.#target.threshold &&
        each.file.name.extra === undefined,
    );
    const episodes = automatic.filter(({ decision }) => decision.kind === 'episode');
    const movies = automatic.filter(({ decision }) => decision.kind === 'movie');
    const showOf = await this.#showsOf(queries, episodes, memory.shows);
    const places = [
      ...movies.map((each) => ({ each, entries: [planMovie(each, keptItem(each))] })),
      ...episodes.map((each) => ({ each, entries: planEpisodes(each, showOf.get(each) as number) })),
    ];
    const applied = await this.#catalog.applyBatch(
      queries,
      places.flatMap(({ entries }) => entries),
    );
    const itemsOf = new Map<IdentifiedFile, number[]>();
    let next = 0;
    for (const { each, entries } of places)
      itemsOf.set(
        each,
        applied.slice(next, (next += entries.length)).map(({ itemId }) => itemId),
      );
    for (const each of movies)
      if (each.file.name.part === undefined || each.file.name.part === 1)
        this.#own(memory.owners, each, itemsOf.get(each)?.[0]);
    for (const each of episodes)
      if (each.shape.show) memory.owners.set(each.shape.show.path, showOf.get(each) as number);
    const matched: Matched[] = [];
    for (const identified of files)
      matched.push(await this.#matchOf(queries, identified, itemsOf.get(identified), memory.owners));
    return {
      matched,
      created: applied.filter((entry) => entry.created).map((entry) => entry.itemId),
      updated: applied.filter((entry) => entry.changed && !entry.created).map((entry) => entry.itemId),
    };
  }

  #own(owners: Map<string, number>, { file, shape }: IdentifiedFile, itemId: number | undefined): void {
    if (itemId === undefined) return;
    if (shape.ownsFilm) owners.set(file.folder, itemId);
    else owners.set(placeInFolder(file), itemId);
  }

  async #matchOf(
    queries: Queries,
    identified: IdentifiedFile,
    itemIds: number[] | undefined,
    owners: Map<string, number>,
  ): Promise<Matched> {
    const { file, decision } = identified;
    if (file.known && this.#keepsMatch(identified))
      return { identified, match: settledMatch(file.known), itemIds: await linkedItems(queries, file.known.id) };
    if (file.name.extra !== undefined) {
      const owner = await this.#ownerOf(queries, identified, owners);
      const reasons = [
        { text: `An extra (${file.name.extra}) of the title in this folder`, weight: owner === undefined ? 0 : 0.8 },
      ];
      const match: FileMatch =
        owner === undefined
          ? { itemId: null, state: 'unmatched', source: '', confidence: 0, reasons }
          : { itemId: owner, state: 'matched', source: 'auto', confidence: 0.8, reasons };
      return { identified, match, itemIds: owner === undefined ? [] : [owner] };
    }
    const first = itemIds?.[0];
    const { confidence, reasons } = decision;
    if (first === undefined)
      return { identified, match: { itemId: null, state: 'unmatched', source: '', confidence, reasons }, itemIds: [] };
    return {
      identified,
      match: { itemId: first, state: 'matched', source: 'auto', confidence, reasons },
      itemIds: [...new Set(itemIds)],
    };
  }

  async #ownerOf(
    queries: Queries,
    { file, shape }: IdentifiedFile,
    owners: ReadonlyMap<string, number>,
  ): Promise<number | undefined> {
    const parent = dirname(file.folder);
    const known =
      (shape.ownsFilm && this.#knownByFolder.get(file.folder)) ||
      (parent !== this.#target.rootPath && this.#knownByFolder.get(parent)) ||
      undefined;
    const kept = known?.itemId ?? undefined;
    const near =
      owners.get(file.folder) ??
      owners.get(placeInFolder(file)) ??
      owners.get(parent) ??
      (shape.show && owners.get(shape.show.path)) ??
      kept;
    if (near !== undefined) return near;
    const namesakes = await this.#catalog.findByTitle(queries, {
      type: 'movie',
      title: file.name.title,
      year: file.name.year,
    });
    return namesakes.length === 1 ? namesakes[0]?.id : undefined;
  }

  /** A person said what it is; or a metadata source did, and the name alone, which says the same as then, would say less. */
  #keepsMatch(each: IdentifiedFile): boolean {
    const { known } = each.file;
    if (!known || isSettled(known)) return known !== undefined;
    const isMatched = known.matchState === 'matched' && known.itemId !== null && known.role !== 'extra';
    return isMatched && each.decision.confidence < this.#target.threshold && sameName(each, known);
  }

  async #showsOf(
    queries: Queries,
    episodes: readonly IdentifiedFile[],
    shows: Map<string, number>,
  ): Promise<Map<IdentifiedFile, number>> {
    const result = new Map<IdentifiedFile, number>();
    if (episodes.length === 0) return result;
    const known = await this.#knownShows(queries, episodes);
    const plans = episodes.map((each) => ({ each, plan: planShow(each, known.get(each)) }));
    const fresh = new Map(plans.filter(({ plan }) => !shows.has(plan.key)).map(({ plan }) => [plan.key, plan.entry]));
    const applied = await this.#catalog.applyBatch(queries, [...fresh.values()]);
    for (const [index, key] of [...fresh.keys()].entries()) shows.set(key, applied[index]?.itemId as number);
    for (const { each, plan } of plans) result.set(each, shows.get(plan.key) as number);
    await this.#storeSeasons(queries, episodes, result);
    return result;
  }

  async #storeSeasons(
    queries: Queries,
    episodes: readonly IdentifiedFile[],
    showOf: ReadonlyMap<IdentifiedFile, number>,
  ): Promise<void> {
    const entries = new Map<string, CatalogEntry>();
    for (const each of episodes) {
      const showId = showOf.get(each) as number;
      const number = each.decision.season ?? 1;
      const entry = planSeason(showId, number, each.season);
      if (entry) entries.set(`${showId}:${number}`, entry);
    }
    await this.#catalog.applyBatch(queries, [...entries.values()]);
  }

  /** The show a folder's files belonged to before, whatever it is called by now. */
  async #knownShows(queries: Queries, episodes: readonly IdentifiedFile[]): Promise<Map<IdentifiedFile, number>> {
    const pairs = episodes.flatMap((each) => {
      const own = each.file.known;
      const known =
        own && (own.path === each.file.found.path || sameName(each, own))
          ? own
          : each.shape.show && this.#knownByFolder.get(each.file.folder);
      return known && known.itemId !== null && known.role !== 'extra' ? [[each, known.itemId] as const] : [];
    });
    const places = await loadPlaces(
      queries,
      pairs.map(([, itemId]) => itemId),
    );
    return new Map(
      pairs.flatMap(([each, itemId]) => {
        const showId = places.get(itemId)?.showId;
        return showId ? [[each, showId] as const] : [];
      }),
    );
  }

  async #storeRows(queries: Queries, matched: readonly Matched[]): Promise<Map<IdentifiedFile, number>> {
    const now = Date.now();
    const ids = new Map<IdentifiedFile, number>();
    const fresh = matched.filter(({ identified }) => !identified.file.known);
    const rows = fresh.map(({ identified: { file }, match }) => ({
      ...placeColumns(file),
      ...roleColumns(file),
      ...contentColumns(file),
      ...matchColumns(match),
      library_id: this.#target.libraryId,
      root_id: this.#target.rootId,
      discovered_at: now,
      scanned_at: now,
      created_at: now,
      updated_at: now,
    }));
    const made = await queries.insert('media_files', rows, { returning: 'id' });
    fresh.forEach(({ identified }, index) => ids.set(identified, made[index] as number));
    for (const { identified, match } of matched) {
      const { file } = identified;
      if (!file.known) continue;
      ids.set(identified, file.known.id);
      await updateRow(queries, file.known.id, {
        ...placeColumns(file),
        ...(!isSettled(file.known) && roleColumns(file)),
        ...(file.probed && contentColumns(file)),
        ...(!this.#keepsMatch(identified) && matchColumns(match)),
        library_id: this.#target.libraryId,
        root_id: this.#target.rootId,
        scanned_at: now,
        updated_at: now,
      });
    }
    return ids;
  }
}

/** A person said what it is, or that it is nothing. */
const isSettled = (known: KnownFile | undefined): boolean =>
  known !== undefined && (known.matchSource === 'manual' || known.matchState === 'ignored');

const settledMatch = (known: KnownFile): FileMatch => ({
  itemId: known.itemId,
  state: known.matchState,
  source: known.matchSource,
  confidence: 1,
  reasons: [],
});

/** An automatic match stays with its title, however that was edited, as long as the file's name says the same. */
const keptItem = (each: IdentifiedFile): number | undefined => {
  const { known } = each.file;
  if (!known || known.itemId === null || known.role === 'extra' || !sameName(each, known)) return undefined;
  return each.descriptions.some(({ data }) => Object.values(data.ids ?? {}).some(Boolean)) ? undefined : known.itemId;
};

/** A film in a folder of many, by what the names of its files have in common. No path has such a text. */
const placeInFolder = ({ folder, name }: IdentifiedFile['file']): string =>
  [folder, name.title.toLowerCase(), name.year].join('\0');

const sameName = ({ file }: IdentifiedFile, known: KnownFile): boolean => {
  const before = JSON.parse(known.parsed) as { title?: string; year?: number };
  const now = keptName(file.name);
  return before.title === now.title && before.year === now.year;
};

interface ChangeParts {
  matched: readonly Matched[];
  ids: ReadonlyMap<IdentifiedFile, number>;
  created: readonly number[];
  updated: readonly number[];
  removed: readonly number[];
}

const changeOf = ({ matched, ids, created, updated, removed }: ChangeParts): ScanChange => ({
  added: [...new Set(created)],
  updated: [...new Set(updated)].filter((id) => !created.includes(id)),
  removed: [...removed],
  identified: matched.flatMap(({ identified, match }) =>
    match.itemId !== null && match.source === 'auto' && identified.file.known?.itemId !== match.itemId
      ? [
          {
            fileId: ids.get(identified) as number,
            itemId: match.itemId,
            confidence: match.confidence,
            reasons: match.reasons.map(({ text }) => text),
          },
        ]
      : [],
  ),
});
