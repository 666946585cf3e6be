import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endSession, listSessions, logout, updateMe } from '../../core/src/domains/identity/identity.schema.ts';
import {
  listPlaybackSessions,
  reportProgress,
  startPlayback,
  stopPlayback,
} from '../../core/src/domains/playback/playback.schema.ts';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { expectProblem } from '../harness/problem.ts';
import { eventually } from '../harness/processes.ts';
import { testDialect, type RunningServer } from '../harness/server.ts';
import { titled } from './library-setup.ts';
import { browser, ffmpegsOf, viewerCredentials, startPlaybackServer, type PlaybackSetup } from './playback-setup.ts';

describe.skipIf(!ffmpegAvailable())(`a film that is converted on ${testDialect()} (needs ffmpeg)`, () => {
  let setup: PlaybackSetup;
  let server: RunningServer;
  let admin: Client;
  let viewer: Client;
  let folder: string;
  let play: PlaybackSetup['play'];
  let bytes: PlaybackSetup['bytes'];
  let gone: PlaybackSetup['gone'];
  beforeAll(async () => {
    setup = await startPlaybackServer();
    ({ server, admin, viewer, folder, play, bytes, gone } = setup);
  });
  afterAll(() => setup.close());

  /** Addresses of the playlist, the way a player resolves them. */
  async function playlistOf(url: string): Promise<{ init: string; segments: string[]; seconds: number }> {
    const answer = await bytes(url);
    expect(answer.headers.get('content-type')).toContain('mpegurl');
    const text = await answer.text();
    expect(text).toMatch(/^#EXTM3U[^]*#EXT-X-ENDLIST\s*$/);
    const resolve = (part: string): string => new URL(part, server.url + url).href.slice(server.url.length);
    const segments = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    const seconds = [...text.matchAll(/#EXTINF:([\d.]+)/g)].reduce((sum, [, length]) => sum + Number(length), 0);
    return { init: resolve(/URI="([^"]+)"/.exec(text)?.[1] ?? ''), segments: segments.map(resolve), seconds };
  }

  /** What ffprobe understands of these bytes. */
  function probe(data: Buffer): { codecs: string[]; startSeconds: number; seconds: number } {
    const file = path.join(folder, 'segment.mp4');
    writeFileSync(file, data);
    const result = spawnSync('ffprobe', ['-v', 'error', '-show_streams', '-show_packets', '-of', 'json', file], {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
    });
    expect(result.stderr).toBe('');
    const { streams, packets } = JSON.parse(result.stdout) as {
      streams: { codec_name: string }[];
      packets: { pts_time: string; codec_type: string }[];
    };
    const times = packets.filter(({ codec_type }) => codec_type === 'video').map(({ pts_time }) => Number(pts_time));
    const startSeconds = Math.min(...times);
    return {
      codecs: streams.map(({ codec_name }) => codec_name),
      startSeconds,
      seconds: Math.max(...times) - startSeconds,
    };
  }

  const load = async (url: string): Promise<Buffer> => {
    const answer = await bytes(url);
    expect(answer.status, url).toBe(200);
    return Buffer.from(await answer.arrayBuffer());
  };

  it.each([
    ['Sound', 'audio', 600],
    ['Picture', 'transcode', 120],
  ])('"%s" by %s: first and middle segment are H.264 with AAC at their place', async (title, mode, seconds) => {
    const session = await play(title, { positionMs: 0 });
    expect(session).toMatchObject({ mode, mimeType: 'application/vnd.apple.mpegurl' });
    expect(session.reasons.length).toBeGreaterThan(0);
    const playlist = await playlistOf(session.url);
    expect(playlist.seconds).toBeCloseTo(seconds, -1);
    const init = await load(playlist.init);
    const middle = Math.floor(playlist.segments.length / 2);
    for (const place of [0, middle]) {
      const found = probe(Buffer.concat([init, await load(playlist.segments[place] ?? '')]));
      expect(found.codecs.sort()).toEqual(['aac', 'h264']);
      expect(found.startSeconds).toBeGreaterThan((place / playlist.segments.length) * seconds - 15);
      expect(found.startSeconds).toBeLessThan((place / playlist.segments.length) * seconds + 15);
      expect(found.seconds).toBeGreaterThan(0);
    }
    expectProblem(await viewer.get(session.url.replace('index.m3u8', '99999.m4s')), 404, 'not_found');
    await viewer.call(stopPlayback, { params: { id: session.sessionId } });
    expect(await gone()).toBe(true);
  });

  it('switches to the other sound track', async () => {
    const session = await play('Picture', { positionMs: 0 });
    const french = session.audioTracks.find(({ language }) => language === 'fra');
    const other = await play('Picture', { positionMs: 30_000, audioIndex: french?.index });
    expect(other).toMatchObject({ audioIndex: french?.index, startMs: 30_000 });
    for (const { sessionId } of [session, other]) await viewer.call(stopPlayback, { params: { id: sessionId } });
    expect(await gone()).toBe(true);
  });

  it('begins with the sound and the subtitle that the account prefers', async () => {
    const prefer = (preferences: object) => viewer.call(updateMe, { body: { preferences } });
    const chosen = async (more: object = {}) => {
      const { sessionId, audioTracks, audioIndex, subtitleTracks, subtitleId } = await play('Picture', more);
      await viewer.call(stopPlayback, { params: { id: sessionId } });
      const sound = audioTracks.find(({ index }) => index === audioIndex);
      return [sound?.language, subtitleTracks.find(({ id }) => id === subtitleId)?.language];
    };
    expect(await chosen()).toEqual(['eng', undefined]);
    await prefer({ audioLanguages: ['ja', 'fr-CA', 'en'], subtitleLanguages: ['de', 'en'], subtitleMode: 'always' });
    expect(await chosen()).toEqual(['fra', 'eng']);
    expect(await chosen({ audioLanguage: 'en' })).toEqual(['eng', 'eng']);
    await prefer({ audioLanguages: [], subtitleLanguages: [], subtitleMode: 'forced' });
    expect(await chosen()).toEqual(['eng', undefined]);
  });

  it('frees ffmpeg within 2 s of the stop', async () => {
    const session = await play('Sound', { positionMs: 300_000 });
    await eventually('ffmpeg running', () => (ffmpegsOf(server).length > 0 ? true : undefined));
    expect((await admin.call(listPlaybackSessions, {})).items).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ id: session.sessionId, account: 'viewer', mode: 'audio' })]),
    );
    await viewer.call(reportProgress, {
      params: { id: session.sessionId },
      body: { positionMs: 300_000, event: 'stop' },
    });
    expect(await gone()).toBe(true);
    expectProblem(await viewer.delete(`/api/v1/playback/${session.sessionId}`), 404, 'not_found');
  });

  it('frees ffmpeg within 2 s of a client that leaves without a word', async () => {
    const session = await play('Sound', { positionMs: 0 });
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (url: string): Promise<number | undefined> =>
      new Promise((resolve, reject) => {
        get(server.url + url, { agent }, (answer) => {
          answer.resume();
          answer.once('end', () => resolve(answer.statusCode));
        }).once('error', reject);
      });
    expect(await ask(session.url)).toBe(200);
    expect(await ask(session.url.replace('index.m3u8', '0.m4s'))).toBe(200);
    await eventually('ffmpeg running', () => (ffmpegsOf(server).length > 0 ? true : undefined));
    agent.destroy();
    expect(await gone()).toBe(true);
    await viewer.call(stopPlayback, { params: { id: session.sessionId } });
  });

  it('frees ffmpeg when the login it was begun with ends: by signing out, or from elsewhere', async () => {
    const there = await new Client(server.url).login(viewerCredentials);
    const { id } = await titled(viewer, 'Sound');
    const begin = async (who: Client) => {
      const { sessionId } = await who.call(startPlayback, {
        body: { itemId: id, client: browser, positionMs: 300_000 },
      });
      return sessionId;
    };
    const open = async (...ids: string[]) => {
      const { items } = await admin.call(listPlaybackSessions, {});
      return items.map((session) => session.id).filter((session) => ids.includes(session));
    };
    const [here, elsewhere] = [await begin(viewer), await begin(there)];
    await eventually('Two ffmpegs', () => (ffmpegsOf(server).length === 2 ? true : undefined));
    await there.call(logout, {});
    expect(await open(here, elsewhere)).toEqual([here]);
    expect(ffmpegsOf(server)).toHaveLength(1);
    await there.login(viewerCredentials);
    const again = await begin(there);
    const other = (await viewer.call(listSessions, {})).items.find(({ current }) => !current);
    await viewer.call(endSession, { params: { id: other?.id ?? '' } });
    expect(await open(here, again)).toEqual([here]);
    await viewer.call(stopPlayback, { params: { id: here } });
    expect(await gone()).toBe(true);
  });

  it('leaves nothing of a session on the disk', async () => {
    const session = await play('Sound', { positionMs: 0 });
    const place = path.join(server.dataDir, 'transcode');
    await eventually('Segments on the disk', () => (readdirSync(place).includes(session.sessionId) ? true : undefined));
    await viewer.call(stopPlayback, { params: { id: session.sessionId } });
    expect(readdirSync(place)).not.toContain(session.sessionId);
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
