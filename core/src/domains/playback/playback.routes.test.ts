import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegAvailable, makeMedia } from '../../../../tests/fixtures/media.ts';
import { browser, inspect, startPlaybackTest, type PlaybackTest } from './playback.testing.ts';

const execute = promisify(execFile);
const missing = ffmpegAvailable() ? '' : ' (skipped: ffmpeg is not installed)';

describe.skipIf(missing !== '')(`playing over HTTP${missing}`, () => {
  let test: PlaybackTest;

  beforeAll(async () => {
    test = await startPlaybackTest();
    const film = (name: string) => path.join(test.root, name);
    await makeMedia('h264-aac-mp4', film('direct.mp4'), { seconds: 20 });
    await makeMedia('h264-ac3-mkv', film('sound.mkv'), { seconds: 30 });
    await makeMedia('hevc-subtitles-mkv', film('picture.mkv'), { seconds: 30 });
    await writeFile(film('picture.srt'), Buffer.from('1\n00:00:01,000 --> 00:00:02,500\n<i>Été</i> <3\n', 'latin1'));
    await test.add([
      { path: film('direct.mp4') },
      { path: film('sound.mkv') },
      {
        path: film('picture.mkv'),
        subtitles: [
          { path: film('picture.srt'), codec: 'subrip' },
          { path: film('picture.sub'), codec: 'dvd_subtitle' },
        ],
      },
    ]);
  }, 120_000);
  afterAll(() => test.close());

  const begun: string[] = [];
  afterEach(async () => {
    for (const id of begun.splice(0)) await test.server.ask(`/api/v1/playback/${id}`, { method: 'DELETE', as: 'ben' });
  });

  const start = async (body: object, as = 'ben') => {
    const answer = await test.server.ask('/api/v1/playback', {
      method: 'POST',
      as,
      json: { client: browser, ...body },
    });
    expect(answer.json).toMatchObject({ sessionId: expect.any(String) });
    expect(answer.status).toBe(201);
    begun.push(answer.json.sessionId);
    return answer.json;
  };

  it('sends a file that the browser plays, in byte ranges', async () => {
    const started = await start({ itemId: 1 });
    expect(started).toMatchObject({ mode: 'direct', reasons: [], mimeType: 'video/mp4', title: 'Film 1' });
    const answer = await test.server.ask(started.url, { headers: { range: 'bytes=4-7' } });
    expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([206, 'ftyp', 'video/mp4']);
  });

  it('puts a film into another container without touching its streams', async () => {
    const started = await start({ itemId: 1, atLeast: 'remux' });
    expect(started).toMatchObject({ mode: 'remux', mimeType: 'application/vnd.apple.mpegurl' });
    const seen = await inspect(test, started.url, [0, 1, 2]);
    expect(seen.complaints).toBe('');
    expect(seen.streams.map(({ codec_name }) => codec_name)).toEqual(['h264', 'aac']);
    expect(seen.video.count).toBe(300);
  });

  it('converts only the sound where only the sound does not fit', async () => {
    const started = await start({ itemId: 2 });
    expect(started).toMatchObject({ mode: 'audio', audioTracks: [{ codec: 'ac3', channels: 6 }] });
    const seen = await inspect(test, started.url, [3, 4]);
    expect(seen.complaints).toBe('');
    expect(seen.streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'aac', channels: 2 }]);
    expect(seen.video.first).toBeCloseTo(12, 0);
    expect(seen.audio.first).toBeCloseTo(seen.video.first, 1);
  });

  it('converts a picture that the browser cannot play', async () => {
    const started = await start({ itemId: 3 });
    expect(started).toMatchObject({
      mode: 'transcode',
      reasons: [expect.any(String), expect.stringContaining('HEVC')],
    });
    const seen = await inspect(test, started.url, [0, 1]);
    expect(seen.complaints).toBe('');
    expect(seen.streams).toMatchObject([{ codec_name: 'h264', height: 180 }, { codec_name: 'aac' }]);
    expect(seen.video).toMatchObject({ count: 100 });
  });

  it('shows text, styled and picture subtitles, from inside a film and from beside it', async () => {
    const started = await start({ itemId: 3 });
    const tracks = started.subtitleTracks as { id: string; format: string; url: string; external: boolean }[];
    expect(tracks.map(({ id, format }) => `${id} ${format}`)).toEqual([
      'stream:3 vtt',
      'stream:4 ass',
      'stream:5 pgs',
      expect.stringMatching(/^file:\d+ vtt$/),
    ]);
    const answers = await Promise.all(tracks.map(({ url }) => test.server.ask(url)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const [text, styled, pictures, beside] = answers.map((answer) => answer.text);
    expect(text).toContain('00:00:04.000 --> 00:00:06.000\nSRT at 4 s');
    expect(styled).toContain('Dialogue: 0,0:00:04.00,0:00:06.00,Red,,0,0,0,,ASS at 4 s');
    expect(pictures?.slice(0, 2)).toBe('PG');
    expect(beside).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Été</i> &lt;3\n\n');
    // The second time they come from what was kept.
    const again = await test.server.ask(tracks[0]?.url ?? '');
    expect([again.text, again.headers['accept-ranges']]).toEqual([text, 'bytes']);
  });

  it('names subtitles that cannot be shown, and why', async () => {
    const started = await start({ itemId: 3 });
    expect(started.unshownSubtitles).toEqual([
      { label: '#5', codec: 'dvd_subtitle', reason: expect.stringMatching(/browsers cannot show/) },
    ]);
  });

  it('answers what is asked for at once while it still comes out of the film', async () => {
    const started = await start({ itemId: 3 });
    const [first] = started.subtitleTracks as { url: string }[];
    const both = await Promise.all([test.server.ask(first?.url ?? ''), test.server.ask(first?.url ?? '')]);
    expect(both[0]?.text).toBe(both[1]?.text);
  });

  it('takes a picture for the scrub bar', async () => {
    const started = await start({ itemId: 3 });
    const answer = await test.server.ask(started.thumbnails.replace('{ms}', '12345'));
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'image/jpeg']);
    const outside = await test.server.ask(started.thumbnails.replace('{ms}', '99000'));
    expect(outside.json).toMatchObject({ error_code: 'not_found' });
  });

  it('hands out the fonts of a film under names of our own', async () => {
    const target = path.join(test.root, 'fonts.mkv');
    const font = path.join(test.dataDir, 'font.ttf');
    await writeFile(font, 'this is a font');
    await execute('ffmpeg', [
      ...['-v', 'error', '-y', '-i', path.join(test.root, 'picture.mkv'), '-map', '0', '-c', 'copy'],
      ...['-attach', font, '-attach', font],
      ...['-metadata:s:t:0', 'mimetype=font/ttf', '-metadata:s:t:0', 'filename=Good.ttf'],
      ...['-metadata:s:t:1', 'mimetype=font/ttf', '-metadata:s:t:1', 'filename=../../evil.ttf'],
      target,
    ]);
    await test.add([{ path: target }]);
    const { fonts } = await start({ itemId: 4 });
    expect(fonts).toMatchObject([{ name: 'Good.ttf' }, { name: '../../evil.ttf' }]);
    for (const { url } of fonts) {
      const answer = await test.server.ask(url);
      expect([answer.status, answer.text, answer.headers['content-type']]).toEqual([200, 'this is a font', 'font/ttf']);
    }
    expect((await test.server.ask(fonts[0].url.replace(/fonts\/\d+/, 'fonts/0'))).status).toBe(404);
  });

  it('copies Dolby Digital to who plays it, from the middle too', async () => {
    const client = { ...browser, audioCodecs: [...browser.audioCodecs, 'ac-3'], maxChannels: 6 };
    const started = await start({ itemId: 2, client });
    expect(started.mode).toBe('remux');
    const [middle, beginning] = [await inspect(test, started.url, [4]), await inspect(test, started.url, [0, 1])];
    expect([middle.complaints, beginning.complaints]).toEqual(['', '']);
    expect(middle.streams).toMatchObject([{ codec_name: 'h264' }, { codec_name: 'ac3', channels: 6 }]);
    expect(middle.audio.first).toBeCloseTo(middle.video.first, 1);
    expect(beginning.video.first).toBeLessThan(0.2);
  });
});
