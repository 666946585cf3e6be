import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stopPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { loadSecretKey } from '../../core/src/kernel/security/secret-key.ts';
import { createSigner } from '../../core/src/kernel/security/signer.ts';
import { ffmpegAvailable } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { expectProblem } from '../harness/problem.ts';
import { testDialect, type RunningServer } from '../harness/server.ts';
import { titled } from './library-setup.ts';
import { browser, startPlaybackServer, type PlaybackSetup } from './playback-setup.ts';

describe.skipIf(!ffmpegAvailable())(`playback on ${testDialect()} (needs ffmpeg)`, () => {
  let setup: PlaybackSetup;
  let server: RunningServer;
  let admin: Client;
  let viewer: Client;
  let film: PlaybackSetup['film'];
  let play: PlaybackSetup['play'];
  let bytes: PlaybackSetup['bytes'];
  let gone: PlaybackSetup['gone'];
  beforeAll(async () => {
    setup = await startPlaybackServer();
    ({ server, admin, viewer, film, play, bytes, gone } = setup);
  });
  afterAll(() => setup.close());

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

  it('refuses more conversions than are allowed', async () => {
    await admin.patch('/api/v1/settings/playback', { maxTranscodes: 0 });
    const { id } = await titled(viewer, 'Picture');
    const answer = await viewer.post('/api/v1/playback', { itemId: id, client: browser });
    expect(expectProblem(answer, 503, 'transcode_limit').fix).toMatch(/maxTranscodes/);
    expect(answer.headers.get('retry-after')).toBeTruthy();
    expect((await play('Direct')).mode).toBe('direct');
  });

  it('says what is missing where there is no ffmpeg, and plays what needs none', async () => {
    const changed = await admin.patch('/api/v1/settings/playback', { maxTranscodes: 2, ffmpeg: '/nowhere/ffmpeg' });
    expect(changed.status).toBe(200);
    const { id } = await titled(viewer, 'Picture');
    const problem = expectProblem(
      await viewer.post('/api/v1/playback', { itemId: id, client: browser }),
      501,
      'transcoder_missing',
    );
    expect(problem.fix).toMatch(/ffmpeg/);
    expect((await play('Direct')).mode).toBe('direct');
    expect((await admin.get('/api/v1/playback/capabilities')).body).toMatchObject({
      ffmpeg: null,
      problem: expect.stringMatching(/nowhere/),
    });
    // Its answer is good for a second.
    const health = async () => (await new Client(server.url).get('/health')).body;
    await expect.poll(health).toMatchObject({ status: 'degraded' });
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
