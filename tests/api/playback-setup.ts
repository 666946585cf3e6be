import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { startPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { eventually } from '../harness/processes.ts';
import { startServer, type RunningServer } from '../harness/server.ts';
import { addLibrary, titled } from './library-setup.ts';

/** What a browser plays that knows H.264 and AAC. */
export const browser = {
  videoCodecs: ['avc1.640034'],
  audioCodecs: ['mp4a.40.2'],
  containers: ['mp4' as const, 'hls' as const],
  maxChannels: 2,
};
/** Who watches. */
export const viewerCredentials = { name: 'viewer', password: 'a password to look' };

/** Running ffmpeg processes of that server. */
export function ffmpegsOf(server: RunningServer): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        return /^Name:\s+ffmpeg$/m.test(status) && new RegExp(`^PPid:\\s+${server.pid}$`, 'm').test(status);
      } catch (error) {
        // It ended in between.
        if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
        throw error;
      }
    })
    .map(Number);
}

/** A server with films and a show of ten minutes each, and somebody who watches them. */
export interface PlaybackSetup {
  server: RunningServer;
  admin: Client;
  viewer: Client;
  folder: string;
  /** Where a film lies: `film('Direct (2001)', 'mp4')`. */
  film(name: string, extension: string): string;
  /** Opens a session for the viewer. */
  play(title: string, more?: object): Promise<z.output<NonNullable<(typeof startPlayback)['response']>>>;
  /** Asks without any session, as a media element does. */
  bytes(url: string, headers?: Record<string, string>, method?: string): Promise<Response>;
  /** Resolves when no ffmpeg of the server runs; fails after two seconds. */
  gone(): Promise<true>;
  close(): Promise<void>;
}

export async function startPlaybackServer(): Promise<PlaybackSetup> {
  const folder = temporaryFolder('vitascope-playback');
  const film = (name: string, extension: string): string => path.join(folder, 'Media', name, `${name}.${extension}`);
  await makeMedia('h264-aac-mp4', film('Direct (2001)', 'mp4'), { seconds: 600 });
  await makeMedia('h264-ac3-mkv', film('Sound (2002)', 'mkv'), { seconds: 600 });
  await makeMedia('hevc-subtitles-mkv', film('Picture (2003)', 'mkv'), { seconds: 120 });
  writeFileSync(film('Direct (2001)', 'en.srt'), '1\n00:00:01,000 --> 00:00:03,000\nBeside <i>the</i> film\n');
  for (const episode of [1, 2, 3]) {
    const name = path.join(folder, `Media/Serial (2004)/Season 01/Serial (2004) - S01E0${episode}.mp4`);
    await makeMedia('h264-aac-mp4', name, { seconds: 600 });
  }
  const server = await startServer({ env: { VITASCOPE_VALIDATE_RESPONSES: '1' } });
  const admin = await new Client(server.url).setUp();
  await admin.post('/api/v1/accounts', viewerCredentials);
  const viewer = await new Client(server.url).login(viewerCredentials);
  await addLibrary(admin, { name: 'Media', type: 'mixed', folders: [path.join(folder, 'Media')] });
  return {
    server,
    admin,
    viewer,
    folder,
    film,
    play: async (title, more = {}) =>
      viewer.call(startPlayback, { body: { itemId: (await titled(viewer, title)).id, client: browser, ...more } }),
    bytes: (url, headers = {}, method = 'GET') => fetch(server.url + url, { method, headers }),
    gone: () =>
      eventually('The end of ffmpeg', () => (ffmpegsOf(server).length === 0 ? true : undefined), { withinMs: 2000 }),
    async close() {
      await server.stop();
      removeFolder(folder);
    },
  };
}
