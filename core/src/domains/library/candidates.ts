import type { z } from 'zod';
import type { Database } from '../../kernel/database/database.ts';
import type { CatalogService } from '../catalog/catalog.service.ts';
import { loadItemFacts, type ItemFacts } from '../catalog/item-facts.ts';
import type { LibraryFiles } from './file-reader.ts';
import { parsedOf } from './file-rows.ts';
import type { listCandidates } from './library.schema.ts';
import type { LibraryStore } from './library-store.ts';
import type { MetadataFinder, Offer, TitleQuestion } from './metadata-finder.ts';
import { scoreTitle } from './title-score.ts';

export type CandidateList = z.input<typeof listCandidates.response & {}>;
type Candidate = CandidateList['items'][number];

export interface CandidatesParts {
  database: Database;
  files: LibraryFiles;
  store: LibraryStore;
  titles: Pick<CatalogService, 'cards' | 'searchIds'>;
  finder: MetadataFinder;
}

export interface CandidateQuery {
  query?: string | undefined;
  type?: string | undefined;
  year?: number | undefined;
}

const mostOwn = 20;
const mostInAll = 30;
/** What candidates of the catalogue say they come from. */
const ownProvider = 'Vitascope';

/**
 * Titles that a file might be, best first: from the catalogue and from every metadata connection. Without a query, the file's name is
 * what is looked for. @throws AppError `not_found`
 */
export async function findCandidates(
  parts: CandidatesParts,
  fileId: number,
  { query, type, year }: CandidateQuery,
  { accountId, signal }: { accountId: string; signal?: AbortSignal },
): Promise<CandidateList> {
  const file = await parts.files.get(fileId);
  const { type: libraryType, settings } = await parts.store.get(file.library_id);
  const parsed = parsedOf(file);
  const isShow = type === undefined ? parsed.episodes.length > 0 || parsed.type === 'episode' : type !== 'movie';
  const title = query?.trim() || parsed.title;
  const wantedYear = year ?? (query === undefined ? (parsed.year ?? undefined) : undefined);
  const question: TitleQuestion = {
    type: isShow ? 'show' : 'movie',
    title,
    ...(wantedYear !== undefined && { year: wantedYear }),
    libraryType,
    language: settings.language,
  };
  if (title === '') return { items: [], failures: [] };
  const [own, remote] = await Promise.all([
    ownCandidates(parts, question, { type, accountId }),
    parts.finder.search(question, signal),
  ]);
  const known = own.map(({ ids }) => ids);
  const fresh = remote.offers.filter(({ entry }) => !known.some((ids) => shareId(ids, entry.ids ?? {})));
  const items = [...own.map(({ candidate }) => candidate), ...fresh.map(remoteCandidate)];
  return { items: items.toSorted((a, b) => b.score - a.score).slice(0, mostInAll), failures: remote.failures };
}

async function ownCandidates(
  { database, titles }: CandidatesParts,
  question: TitleQuestion,
  { type, accountId }: { type: string | undefined; accountId: string },
): Promise<{ candidate: Candidate; ids: ItemFacts['ids'] }[]> {
  const found = await titles.searchIds(question.title, mostOwn * 2);
  const facts = await loadItemFacts(database, found);
  const fits = (item: ItemFacts): boolean =>
    type === undefined ? item.type === 'movie' || item.type === 'show' : item.type === type;
  const chosen = found
    .flatMap((id) => facts.get(id) ?? [])
    .filter(fits)
    .slice(0, mostOwn);
  const cards = new Map(
    (
      await titles.cards(
        chosen.map(({ id }) => id),
        accountId,
      )
    ).map((card) => [card.id, card]),
  );
  return chosen.flatMap((item) => {
    const card = cards.get(item.id);
    if (!card) return [];
    const candidate: Candidate = {
      itemId: item.id,
      connectionId: null,
      entryId: null,
      provider: ownProvider,
      type: item.type,
      title: item.title,
      year: item.year,
      overview: '',
      pictureUrl: card.poster?.url ?? null,
      ...scoreTitle(question, item, question.libraryType),
    };
    return [{ candidate, ids: item.ids }];
  });
}

const remoteCandidate = ({ connection, entry, score, reasons }: Offer): Candidate => ({
  itemId: null,
  connectionId: connection.id,
  entryId: entry.id,
  provider: connection.name,
  type: entry.type === 'person' ? 'movie' : entry.type,
  title: entry.title,
  year: entry.year ?? null,
  overview: entry.overview ?? '',
  pictureUrl: entry.artwork?.find(({ kind, url }) => kind === 'poster' && url)?.url ?? null,
  score,
  reasons,
});

const shareId = (some: ItemFacts['ids'], others: ItemFacts['ids']): boolean =>
  Object.entries(some).some(([service, id]) => id !== undefined && others[service] === id);
