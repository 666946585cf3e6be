import { done } from '../../kernel/http/schema.ts';
import { route, type Route } from '../../kernel/http/endpoint.ts';
import { believe, lengthsOf } from './claimed-position.ts';
import type { CatalogReader, TitleFiles } from './ports.ts';
import * as api from './tracking.schema.ts';
import { answerOf, type ContinueEntry, type TrackingService } from './tracking.service.ts';

export interface TrackingRoutesParts {
  tracking: TrackingService;
  catalog: CatalogReader;
  files: TitleFiles;
  /** Figures of other domains for the dashboard. */
  counts(): Promise<{ unmatched: number; runningJobs: number }>;
}

const rowLength = 20;

/** Progress, history and the dashboard. */
export function trackingRoutes({ tracking, catalog, files, counts }: TrackingRoutesParts): Route[] {
  return [
    route(api.continueWatching, async ({ caller, query }) => ({
      items: (await tracking.continueWatching(caller.accountId, query.limit)).map(entryView),
    })),
    route(api.nextUp, async ({ caller, query }) => ({ items: await tracking.nextUp(caller.accountId, query.limit) })),
    route(api.hideFromContinue, async ({ caller, params }) => {
      await tracking.hideFromContinue(caller.accountId, params.id);
      return done;
    }),
    route(api.listProgress, async ({ caller, query }) => {
      const { total, items } = await tracking.listProgress(caller.accountId, windowOf(query));
      return {
        ...query,
        total,
        items: items.map(({ item, state }) => ({
          item,
          positionMs: state.positionMs,
          durationMs: state.durationMs,
          played: state.played,
          updatedAt: iso(state.updatedAt),
        })),
      };
    }),
    route(api.saveProgress, async ({ caller, body }) => {
      const { mediaId, ...claim } = body;
      const lengths = lengthsOf((await files.rowsOf([mediaId])).get(mediaId) ?? []);
      return answerOf(await tracking.report(caller.accountId, { itemId: mediaId, ...believe(claim, lengths) }));
    }),
    route(api.setPlayed, async ({ caller, params, body }) => {
      const at = body.at === undefined ? undefined : Date.parse(body.at);
      return { changed: await tracking.mark(caller.accountId, [params.id], body.played, at) };
    }),
    route(api.setPlayedMany, async ({ caller, body }) => ({
      changed: await tracking.mark(caller.accountId, body.itemIds, body.played),
    })),
    route(api.listWatched, async ({ caller, query }) => {
      const { total, items } = await tracking.history(caller.accountId, windowOf(query));
      return {
        ...query,
        total,
        items: items.map(({ item, play }) => ({
          id: play.id,
          item,
          playedAt: iso(play.playedAt),
          source: play.source,
        })),
      };
    }),
    route(api.deletePlay, async ({ caller, params }) => {
      await tracking.deletePlay(caller.accountId, params.id);
      return done;
    }),
    route(api.listItemPlays, async ({ caller, params }) => ({
      items: (await tracking.playsOf(caller.accountId, params.id)).map((play) => ({
        id: play.id,
        playedAt: iso(play.playedAt),
        source: play.source,
      })),
    })),
    route(api.getDashboard, async ({ caller }) => {
      const entries = await tracking.continueWatching(caller.accountId, rowLength);
      const [recentlyAdded, watched, titles, others] = await Promise.all([
        catalog.recentlyAdded(caller.accountId, rowLength),
        tracking.history(caller.accountId, { limit: rowLength, offset: 0 }),
        catalog.counts(),
        counts(),
      ]);
      return {
        continueWatching: entries.filter((entry) => entry.kind === 'resume').map(entryView),
        nextUp: entries.filter((entry) => entry.kind === 'next').map((entry) => entry.item),
        recentlyAdded: [...recentlyAdded],
        recentlyWatched: uniqueBy(watched.items.map((entry) => entry.item)),
        counts: { ...titles, ...others },
      };
    }),
  ];
}

const iso = (time: number): string => new Date(time).toISOString();

const windowOf = ({ page, pageSize }: { page: number; pageSize: number }) => ({
  limit: pageSize,
  offset: (page - 1) * pageSize,
});

const entryView = ({ updatedAt, ...entry }: ContinueEntry) => ({ ...entry, updatedAt: iso(updatedAt) });

function uniqueBy<T extends { id: number }>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [item.id, item])).values()];
}
