import { cpSync } from 'node:fs';
import path from 'node:path';
import { listItems } from '../../core/src/domains/catalog/catalog.schema.ts';
import { startPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { addLibrary } from './films.ts';
import { Stage } from './stage.ts';

const demo = path.join(import.meta.dirname, '../../config/demo');
const plugins = path.join(import.meta.dirname, '../fixtures/plugins');

export interface AppPage {
  /** As its screenshots are called. */
  name: string;
  address: string;
  /** Seen by somebody who is not signed in. */
  asVisitor?: boolean;
}

export interface FurnishedStage {
  stage: Stage;
  admin: Client;
  pages: readonly AppPage[];
}

/** A server with something on every page: the demo's films and shows, one half watched, a file to review, plugins that work and fail. */
export async function furnish(): Promise<FurnishedStage> {
  const media = temporaryFolder('vitascope-media');
  cpSync(demo, media, { recursive: true });
  if (ffmpegAvailable()) await makeMedia('h264-ac3-mkv', path.join(media, 'Films', 'qx7_final_v2.mkv'));
  const stage = await Stage.build();
  const admin = await new Client(stage.server.url).setUp();
  for (const plugin of ['example', 'throws-on-load']) {
    cpSync(path.join(plugins, plugin), path.join(stage.server.dataDir, 'plugins', plugin), { recursive: true });
  }
  await admin.post('/api/v1/plugins/rescan');
  for (const plugin of ['example', 'throws-on-load']) await admin.post(`/api/v1/plugins/${plugin}/enable`);
  await addLibrary(admin, { name: 'Films', type: 'movies', folders: [path.join(media, 'Films')] });
  await addLibrary(admin, { name: 'Shows', type: 'shows', folders: [path.join(media, 'Shows')] });
  return { stage, admin, pages: await pagesOf(admin) };
}

async function pagesOf(admin: Client): Promise<AppPage[]> {
  const { items } = await admin.call(listItems, { query: { type: ['movie', 'show', 'episode'], pageSize: 200 } });
  const firstOf = (type: string): number =>
    items.find((item) => item.type === type && item.fileCount > 0)?.id ??
    items.find((item) => item.type === type)?.id ??
    0;
  const movie = items.find(({ title }) => title === 'The Salt Meridian')?.id ?? firstOf('movie');
  await leaveHalfWatched(admin, movie);
  const { body } = await admin.get(`/api/v1/items/${movie}`);
  const person = (body as { cast: { person: { id: number } }[] }).cast[0]?.person.id;
  const { body: settings } = await admin.get('/api/v1/settings');
  const areas = (settings as { areas: { id: string }[] }).areas.map(({ id }) => `settings/server/${id}`);
  const inside = [
    'dashboard',
    'movies',
    'shows',
    'library',
    'search?query=the',
    'watched',
    'watch-later',
    'collections',
    'calendar',
    'discover',
    'downloads',
    'recommendations',
    'review',
    ...[
      'libraries',
      'jobs',
      'accounts',
      'plugins',
      'plugins/example',
      'plugins/throws-on-load',
      'connections',
      'server',
      'playback',
      'logs',
    ].map((page) => `admin/${page}`),
    ...['profile', 'appearance', 'playback', 'security', 'tokens'].map((page) => `settings/${page}`),
    ...areas,
    'plugins/example/hello',
    'plugins/example/added',
    'no-such-page',
  ];
  const named = [
    { name: 'item-movie', address: `/app/item/${movie}` },
    { name: 'item-show', address: `/app/item/${firstOf('show')}` },
    { name: 'item-episode', address: `/app/item/${firstOf('episode')}` },
    { name: 'person', address: `/app/person/${person}` },
    { name: 'player', address: `/app/play/${movie}` },
    { name: 'login', address: '/login', asVisitor: true },
  ];
  return [
    ...inside.map((page) => ({ name: page.replace(/\?.*/, '').replaceAll('/', '-'), address: `/app/${page}` })),
    ...named,
  ];
}

async function leaveHalfWatched(admin: Client, itemId: number): Promise<void> {
  const client = { videoCodecs: ['avc1'], audioCodecs: ['mp4a.40.2'], containers: ['mp4' as const] };
  const { sessionId, durationMs } =
    (await admin.call(startPlayback, { body: { itemId, client, positionMs: 0 } })) ?? {};
  const positionMs = Math.round((durationMs ?? 0) / 2);
  await admin.post(`/api/v1/playback/${sessionId}/progress`, { positionMs, paused: true, event: 'stop' });
}
