import type { Database, Queries } from '../../kernel/database/database.ts';
import { AppError } from '../../kernel/errors.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import type { CatalogStore } from '../catalog/catalog-store.ts';
import { loadItemFacts } from '../catalog/item-facts.ts';
import { beginCatalogChange } from '../catalog/revision.ts';
import { storeLinks, type FileLink } from './file-links.ts';
import type { FileFilter, LibraryFiles } from './file-reader.ts';
import type { FileRow } from './file-rows.ts';
import { viewFiles, type LibraryFileView, type Viewer } from './file-views.ts';
import { itemsOfFiles } from './forget-files.ts';
import type { LibraryNews } from './library-news.ts';
import type { LibraryStore } from './library-store.ts';
import {
  checkChoice,
  placeOf,
  resolveChoice,
  typedEntry,
  type MatchChoice,
  type TitleToStore,
} from './match-target.ts';
import type { MetadataFinder } from './metadata-finder.ts';
import type { ScanStarter } from './scan-starter.ts';

export interface ReviewParts {
  database: Database;
  files: LibraryFiles;
  store: LibraryStore;
  catalog: CatalogStore;
  titles: Pick<CatalogService, 'cards'>;
  finder: MetadataFinder;
  scans: ScanStarter;
  news: LibraryNews;
  clock?: () => number;
}

export interface FilePage {
  items: LibraryFileView[];
  page: number;
  pageSize: number;
  total: number;
}

/** What files are, said by people. What is said here holds through every rescan, rename and move. */
export interface ReviewService {
  list(
    filter: Omit<FileFilter, 'limit' | 'offset'>,
    page: { page: number; pageSize: number },
    viewer: Viewer,
  ): Promise<FilePage>;
  /** @throws AppError `not_found` */
  get(fileId: number, viewer: Viewer): Promise<LibraryFileView>;
  /**
   * Says what a file is. Titles that lose their last file by it go where nothing else keeps them.
   * @throws AppError `not_found`, `validation_failed`, `conflict` when it was matched by hand before and `force` is not set, and
   * what a connection throws
   */
  match(
    fileId: number,
    choice: MatchChoice & { force?: boolean | undefined },
    viewer: Viewer,
  ): Promise<LibraryFileView>;
  /** Takes a match back. The file stays in the review queue until somebody matches it. */
  unmatch(fileId: number, viewer: Viewer): Promise<LibraryFileView>;
  /** Leaves a file out, or takes it in again: then it is looked at as if it were new. */
  ignore(fileId: number, ignored: boolean, viewer: Viewer): Promise<LibraryFileView>;
}

type Decided = Omit<FileLink, 'fileId'>;

const byHand = (text: string) => ({ source: 'manual', confidence: 1, reasons: [{ text, weight: 1 }] }) as const;

export function createReviewService(parts: ReviewParts): ReviewService {
  const { database, files, catalog, titles, finder, news, clock = Date.now } = parts;

  const view = async (fileId: number, viewer: Viewer): Promise<LibraryFileView> =>
    (await viewFiles({ files, catalog: titles }, [await files.get(fileId)], viewer))[0]!;

  /** What is to be stored of a choice that is no title of the catalogue yet. Asks the connection, so never inside a transaction. */
  const prepare = async (file: FileRow, choice: MatchChoice): Promise<TitleToStore | undefined> => {
    if (choice.create) {
      if (choice.create.type === 'show') placeOf(file, choice);
      return { type: choice.create.type, entry: typedEntry(choice.create), described: [] };
    }
    if (!choice.candidate) return undefined;
    const { connectionId, entryId, type } = choice.candidate;
    if (type !== 'movie' && type !== 'show') {
      const message = 'Choose the show, and say which episode the file is.';
      throw new AppError('validation_failed', message, { errors: [{ path: 'body.candidate.type', message }] });
    }
    const place = type === 'show' ? placeOf(file, choice) : undefined;
    const { settings } = await parts.store.get(file.library_id);
    const offer = await finder.get(connectionId, { type, id: entryId }, settings.language);
    const sources = await finder.sourcesOf([offer]);
    const described = place ? (await finder.children([offer], [place.season])).sources : [];
    return { type, entry: { sources }, described };
  };

  /** Writes what a file is now and brings the titles it left and those it joined up to date. */
  const decide = async (
    queries: Queries,
    file: FileRow,
    { itemIds, ...decided }: Decided,
  ): Promise<{ updated: number[]; removed: number[] }> => {
    const before = await itemsOfFiles(queries, [file.id]);
    await storeLinks(queries, [{ fileId: file.id, itemIds, ...decided }], clock());
    const lost = before.filter((id) => !itemIds.includes(id));
    await catalog.refreshFiles(queries, [...lost, ...itemIds]);
    const removed = await catalog.removeWithoutFiles(queries, lost);
    return { removed, updated: [...lost, ...itemIds].filter((id) => !removed.includes(id)) };
  };

  const settle = async (fileId: number, decided: Decided, viewer: Viewer): Promise<LibraryFileView> => {
    const { library_id: libraryId } = await files.get(fileId);
    const change = await database.transaction(async (queries) => {
      await beginCatalogChange(queries);
      return decide(queries, await files.get(fileId, queries), decided);
    });
    await news.announce(libraryId, change);
    return view(fileId, viewer);
  };

  return {
    async list(filter, { page, pageSize }, viewer) {
      const { rows, total } = await files.list({ ...filter, limit: pageSize, offset: (page - 1) * pageSize });
      return { items: await viewFiles({ files, catalog: titles }, rows, viewer), page, pageSize, total };
    },
    get: view,
    async match(fileId, { force = false, ...choice }, viewer) {
      checkChoice(choice);
      const file = await files.get(fileId);
      checkForce(file, force);
      const title = await prepare(file, choice);
      const change = await database.transaction(async (queries) => {
        await beginCatalogChange(queries);
        const now = await files.get(fileId, queries);
        checkForce(now, force);
        const matched = await resolveChoice(queries, catalog, { file: now, choice, title });
        if (now.role === 'extra') await becomeMain(queries, now, matched.itemIds);
        const decided = await decide(queries, now, {
          itemIds: matched.itemIds,
          state: 'matched',
          ...byHand('Chosen by hand'),
        });
        const updated = [...matched.updated, ...decided.updated].filter((id) => !matched.added.includes(id));
        return { added: matched.added, updated: [...new Set(updated)], removed: decided.removed };
      });
      await news.announce(file.library_id, change);
      return view(fileId, viewer);
    },
    unmatch: (fileId, viewer) =>
      settle(fileId, { itemIds: [], state: 'unmatched', ...byHand('Taken back by hand'), confidence: 0 }, viewer),
    async ignore(fileId, ignored, viewer) {
      if (ignored) return settle(fileId, { itemIds: [], state: 'ignored', ...byHand('Left out by hand') }, viewer);
      const { library_id: libraryId, folder, match_state: state } = await files.get(fileId);
      if (state !== 'ignored') return view(fileId, viewer);
      await settle(fileId, { itemIds: [], state: 'unmatched', source: '', confidence: 0, reasons: [] }, viewer);
      // As if the last scan had not come to it: the next one looks at it anew.
      await database.run('update media_files set scanned_at = null, asked_at = null where id = ?', [fileId]);
      await parts.scans.start(libraryId, { folders: [folder], accountId: viewer.accountId });
      return view(fileId, viewer);
    },
  };
}

function checkForce(file: FileRow, force: boolean): void {
  if (force || file.match_state !== 'matched' || file.match_source !== 'manual') return;
  throw new AppError('conflict', `"${file.file_name}" was matched by hand before.`, {
    details: { resource: 'file', identifier: file.id },
    fix: 'Send `force` to match it anew.',
  });
}

/** What was taken for an extra is the title itself where the title has no other file. */
async function becomeMain(queries: Queries, file: FileRow, itemIds: readonly number[]): Promise<void> {
  const [first] = itemIds;
  const other = await queries.first<{ id: number }>(
    `select f.id from media_file_items l join media_files f on f.id = l.file_id
     where l.item_id = ? and f.id <> ? and f.role <> 'extra' and f.missing_since is null limit 1`,
    [first, file.id],
  );
  const item = (await loadItemFacts(queries, itemIds)).get(first as number);
  if (other || item?.type === 'show') return;
  await queries.run(`update media_files set role = 'main', extra_kind = '' where id = ?`, [file.id]);
}
