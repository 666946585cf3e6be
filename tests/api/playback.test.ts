import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem } from '../../core/src/domains/catalog/catalog.schema.ts';
import { endSession, listSessions, logout, updateMe } from '../../core/src/domains/identity/identity.schema.ts';
import {
  listPlaybackSessions,
  reportProgress,
  startPlayback,
  stopPlayback,
} from '../../core/src/domains/playback/playback.schema.ts';
import {
  continueWatching,
  getDashboard,
  listWatched,
  nextUp,
  saveProgress,
  setPlayed,
} from '../../core/src/domains/tracking/tracking.schema.ts';
import { loadSecretKey } from '../../core/src/kernel/security/secret-key.ts';
import { createSigner } from '../../core/src/kernel/security/signer.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { expectProblem } from '../harness/problem.ts';
import { eventually } from '../harness/processes.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { addLibrary, itemsOf, titled } from './library-setup.ts';

/** What a browser plays that knows H.264 and AAC. */
const client = {
  videoCodecs: ['avc1.640034'],
  audioCodecs: ['mp4a.40.2'],
  containers: ['mp4' as const, 'hls' as const],
  maxChannels: 2,
};
const tenMinutes = 600_000;
const password = 'a password to look';

/** Running ffmpeg processes of that server. */
function ffmpegsOf(server: RunningServer): number[] {
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

describe.skipIf(!ffmpegAvailable())(`playback on ${testDialect()} (needs ffmpeg)`, () => {
  const folder = temporaryFolder('vitascope-playback');
  let server: RunningServer;
  let admin: Client;
  let viewer: Client;
  const film = (name: string, extension: string): string => path.join(folder, 'Media', name, `${name}.${extension}`);
  const play = async (title: string, more: object = {}) =>
    viewer.call(startPlayback, { body: { itemId: (await titled(viewer, title)).id, client, ...more } });
  const bytes = (url: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(server.url + url, { method, headers });
  const gone = (): Promise<true> =>
    eventually('The end of ffmpeg', () => (ffmpegsOf(server).length === 0 ? true : undefined), { withinMs: 2000 });

  beforeAll(async () => {
    await makeMedia('h264-aac-mp4', film('Direct (2001)', 'mp4'), { seconds: 600 });
    await makeMedia('h264-ac3-mkv', film('Sound (2002)', 'mkv'), { seconds: 600 });
    await makeMedia('hevc-subtitles-mkv', film('Picture (2003)', 'mkv'), { seconds: 120 });
    writeFileSync(film('Direct (2001)', 'en.srt'), '1\n00:00:01,000 --> 00:00:03,000\nBeside <i>the</i> film\n');
    for (const episode of [1, 2, 3]) {
      const name = path.join(folder, `Media/Serial (2004)/Season 01/Serial (2004) - S01E0${episode}.mp4`);
      await makeMedia('h264-aac-mp4', name, { seconds: 600 });
    }
    server = await startServer({
      env: { VITASCOPE_VALIDATE_RESPONSES: '1' },
    });
    admin = await new Client(server.url).setUp();
    await admin.post('/api/v1/accounts', { name: 'viewer', password });
    viewer = await new Client(server.url).login({ name: 'viewer', password });
    await addLibrary(admin, { name: 'Media', type: 'mixed', folders: [path.join(folder, 'Media')] });
  });
  afterAll(async () => {
    await server.stop();
    removeFolder(folder);
  });

  describe('a file the browser can play', () => {
    it('is played as it is, with byte ranges', async () => {
      const session = await play('Direct');
      expect(session).toMatchObject({ mode: 'direct', mimeType: 'video/mp4', startMs: 0, reasons: [] });
      const file = readFileSync(film('Direct (2001)', 'mp4'));
      const whole = await bytes(session.url);
      expect(whole.headers.get('accept-ranges')).toBe('bytes');
      expect(Buffer.from(await whole.arrayBuffer()).equals(file)).toBe(true);
      const middle = await bytes(session.url, { range: 'bytes=1000-1999' });
      expect(middle.status).toBe(206);
      expect(middle.headers.get('content-range')).toBe(`bytes 1000-1999/${file.length}`);
      expect(Buffer.from(await middle.arrayBuffer()).equals(file.subarray(1000, 2000))).toBe(true);
      const tail = await bytes(session.url, { range: 'bytes=-500' });
      expect(Buffer.from(await tail.arrayBuffer()).equals(file.subarray(-500))).toBe(true);
      const beyond = await bytes(session.url, { range: `bytes=${file.length}-` });
      expect(beyond.status).toBe(416);
      expect(beyond.headers.get('content-range')).toBe(`bytes */${file.length}`);
    });

    it('answers HEAD, If-None-Match and If-Range', async () => {
      const { url } = await play('Direct');
      const head = await bytes(url, {}, 'HEAD');
      const size = readFileSync(film('Direct (2001)', 'mp4')).length;
      expect({ status: head.status, length: head.headers.get('content-length') }).toEqual({
        status: 200,
        length: String(size),
      });
      expect(await head.text()).toBe('');
      const etag = head.headers.get('etag') ?? '';
      expect(etag).toMatch(/"/);
      expect((await bytes(url, { 'if-none-match': etag })).status).toBe(304);
      const range = { range: 'bytes=0-9' };
      const changed = await bytes(url, { ...range, 'if-range': '"of another time"' });
      expect(changed.status).toBe(200);
      await changed.body?.cancel();
      if (!etag.startsWith('W/')) expect((await bytes(url, { ...range, 'if-range': etag })).status).toBe(206);
    });
  });

  describe('a stream address', () => {
    const refusal = async (url: string): Promise<unknown> => (await viewer.get(url)).body;
    const forbidden = { status: 403, error_code: 'signature_invalid' };
    const signatureOf = (url: string): string => new URL(url, server.url).searchParams.get('s') ?? '';

    it('that was tampered with is refused', async () => {
      const { url } = await play('Direct');
      const signature = signatureOf(url);
      const [body = '', mac = ''] = signature.split('.');
      const other = Buffer.from(body, 'base64url')
        .toString()
        .replace(/"file":\d+/, '"file":1');
      const forged = [
        `${Buffer.from(other.replace(/^\[\d+/, '[9999999999999')).toString('base64url')}.${mac}`,
        `${body}.${mac.slice(0, -2)}${mac.endsWith('AA') ? 'BB' : 'AA'}`,
        `${body}.`,
        body,
        `${signature}=`,
        'x',
      ];
      for (const wrong of forged) {
        expect(await refusal(url.replace(signature, encodeURIComponent(wrong)))).toMatchObject(forbidden);
      }
    });

    it('that has expired is refused', async () => {
      const { url, sessionId } = await play('Direct');
      const key = await loadSecretKey({ file: path.join(server.dataDir, 'secret.key') });
      const [, payload] = JSON.parse(Buffer.from(signatureOf(url).split('.')[0] ?? '', 'base64url').toString()) as [
        number,
        object,
      ];
      expect(payload).toMatchObject({ session: sessionId });
      const signer = createSigner(key, 'stream');
      expect(await refusal(url.replace(signatureOf(url), signer.sign(payload, -1)))).toMatchObject(forbidden);
      const valid = await bytes(url.replace(signatureOf(url), signer.sign(payload, 60_000)), { range: 'bytes=0-0' });
      expect(valid.status).toBe(206);
      expect(
        await refusal(url.replace(signatureOf(url), createSigner(key, 'another purpose').sign(payload, 60_000))),
      ).toMatchObject(forbidden);
    });

    it('of another session or another kind is refused', async () => {
      const [mine, other] = [await play('Direct'), await play('Direct')];
      expect(await refusal(mine.url.replace(signatureOf(mine.url), signatureOf(other.url)))).toMatchObject(forbidden);
      const [subtitle] = mine.subtitleTracks;
      expect(await refusal(mine.url.replace(signatureOf(mine.url), signatureOf(subtitle?.url ?? '')))).toMatchObject(
        forbidden,
      );
    });

    it('ends with its session, and the session belongs to one account', async () => {
      const { url, sessionId } = await play('Direct');
      expectProblem(await admin.delete(`/api/v1/playback/${sessionId}`), 404, 'not_found');
      expectProblem(await admin.post(`/api/v1/playback/${sessionId}/progress`, { positionMs: 5 }), 404, 'not_found');
      expect((await bytes(url, { range: 'bytes=0-0' })).status).toBe(206);
      await viewer.call(stopPlayback, { params: { id: sessionId } });
      expect((await bytes(url)).status).toBe(410);
    });
  });

  describe('a file that is converted', () => {
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
      const there = await new Client(server.url).login({ name: 'viewer', password });
      const { id } = await titled(viewer, 'Sound');
      const begin = async (who: Client) => {
        const { sessionId } = await who.call(startPlayback, { body: { itemId: id, client, positionMs: 300_000 } });
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
      await there.login({ name: 'viewer', password });
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
      await eventually('Segments on the disk', () =>
        readdirSync(place).includes(session.sessionId) ? true : undefined,
      );
      await viewer.call(stopPlayback, { params: { id: session.sessionId } });
      expect(readdirSync(place)).not.toContain(session.sessionId);
    });
  });

  describe('subtitles', () => {
    const textOf = async (url: string): Promise<string> => {
      const answer = await bytes(url);
      expect(answer.status).toBe(200);
      return answer.text();
    };

    it('inside the file come as WebVTT, ASS and PGS', async () => {
      const session = await play('Picture', { positionMs: 0 });
      const tracks = new Map(session.subtitleTracks.map((track) => [track.format, track]));
      expect([...tracks.keys()].sort()).toEqual(['ass', 'pgs', 'vtt']);
      const text = await textOf(tracks.get('vtt')?.url ?? '');
      expect(text).toMatch(/^WEBVTT\n/);
      expect(text).toContain('SRT at 110 s');
      expect(text).toMatch(/00:01:50\.000 --> 00:02:00\.000/);
      const ass = await textOf(tracks.get('ass')?.url ?? '');
      expect(ass).toMatch(/\[Script Info\][^]*\[V4\+ Styles\][^]*ASS at 110 s/);
      const pgs = await bytes(tracks.get('pgs')?.url ?? '');
      expect(
        Buffer.from(await pgs.arrayBuffer())
          .subarray(0, 2)
          .toString(),
      ).toBe('PG');
      expect(tracks.get('pgs')).toMatchObject({ forced: true, language: 'deu' });
      expect(session.chapters.map(({ title }) => title)).toEqual(['One', 'Two', 'Three']);
      await viewer.call(stopPlayback, { params: { id: session.sessionId } });
      expect(await gone()).toBe(true);
    });

    it('beside the file come as WebVTT', async () => {
      const session = await play('Direct');
      const [track] = session.subtitleTracks;
      expect(track).toMatchObject({ external: true, language: 'eng', format: 'vtt' });
      expect(await textOf(track?.url ?? '')).toMatch(/00:00:01\.000 --> 00:00:03\.000\nBeside <i>the<\/i> film/);
    });
  });

  describe('progress', () => {
    it('becomes a resume point, then watched, by the rules', async () => {
      const { sessionId, itemId } = await play('Direct');
      const report = (positionMs: number, event: 'time' | 'stop' = 'time') =>
        viewer.call(reportProgress, { params: { id: sessionId }, body: { positionMs, event } });
      const state = async () => (await viewer.call(getItem, { params: { id: itemId }, query: {} })).state;
      // Jellyfin's numbers: nothing before 5 %, watched after 90 %.
      await report(tenMinutes * 0.04);
      expect((await state())?.positionMs ?? 0).toBe(0);
      await report(tenMinutes * 0.5);
      expect(await state()).toMatchObject({ positionMs: tenMinutes / 2, played: false });
      await viewer.call(stopPlayback, { params: { id: sessionId } });
      const again = await play('Direct');
      expect(again.startMs).toBe(tenMinutes / 2);
      const last = await viewer.call(reportProgress, {
        params: { id: again.sessionId },
        body: { positionMs: tenMinutes * 0.95, event: 'stop' },
      });
      expect(last.played).toBe(true);
      expect(await state()).toMatchObject({ positionMs: 0, played: true, playCount: 1 });
      expect((await viewer.call(listWatched, { query: {} })).items[0]).toMatchObject({ item: { id: itemId } });
      expect((await play('Direct')).startMs).toBe(0);
    });

    it('is refused where it cannot be: beyond the end, or of a length that nothing has', async () => {
      const { id, state: before } = await titled(viewer, 'Sound');
      const faultsOf = async (claim: object): Promise<unknown> => {
        const answer = await viewer.post('/api/v1/progress', { mediaId: id, ...claim });
        return (expectProblem(answer, 400, 'validation_failed').errors as { path: string }[]).map(({ path }) => path);
      };
      expect(await faultsOf({ positionMs: 0, durationMs: 1 })).toEqual(['body.durationMs']);
      expect(await faultsOf({ positionMs: 0, durationMs: 1e12 })).toEqual(['body.durationMs']);
      expect(await faultsOf({ positionMs: 50_000_000, durationMs: 60_000_000 })).toEqual(['body.positionMs']);
      expect((await titled(viewer, 'Sound')).state).toEqual(before);
    });

    it('belongs to one account', async () => {
      const { id } = await titled(viewer, 'Sound');
      await viewer.call(saveProgress, { body: { mediaId: id, positionMs: 200_000 } });
      expect((await titled(admin, 'Sound')).state?.positionMs ?? 0).toBe(0);
      expect((await titled(viewer, 'Sound')).state?.positionMs).toBe(200_000);
    });

    it('shows in continue watching: what was begun, and the next episode of a show', async () => {
      const episodes = (await itemsOf(viewer, { type: 'episode' })).toSorted(
        (a, b) => (a.episodeNumber ?? 0) - (b.episodeNumber ?? 0),
      );
      const [first, second, third] = episodes.map(({ id }) => id);
      await viewer.call(setPlayed, { params: { id: first ?? 0 }, body: { played: true } });
      const rows = async () =>
        (await viewer.call(continueWatching, { query: {} })).items.map(({ kind, item }) => [kind, item.id]);
      expect(await rows()).toContainEqual(['next', second]);
      expect((await viewer.call(nextUp, { query: {} })).items.map(({ id }) => id)).toEqual([second]);
      await viewer.call(saveProgress, { body: { mediaId: second ?? 0, positionMs: 100_000 } });
      expect((await rows())[0]).toEqual(['resume', second]);
      expect((await rows()).filter(([, id]) => id === third)).toEqual([]);
      const session = await viewer.call(startPlayback, { body: { itemId: second ?? 0, client } });
      expect(session).toMatchObject({ startMs: 100_000, next: { itemId: third }, previous: { itemId: first } });
      await viewer.call(setPlayed, { params: { id: second ?? 0 }, body: { played: true } });
      expect(await rows()).toContainEqual(['next', third]);
      const show = await titled(viewer, 'Serial');
      const detail = await viewer.call(getItem, { params: { id: show.id }, query: {} });
      expect(detail).toMatchObject({ unwatchedCount: 1, playTarget: { itemId: third, label: 'next' } });
      const dashboard = await viewer.call(getDashboard, {});
      expect(dashboard.continueWatching.map(({ item }) => item.title)).toContain('Sound');
      expect(dashboard.nextUp.map(({ id }) => id)).toEqual([third]);
      await viewer.call(setPlayed, { params: { id: show.id }, body: { played: true } });
      expect((await rows()).map(([, id]) => id)).not.toContain(third);
    });
  });

  it('refuses more conversions than are allowed', async () => {
    await admin.patch('/api/v1/settings/playback', { maxTranscodes: 0 });
    const { id } = await titled(viewer, 'Picture');
    const answer = await viewer.post('/api/v1/playback', { itemId: id, client });
    expect(expectProblem(answer, 503, 'transcode_limit').fix).toMatch(/maxTranscodes/);
    expect(answer.headers.get('retry-after')).toBeTruthy();
    expect((await play('Direct')).mode).toBe('direct');
  });

  it('says what is missing where there is no ffmpeg, and plays what needs none', async () => {
    const changed = await admin.patch('/api/v1/settings/playback', { maxTranscodes: 2, ffmpeg: '/nowhere/ffmpeg' });
    expect(changed.status).toBe(200);
    const { id } = await titled(viewer, 'Picture');
    const problem = expectProblem(
      await viewer.post('/api/v1/playback', { itemId: id, client }),
      501,
      'transcoder_missing',
    );
    expect(problem.fix).toMatch(/ffmpeg/);
    expect((await play('Direct')).mode).toBe('direct');
    expect((await admin.get('/api/v1/playback/capabilities')).body).toMatchObject({
      ffmpeg: null,
      problem: expect.stringMatching(/nowhere/),
    });
    expect((await new Client(server.url).get('/health')).body).toMatchObject({ status: 'degraded' });
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
