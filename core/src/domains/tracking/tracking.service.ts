import type { EventBus } from '../../kernel/events/event-bus.ts';
import { notFound } from '../../kernel/errors.ts';
import type {
  PlayableItem,
  PlayState as PlayStateAnswer,
  PlayStateReader,
  PlayTarget,
  WatchedKind,
} from '../catalog/ports.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';
import { applyMark, applyReport, type PlayState, type PlayStateRules } from './play-state.ts';
import type { PlayRecord, PlayStateStore, StateExtras, StoredState } from './play-state-store.ts';
import type { Card, CatalogReader, ItemPlace } from './ports.ts';

export interface TrackingParts {
  store: PlayStateStore;
  catalog: CatalogReader;
  events: EventBus;
  /** The rules of an account: its own choice, else the server's. */
  rulesFor(accountId: string): Promise<PlayStateRules>;
}

export interface Report extends StateExtras {
  itemId: number;
  positionMs: number;
  /** The title's own running time unless told. */
  durationMs?: number | undefined;
}

export interface ContinueEntry {
  kind: 'resume' | 'next';
  item: Card;
  positionMs: number;
  durationMs: number;
  updatedAt: number;
}

/** How far back continue watching looks. */
const recentStates = 300;

/** What each account has watched, where it stopped, and what comes next. */
export class TrackingService implements PlayStateReader {
  readonly #parts: TrackingParts;
  readonly #revisions = new Map<string, number>();

  constructor(parts: TrackingParts) {
    this.#parts = parts;
  }

  /** Stores where somebody is; says whether the title now counts as watched. */
  async report(accountId: string, report: Report): Promise<PlayState> {
    const { itemId, positionMs, durationMs, ...extras } = report;
    const place = (await this.#parts.catalog.places([itemId])).get(itemId);
    if (!place) throw notFound('item', itemId);
    const rules = await this.#parts.rulesFor(accountId);
    const at = Date.now();
    const states = await this.#parts.store.change(accountId, { itemIds: [itemId], at, extras }, (_, before) =>
      applyReport(before, { positionMs, durationMs: durationMs ?? place.runtimeMs ?? 0, at }, rules),
    );
    this.#changed(accountId, [itemId]);
    return states.get(itemId) as PlayState;
  }

  /** Marks titles watched or not; shows and seasons with all their episodes. How many episodes and films changed. */
  async mark(accountId: string, itemIds: readonly number[], played: boolean, at = Date.now()): Promise<number> {
    const places = await this.#parts.catalog.places(itemIds);
    const missing = itemIds.find((id) => !places.has(id));
    if (missing !== undefined) throw notFound('item', missing);
    const leaves = await this.#leaves([...places.values()]);
    let changed = 0;
    await this.#parts.store.change(accountId, { itemIds: leaves, at: Date.now() }, (_, before) => {
      if (before.played === played && before.positionMs === 0) return undefined;
      changed += 1;
      return applyMark(before, played, at);
    });
    this.#changed(accountId, leaves);
    return changed;
  }

  /** What was begun, newest first; of a show one entry: the episode begun last, or the one after the last watched. */
  async continueWatching(accountId: string, limit: number): Promise<ContinueEntry[]> {
    const page = { kind: 'continuable' as const, limit: recentStates, offset: 0 };
    const states = await this.#parts.store.list(accountId, page);
    const places = await this.#parts.catalog.places(states.map((state) => state.itemId));
    const chosen: { itemId: number; kind: 'resume' | 'next'; state: StoredState }[] = [];
    const shows = new Set<number>();
    for (const state of states) {
      const place = places.get(state.itemId);
      if (!place || chosen.length >= limit) continue;
      if (place.showId !== null) {
        if (shows.has(place.showId)) continue;
        shows.add(place.showId);
      }
      if (state.positionMs > 0 && place.fileCount > 0) chosen.push({ itemId: place.id, kind: 'resume', state });
      else if (place.showId !== null && state.played) {
        const next = await this.#nextAfter(accountId, place);
        if (next) chosen.push({ itemId: next.id, kind: 'next', state });
      }
    }
    const cards = await this.#cards(
      accountId,
      chosen.map((entry) => entry.itemId),
    );
    return chosen.flatMap(({ itemId, kind, state }) => {
      const item = cards.get(itemId);
      if (!item) return [];
      const resume = kind === 'resume';
      return [
        {
          kind,
          item,
          positionMs: resume ? state.positionMs : 0,
          durationMs: resume ? state.durationMs : (item.runtimeMs ?? 0),
          updatedAt: state.updatedAt,
        },
      ];
    });
  }

  async nextUp(accountId: string, limit: number): Promise<Card[]> {
    const entries = await this.continueWatching(accountId, recentStates);
    return entries
      .filter((entry) => entry.kind === 'next')
      .slice(0, limit)
      .map((entry) => entry.item);
  }

  /** Takes a title, or the whole show of an episode, out of continue watching until it is played again. */
  async hideFromContinue(accountId: string, itemId: number): Promise<void> {
    const place = (await this.#parts.catalog.places([itemId])).get(itemId);
    if (!place) throw notFound('item', itemId);
    const episodes = place.showId === null ? [] : await this.#parts.catalog.episodesOf([place.showId]);
    await this.#parts.store.hide(accountId, [itemId, ...episodes.map((episode) => episode.id)]);
    this.#changed(accountId, [itemId]);
  }

  async listProgress(accountId: string, page: { limit: number; offset: number }) {
    const states = await this.#parts.store.list(accountId, { kind: 'touched', ...page });
    const cards = await this.#cards(
      accountId,
      states.map((state) => state.itemId),
    );
    return {
      total: await this.#parts.store.count(accountId, 'touched'),
      items: states.flatMap((state) => withCard(cards, state.itemId, (item) => ({ item, state }))),
    };
  }

  async history(accountId: string, page: { limit: number; offset: number }) {
    const plays = await this.#parts.store.plays(accountId, page);
    const cards = await this.#cards(
      accountId,
      plays.map((play) => play.itemId),
    );
    return {
      total: await this.#parts.store.countPlays(accountId),
      items: plays.flatMap((play) => withCard(cards, play.itemId, (item) => ({ item, play }))),
    };
  }

  async playsOf(accountId: string, itemId: number): Promise<PlayRecord[]> {
    if (!(await this.#parts.catalog.places([itemId])).has(itemId)) throw notFound('item', itemId);
    return this.#parts.store.plays(accountId, { itemId, limit: 1000, offset: 0 });
  }

  async deletePlay(accountId: string, id: number): Promise<void> {
    if ((await this.#parts.store.deletePlay(accountId, id)) === 0) throw notFound('play', id);
  }

  /** Where to resume a title; 0 for its beginning. */
  async resumePosition(accountId: string, itemId: number): Promise<number> {
    return (await this.#parts.store.find(accountId, [itemId])).get(itemId)?.positionMs ?? 0;
  }

  async statesFor(accountId: string, itemIds: readonly number[]): Promise<ReadonlyMap<number, PlayStateAnswer>> {
    const states = await this.#parts.store.find(accountId, itemIds);
    return new Map([...states].map(([id, state]) => [id, answerOf(state)]));
  }

  watchedCondition(accountId: string, kind: WatchedKind): SqlFragment {
    const one = (condition: string) =>
      `exists (select 1 from play_states p where p.account_id = ? and p.item_id = i.id and ${condition})`;
    const begun = `${one('p.position_ms > 0')}`;
    const leafPlayed = one('p.played');
    const openEpisode = `exists (select 1 from media_items e where e.show_id = i.id and e.type = 'episode' and e.file_count > 0
      and not exists (select 1 from play_states p where p.account_id = ? and p.item_id = e.id and p.played))`;
    const touchedEpisode = `exists (select 1 from play_states p join media_items e on e.id = p.item_id
      where p.account_id = ? and e.show_id = i.id and (p.played or p.position_ms > 0))`;
    const watched = `(case when i.type = 'show' then not ${openEpisode} else ${leafPlayed} end)`;
    switch (kind) {
      case 'watched':
        return { sql: watched, parameters: [accountId, accountId] };
      case 'unwatched':
        return { sql: `not ${watched}`, parameters: [accountId, accountId] };
      case 'inProgress':
        return {
          sql: `(case when i.type = 'show' then (${openEpisode} and ${touchedEpisode}) else ${begun} end)`,
          parameters: [accountId, accountId, accountId],
        };
    }
  }

  touchedItems(accountId: string): SqlFragment {
    return { sql: 'select p.item_id as id from play_states p where p.account_id = ?', parameters: [accountId] };
  }

  async playTarget(accountId: string, playable: readonly PlayableItem[]): Promise<PlayTarget | null> {
    const states = await this.#parts.store.find(
      accountId,
      playable.map((item) => item.id),
    );
    const newest = playable
      .map((item) => ({ item, state: states.get(item.id) }))
      .filter((entry) => entry.state !== undefined && (entry.state.played || entry.state.positionMs > 0))
      .toSorted((a, b) => (b.state?.updatedAt ?? 0) - (a.state?.updatedAt ?? 0))[0];
    const first = playable[0];
    if (!first) return null;
    if (!newest) return target(first, 'play', 0);
    if (newest.state && newest.state.positionMs > 0) return target(newest.item, 'resume', newest.state.positionMs);
    const after = playable.slice(playable.indexOf(newest.item) + 1);
    const next = [...after, ...playable].find((item) => !states.get(item.id)?.played);
    return next ? target(next, 'next', 0) : target(first, 'rewatch', 0);
  }

  revision(accountId: string): number {
    return this.#revisions.get(accountId) ?? 0;
  }

  async #nextAfter(accountId: string, place: ItemPlace): Promise<ItemPlace | undefined> {
    const episodes = await this.#parts.catalog.episodesOf([place.showId as number]);
    // Specials lead to specials' neighbours only when somebody asks for them; the story goes on in the regular seasons.
    const regular = episodes.filter((episode) => episode.seasonNumber !== 0);
    const at = regular.findIndex((episode) => episode.id === place.id);
    const after = place.seasonNumber === 0 ? regular : regular.slice(at + 1);
    const states = await this.#parts.store.find(
      accountId,
      after.map((episode) => episode.id),
    );
    return after.find((episode) => !states.get(episode.id)?.played);
  }

  async #leaves(places: readonly ItemPlace[]): Promise<number[]> {
    const parents = places.filter((place) => place.type === 'show' || place.type === 'season').map((place) => place.id);
    const episodes = parents.length ? await this.#parts.catalog.episodesOf(parents) : [];
    const direct = places.filter((place) => place.type !== 'show' && place.type !== 'season');
    return [...new Set([...direct, ...episodes].map((place) => place.id))];
  }

  async #cards(accountId: string, itemIds: readonly number[]): Promise<Map<number, Card>> {
    const cards = await this.#parts.catalog.cards([...new Set(itemIds)], accountId);
    return new Map(cards.map((card) => [card.id, card]));
  }

  #changed(accountId: string, itemIds: readonly number[]): void {
    this.#revisions.set(accountId, this.revision(accountId) + 1);
    for (const itemId of itemIds.slice(0, 100)) this.#parts.events.emit('playstate.changed', { accountId, itemId });
  }
}

const withCard = <T>(cards: Map<number, Card>, itemId: number, make: (card: Card) => T): T[] => {
  const card = cards.get(itemId);
  return card ? [make(card)] : [];
};

const target = (item: PlayableItem, label: PlayTarget['label'], positionMs: number): PlayTarget => ({
  itemId: item.id,
  label,
  seasonNumber: item.seasonNumber,
  episodeNumber: item.episodeNumber,
  positionMs,
});

export const answerOf = (state: PlayState): PlayStateAnswer => ({
  positionMs: state.positionMs,
  durationMs: state.durationMs,
  played: state.played,
  playCount: state.playCount,
  lastPlayedAt: state.lastPlayedAt === undefined ? null : new Date(state.lastPlayedAt).toISOString(),
});
