import { notFound } from '../../kernel/errors.ts';
import { readJson } from '../../kernel/database/database.ts';
import type { Database } from '../../kernel/database/database.ts';
import type { KeptPictures } from './artwork-choice.ts';
import { loadCredits } from './credit-reader.ts';
import type { Card, CardReader } from './item-card.ts';
import type { Provenance } from './item-fields.ts';
import { loadExternalIds } from './item-finder.ts';
import { loadEpisodes, seasonRank } from './item-places.ts';
import type { ShowPicture } from './picture-view.ts';
import type { FileReader, ItemDescription, PlayableItem, PlayStateReader, PresentItem } from './ports.ts';
import { findSimilar } from './similar-items.ts';
import { loadItemTerms } from './term-store.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

export interface ItemDetailsParts {
  database: Database;
  cards: CardReader;
  states: PlayStateReader;
  files: FileReader;
  showPicture: ShowPicture;
  present: PresentItem;
}

export interface DetailQuery {
  accountId: string;
  /** Also paths of files. */
  paths: boolean;
  /** On a show: the episodes of this season. */
  season?: number | undefined;
}

interface DetailRow {
  original_title: string | null;
  sort_title: string;
  overview: string;
  tagline: string;
  status: string;
  content_rating: string;
  release_date: string | null;
  pictures: unknown;
  locked: unknown;
  provenance: unknown;
}
const detailColumns =
  'original_title, sort_title, overview, tagline, status, content_rating, release_date, pictures, locked, provenance';
const similarTitles = 12;

export interface ItemDetails {
  /** Everything about one title. @throws AppError `not_found` */
  detail(itemId: number, query: DetailQuery): Promise<ItemDescription>;
}

export function createItemDetails({
  database,
  cards,
  states,
  files,
  showPicture,
  present,
}: ItemDetailsParts): ItemDetails {
  const children = async (
    condition: string,
    parameters: readonly (number | string)[],
    accountId: string,
  ): Promise<Card[]> => {
    const rows = await database.all<{ id: number }>(
      `select id from media_items where ${condition} order by season_number, episode_number, id`,
      parameters,
    );
    return cards.cards(
      rows.map(({ id }) => id),
      accountId,
      { exact: true },
    );
  };

  const seasonsOf = async (card: Card, accountId: string): Promise<Card[]> =>
    card.type === 'show'
      ? (await children(`show_id = ? and type = 'season'`, [card.id], accountId)).toSorted(
          (a, b) => seasonRank(a.seasonNumber) - seasonRank(b.seasonNumber),
        )
      : [];

  const episodesOf = async (card: Card, { accountId, season }: DetailQuery): Promise<ItemDescription['episodes']> => {
    const ofSeason = card.type === 'season' ? card.seasonNumber : season;
    const showId = card.type === 'season' ? card.show?.id : card.type === 'show' ? card.id : undefined;
    if (showId === undefined || ofSeason === undefined || ofSeason === null) return [];
    const episodes = await children(
      `show_id = ? and season_number = ? and type = 'episode'`,
      [showId, ofSeason],
      accountId,
    );
    const texts = await textsOf(episodes);
    return episodes.map((episode) => ({ ...episode, ...texts.get(episode.id)! }));
  };

  const textsOf = async (
    items: readonly Card[],
  ): Promise<Map<number, { overview: string; releaseDate: string | null }>> => {
    const listed = inNumbers(
      database.dialect,
      'id',
      items.map(({ id }) => id),
    );
    const rows = await database.all<{ id: number; overview: string; release_date: string | null }>(
      `select id, overview, release_date from media_items where ${listed.sql}`,
      listed.parameters,
    );
    return new Map(rows.map((row) => [row.id, { overview: row.overview, releaseDate: row.release_date }]));
  };

  const playableOf = async (card: Card): Promise<PlayableItem[]> => {
    if (card.type === 'show' || card.type === 'season') return loadEpisodes(database, [card.id]);
    if (card.fileCount === 0 || card.type === 'game') return [];
    return [{ id: card.id, seasonNumber: card.seasonNumber, episodeNumber: card.episodeNumber }];
  };

  return {
    async detail(itemId, query) {
      const { accountId, paths } = query;
      const row = await database.first<DetailRow>(`select ${detailColumns} from media_items where id = ?`, [itemId]);
      const [card] = await cards.cards([itemId], accountId, { exact: true });
      if (!row || !card) throw notFound('item', itemId);
      const terms = (await loadItemTerms(database, [itemId])).get(itemId) ?? [];
      const named = (kind: string): string[] => terms.filter((term) => term.kind === kind).map(({ name }) => name);
      const all = (await files.filesOf([itemId], { paths })).get(itemId) ?? [];
      return present({
        ...card,
        originalTitle: row.original_title,
        sortTitle: row.sort_title,
        overview: row.overview,
        tagline: row.tagline,
        status: row.status,
        contentRating: row.content_rating,
        releaseDate: row.release_date,
        logo: showPicture(readJson<KeptPictures>(row.pictures, {}).logo),
        genres: named('genre'),
        categories: named('category'),
        sources: named('source'),
        studios: named('studio'),
        externalIds: (await loadExternalIds(database, [itemId])).get(itemId) ?? {},
        ...(await loadCredits(database, itemId, showPicture)),
        files: all.filter(({ role }) => role !== 'extra'),
        extras: all.filter(({ role }) => role === 'extra'),
        seasons: await seasonsOf(card, accountId),
        episodes: await episodesOf(card, query),
        playTarget: await states.playTarget(accountId, await playableOf(card)),
        locked: readJson<string[]>(row.locked, []),
        provenance: readJson<Provenance>(row.provenance, {}),
        similar: await cards.cards(await findSimilar(database, itemId, similarTitles), accountId),
      });
    },
  };
}
