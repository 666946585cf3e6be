import { LRUCache } from 'lru-cache';
import type { z } from 'zod';
import { readJson } from '../../kernel/database/database.ts';
import type { Database, Reading } from '../../kernel/database/database.ts';
import type { KeptPictures } from './artwork-choice.ts';
import type { ItemCard } from './catalog.schema.ts';
import type { StoredType } from './catalog-entry.ts';
import type { ShowPicture } from './picture-view.ts';
import type { PlayStateReader } from './ports.ts';
import type { CatalogRevision, CatalogStamp } from './revision.ts';
import { inNumbers } from '../../kernel/database/sql-fragment.ts';

export type Card = z.input<typeof ItemCard>;

interface CardRow {
  id: number;
  type: StoredType;
  title: string;
  year: number | null;
  show_id: number | null;
  show_title: string | null;
  season_number: number | null;
  episode_number: number | null;
  pictures: unknown;
  show_pictures: unknown;
  rating: number | null;
  runtime_ms: number | null;
  resolution_label: string;
  file_count: number;
  episode_count: number;
  added_at: number;
}

const cardColumns = `i.id, i.type, i.title, i.year, i.show_id, s.title as show_title, i.season_number, i.episode_number, i.pictures,
  s.pictures as show_pictures, i.rating, i.runtime_ms, i.resolution_label, i.file_count, i.episode_count, i.added_at`;

export interface CardReader {
  /** Cards in the order of the ids, with what the account did; ids that are gone are left out. */
  cards(itemIds: readonly number[], accountId: string, options?: CardOptions): Promise<Card[]>;
}

export interface CardOptions {
  /** As they are now, where a list may lag behind a scan: nobody asks again for the one page that shows them. */
  exact?: boolean;
}

export interface CardReaderOptions {
  database: Database;
  revision: CatalogRevision;
  states: PlayStateReader;
  showPicture: ShowPicture;
}

/** A card without the account's part, and the state of the catalogue it was read from. */
interface KeptCard {
  card: Card;
  stamp: CatalogStamp;
}
const keptCards = 8000;
const renewedAtOnce = 200;

export function createCardReader({ database, revision, states, showPicture }: CardReaderOptions): CardReader {
  const kept = new LRUCache<number, KeptCard>({ max: keptCards });
  const unwatched = createUnwatchedCounts({ database, revision, states });

  const load = async (itemIds: readonly number[], stamp: CatalogStamp, from: Reading = database): Promise<void> => {
    const items = inNumbers(database.dialect, 'i.id', itemIds);
    const rows = await from.all<CardRow>(
      `select ${cardColumns} from media_items i left join media_items s on s.id = i.show_id where ${items.sql}`,
      items.parameters,
    );
    const found = new Set(rows.map(({ id }) => id));
    for (const id of itemIds) if (!found.has(id)) kept.delete(id);
    for (const row of rows) {
      // What was read in the meantime may be newer.
      if ((kept.get(row.id)?.stamp.value ?? 0) > stamp.value) continue;
      kept.set(row.id, { card: cardOf(row, showPicture), stamp });
    }
  };

  /** What is aging and was asked for; read again aside, many at once. */
  const aging = new Set<number>();
  let renewing = false;
  const renew = async (): Promise<void> => {
    renewing = true;
    while (aging.size > 0) {
      const ids = [...aging].slice(0, renewedAtOnce);
      for (const id of ids) aging.delete(id);
      const loading = revision.stamp().then((stamp) => load(ids, stamp, database.aside));
      // A fault is told to whoever asks once the old card is no longer good enough.
      await loading.catch(() => undefined);
    }
    renewing = false;
  };

  return {
    async cards(itemIds, accountId, { exact = false } = {}) {
      if (itemIds.length === 0) return [];
      const stamp = await revision.stamp(exact);
      const lagMs = exact ? 0 : undefined;
      const isKept = (id: number): boolean => {
        const entry = kept.get(id);
        const standing = entry ? revision.standing(entry.stamp, stamp, lagMs) : 'stale';
        if (standing === 'aging') aging.add(id);
        return standing !== 'stale';
      };
      const missing = itemIds.filter((id) => !isKept(id));
      if (aging.size > 0 && !renewing) void renew();
      // A page never asks for more than the cache holds, so what is loaded here is still there below.
      if (missing.length > 0) await load(missing, stamp);
      const cards = itemIds.flatMap((id) => kept.get(id)?.card ?? []);
      const touched = await states.statesFor(accountId, itemIds);
      const open = await unwatched.of(cards, accountId, { stamp, lagMs });
      return cards.map((card) => {
        const state = touched.get(card.id);
        if (!state && card.episodeCount === null) return card;
        return { ...card, state: state ?? null, unwatchedCount: open.get(card.id) ?? card.unwatchedCount };
      });
    },
  };
}

function cardOf(row: CardRow, showPicture: ShowPicture): Card {
  const own = readJson<KeptPictures>(row.pictures, {});
  const show = readJson<KeptPictures>(row.show_pictures, {});
  const hasEpisodes = row.type === 'show' || row.type === 'season';
  return {
    id: row.id,
    type: row.type,
    title: row.title,
    year: row.year,
    show: row.show_id === null ? null : { id: row.show_id, title: row.show_title ?? '' },
    seasonNumber: row.season_number,
    episodeNumber: row.episode_number,
    poster: showPicture(own.poster ?? show.poster),
    backdrop: showPicture(own.backdrop ?? show.backdrop),
    still: showPicture(own.still),
    rating: row.rating,
    runtimeMs: row.runtime_ms,
    resolution: row.resolution_label,
    fileCount: row.file_count,
    episodeCount: hasEpisodes ? row.episode_count : null,
    unwatchedCount: hasEpisodes ? 0 : null,
    addedAt: new Date(row.added_at).toISOString(),
    state: null,
  };
}

interface KeptCount {
  count: number;
  stamp: CatalogStamp;
  states: number;
}
const keptCounts = 10_000;

/** How many episodes of shows and seasons an account has not watched, by one grouped query for those not known yet. */
function createUnwatchedCounts({ database, revision, states }: Omit<CardReaderOptions, 'showPicture'>) {
  const kept = new LRUCache<string, KeptCount>({ max: keptCounts });

  const count = async (link: 'show_id' | 'parent_id', parentIds: readonly number[], accountId: string) => {
    if (parentIds.length === 0) return [];
    const parents = inNumbers(database.dialect, `i.${link}`, parentIds);
    const open = states.watchedCondition(accountId, 'unwatched');
    return database.all<{ id: number; open: number }>(
      `select i.${link} as id, count(*) as open from media_items i
       where ${parents.sql} and i.type = 'episode' and i.file_count > 0 and ${open.sql} group by i.${link}`,
      [...parents.parameters, ...open.parameters],
    );
  };

  return {
    async of(
      cards: readonly Card[],
      accountId: string,
      { stamp, lagMs }: { stamp: CatalogStamp; lagMs: number | undefined },
    ): Promise<Map<number, number>> {
      const result = new Map<number, number>();
      const missing: Card[] = [];
      const current = states.revision(accountId);
      for (const card of cards) {
        if (card.episodeCount === null) continue;
        const entry = kept.get(`${accountId} ${card.id}`);
        if (entry && entry.states === current && revision.standing(entry.stamp, stamp, lagMs) === 'fresh')
          result.set(card.id, entry.count);
        else missing.push(card);
      }
      if (missing.length === 0) return result;
      const idsOf = (type: string): number[] => missing.filter((card) => card.type === type).map(({ id }) => id);
      const rows = [
        ...(await count('show_id', idsOf('show'), accountId)),
        ...(await count('parent_id', idsOf('season'), accountId)),
      ];
      const counts = new Map(rows.map(({ id, open }) => [id, open]));
      for (const { id } of missing) {
        result.set(id, counts.get(id) ?? 0);
        kept.set(`${accountId} ${id}`, { count: counts.get(id) ?? 0, stamp, states: current });
      }
      return result;
    },
  };
}
