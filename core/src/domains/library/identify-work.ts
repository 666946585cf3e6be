import { relative } from 'node:path';
import type { Queries } from '../../kernel/database/database.ts';
import { fold } from '../catalog/fold.ts';
import { isKnownByNameOnly, loadItemFacts, type ItemFacts } from '../catalog/item-facts.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';
import type { StoredLibrary } from './library-store.ts';
import type { TitleQuestion } from './metadata-finder.ts';
import { parseName } from './name-parser/parse-name.ts';
import { decide } from './scan/decide.ts';

/** Where a file belongs in a show. */
export interface Place {
  season: number;
  episodes: readonly number[];
}

/** Files that nobody recognised, all of one title. */
export interface UnknownFiles {
  kind: 'files';
  /** Unique among the work of a job. */
  name: string;
  libraryId: number;
  threshold: number;
  question: TitleQuestion;
  files: { id: number; place: Place | undefined }[];
}

/** A film or show that is in the catalogue, but known from names only, or with episodes that are. */
export interface KnownTitle {
  kind: 'title';
  name: string;
  libraryId: number;
  threshold: number;
  itemId: number;
  /** Files that count as asked about afterwards. */
  fileIds: number[];
  libraryType: StoredLibrary['type'];
  language: string;
  /** Asks about everything, whatever is known. */
  refresh: boolean;
}

export type Work = UnknownFiles | KnownTitle;

export interface WorkPage {
  work: Work[];
  /** Files of which everything is known already. */
  settled: number[];
  lastId: number;
}

interface PendingRow {
  id: number;
  match_state: 'matched' | 'unmatched';
  absolute_path: string;
  root_path: string;
}

/** What no source knew is asked again after so long. */
const askAgainMs = 7 * 86_400_000;
const pageSize = 200;

const pending = `f.library_id = ? and f.missing_since is null and f.role <> 'extra'
  and (f.match_state = 'matched' or (f.match_state = 'unmatched' and f.match_source <> 'manual'))
  and (f.asked_at is null or f.asked_at < f.updated_at or f.asked_at < ?)`;

/** What was asked about before this time is asked about again. */
export const askedBefore = (now: number, again: boolean): number => (again ? now : now - askAgainMs);

/** How many files metadata sources have not been asked about. */
export async function countPending(queries: Queries, libraryId: number, cutoff: number): Promise<number> {
  const row = await queries.first<{ n: number }>(`select count(*) as n from media_files f where ${pending}`, [
    libraryId,
    cutoff,
  ]);
  return Number(row?.n ?? 0);
}

/** The next files that sources have not been asked about, as work; undefined when there are no more. */
export async function readWork(
  queries: Queries,
  library: StoredLibrary,
  { after, cutoff }: { after: number; cutoff: number },
): Promise<WorkPage | undefined> {
  const rows = await queries.all<PendingRow>(
    `select f.id, f.match_state, f.absolute_path, r.path as root_path from media_files f join root_folders r on r.id = f.root_id
     where ${pending} and f.id > ? order by f.id limit ${pageSize}`,
    [library.id, cutoff, after],
  );
  const last = rows.at(-1);
  if (!last) return undefined;
  const known = await knownTitles(
    queries,
    library,
    rows.filter((row) => row.match_state === 'matched').map(({ id }) => id),
  );
  const unknown = unknownFiles(
    library,
    rows.filter((row) => row.match_state === 'unmatched'),
  );
  return { work: [...known.work, ...unknown.work], settled: [...known.settled, ...unknown.settled], lastId: last.id };
}

export async function markAsked(queries: Queries, fileIds: readonly number[], now: number): Promise<void> {
  if (fileIds.length === 0) return;
  const files = inNumbers(queries.dialect, 'id', fileIds);
  await queries.run(`update media_files set asked_at = ? where ${files.sql}`, [now, ...files.parameters]);
}

function unknownFiles(
  library: StoredLibrary,
  rows: readonly PendingRow[],
): { work: UnknownFiles[]; settled: number[] } {
  const settled: number[] = [];
  const byTitle = new Map<string, UnknownFiles>();
  for (const { id, absolute_path, root_path } of rows) {
    const name = parseName(relative(root_path, absolute_path));
    const { kind, season, episodes } = decide({ libraryType: library.type, name, descriptions: [] });
    if (kind === undefined || name.title === '') {
      settled.push(id);
      continue;
    }
    const type = kind === 'movie' ? 'movie' : 'show';
    const key = `${type}:${fold(name.title)}:${name.year ?? ''}:${JSON.stringify(name.ids)}`;
    const place = kind === 'episode' ? { season: season ?? 1, episodes } : undefined;
    const work = byTitle.get(key) ?? {
      kind: 'files',
      name: `file:${id}`,
      libraryId: library.id,
      threshold: library.settings.matchThreshold,
      question: {
        type,
        title: name.title,
        ...(name.year !== undefined && { year: name.year }),
        ids: { ...name.ids },
        libraryType: library.type,
        language: library.settings.language,
      },
      files: [],
    };
    work.files.push({ id, place });
    byTitle.set(key, work);
  }
  return { work: [...byTitle.values()], settled };
}

async function knownTitles(
  queries: Queries,
  library: StoredLibrary,
  fileIds: readonly number[],
): Promise<{ work: KnownTitle[]; settled: number[] }> {
  if (fileIds.length === 0) return { work: [], settled: [] };
  const files = inNumbers(queries.dialect, 'file_id', fileIds);
  const links = await queries.all<{ file_id: number; item_id: number }>(
    `select file_id, item_id from media_file_items where ${files.sql} order by file_id, position`,
    files.parameters,
  );
  const own = await loadItemFacts(queries, [...new Set(links.map((link) => link.item_id))]);
  const shows = await loadItemFacts(queries, [...new Set([...own.values()].flatMap(({ showId }) => showId ?? []))]);
  const work = new Map<number, KnownTitle>();
  const open = new Set<number>();
  for (const { file_id, item_id } of links) {
    const item = own.get(item_id);
    const top = item && topOf(item, shows);
    if (!item || !top || !(isKnownByNameOnly(item) || isKnownByNameOnly(top))) continue;
    open.add(file_id);
    const title = work.get(top.id) ?? knownTitle(library, top.id, file_id);
    title.fileIds.push(file_id);
    work.set(top.id, title);
  }
  return { work: [...work.values()], settled: fileIds.filter((id) => !open.has(id)) };
}

const knownTitle = (library: StoredLibrary, itemId: number, firstFile: number): KnownTitle => ({
  kind: 'title',
  // A show's files may lie on several pages of work; the file tells these apart.
  name: `item:${itemId}:${firstFile}`,
  libraryId: library.id,
  threshold: library.settings.matchThreshold,
  itemId,
  fileIds: [],
  libraryType: library.type,
  language: library.settings.language,
  refresh: false,
});

/** The film itself, or the show of an episode. */
function topOf(item: ItemFacts, shows: ReadonlyMap<number, ItemFacts>): ItemFacts | undefined {
  if (item.type === 'movie' || item.type === 'show') return item;
  return item.showId === null ? undefined : shows.get(item.showId);
}
