import { ok } from '#lib/api/client.ts';
import { Query } from '#lib/api/query.svelte.ts';
import type { paths } from '#lib/api/schema.d.ts';
import type { App } from '#lib/app.svelte.ts';

export type PlaybackSession =
  paths['/api/v1/playback/sessions']['get']['responses']['200']['content']['application/json']['items'][number];

/** Who watches now. */
export const playbackSessions = ({ api, cache }: App): Query<PlaybackSession[]> =>
  new Query(async (signal) => (await ok(api.GET('/api/v1/playback/sessions', { signal }))).items, {
    cache,
    key: 'playback-sessions',
  });
