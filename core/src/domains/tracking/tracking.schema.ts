import { z } from 'zod';
import { endpoint } from '../../kernel/http/endpoint.ts';
import { idParams, instant, listResponse, ok, pageOf, pageQuery } from '../../kernel/http/schema.ts';
import { longestMs, shortestMs } from './claimed-position.ts';
import { ItemCard, PlayStateView } from '../catalog/catalog.schema.ts';

const Position = z.object({ item: ItemCard, positionMs: z.int(), durationMs: z.int(), updatedAt: instant });

export const continueWatching = endpoint({
  verb: 'GET /progress/continue-watching',
  tag: 'tracking',
  summary: 'What the caller has begun, newest first, and for shows the next episode.',
  access: 'guest',
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: listResponse(Position.extend({ kind: z.enum(['resume', 'next']) })),
});
export const nextUp = endpoint({
  verb: 'GET /progress/next-up',
  tag: 'tracking',
  summary: 'The next unwatched episode of every show the caller follows.',
  access: 'guest',
  query: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
  response: listResponse(ItemCard),
});
export const hideFromContinue = endpoint({
  verb: 'DELETE /progress/continue-watching/:id',
  tag: 'tracking',
  summary: 'Takes a title out of continue watching; its position stays.',
  access: 'guest',
  params: idParams,
  response: ok,
});
export const listProgress = endpoint({
  verb: 'GET /progress',
  tag: 'tracking',
  summary: 'All positions of the caller, newest first.',
  access: 'guest',
  query: pageQuery,
  response: pageOf(Position.extend({ played: z.boolean() })),
});
export const saveProgress = endpoint({
  verb: 'POST /progress',
  tag: 'tracking',
  summary: 'Stores a position; the play-state rules decide whether it is a resume point or the title was watched.',
  access: 'guest',
  scope: 'playback',
  description:
    'Meant for players that open no session. `durationMs` counts only where the server has not measured the files itself; a position beyond the end is refused.',
  body: z.object({
    mediaId: z.int().positive(),
    positionMs: z.int().min(0).max(longestMs),
    durationMs: z.int().min(shortestMs).max(longestMs).optional(),
  }),
  response: PlayStateView,
});
export const setPlayed = endpoint({
  verb: 'PUT /items/:id/played',
  tag: 'tracking',
  summary: 'Marks a title watched or not; a show or season with all its episodes.',
  access: 'guest',
  params: idParams,
  body: z.object({ played: z.boolean(), at: instant.optional() }),
  response: z.object({ changed: z.int() }),
});
export const setPlayedMany = endpoint({
  verb: 'PUT /items/played',
  tag: 'tracking',
  summary: 'Marks several titles at once.',
  access: 'guest',
  body: z.object({ itemIds: z.array(z.int().positive()).min(1).max(1000), played: z.boolean() }),
  response: z.object({ changed: z.int() }),
});
export const listWatched = endpoint({
  verb: 'GET /watched',
  tag: 'tracking',
  summary: 'The play history of the caller, newest first.',
  access: 'guest',
  query: pageQuery,
  response: pageOf(z.object({ id: z.int(), item: ItemCard, playedAt: instant, source: z.string() })),
});
export const deletePlay = endpoint({
  verb: 'DELETE /watched/:id',
  tag: 'tracking',
  summary: 'Takes one play out of the history.',
  access: 'guest',
  params: idParams,
  response: ok,
});
export const listItemPlays = endpoint({
  verb: 'GET /items/:id/plays',
  tag: 'tracking',
  summary: "The caller's plays of one title.",
  access: 'guest',
  params: idParams,
  response: listResponse(z.object({ id: z.int(), playedAt: instant, source: z.string() })),
});

export const getDashboard = endpoint({
  verb: 'GET /dashboard',
  tag: 'tracking',
  summary: 'The rows of the dashboard in one answer.',
  access: 'guest',
  response: z.object({
    continueWatching: z.array(Position.extend({ kind: z.enum(['resume', 'next']) })),
    nextUp: z.array(ItemCard),
    recentlyAdded: z.array(ItemCard),
    recentlyWatched: z.array(ItemCard),
    counts: z.object({ movies: z.int(), shows: z.int(), episodes: z.int(), unmatched: z.int(), runningJobs: z.int() }),
  }),
});
