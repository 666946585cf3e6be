import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ffmpegAvailable, makeMedia } from '../../../../tests/fixtures/media.ts';
import { browser, convertersOf, inspect, startPlaybackTest, type PlaybackTest } from './playback.testing.ts';

const missing = ffmpegAvailable() ? '' : ' (skipped: ffmpeg is not installed)';
const film = { direct: 1, long: 2, truncated: 3, transport: 4, avi: 5, linked: 6, parts: 7 };

describe.skipIf(missing !== '')(`sessions and ffmpeg${missing}`, () => {
  let test: PlaybackTest;
  const place = (name: string) => path.join(test.root, name);

  beforeAll(async () => {
    test = await startPlaybackTest();
    await makeMedia('h264-aac-mp4', place('direct.mp4'));
    await makeMedia('hevc-subtitles-mkv', place('long.mkv'), { seconds: 1200 });
    await makeMedia('truncated-mkv', place('truncated.mkv'), { seconds: 60 });
    await makeMedia('h264-ac3-ts', place('transport.ts'), { seconds: 12 });
    await makeMedia('mpeg4-mp3-avi', place('film.avi'), { seconds: 12 });
    await makeMedia('h264-aac-mp4', path.join(test.dataDir, 'outside.mp4'));
    await symlink(path.join(test.dataDir, 'outside.mp4'), place('linked.mp4'));
    await makeMedia('h264-aac-mp4', place('part1.mp4'), { seconds: 10 });
    await makeMedia('h264-aac-mp4', place('part2.mp4'), { seconds: 12 });
    await test.add([
      { path: place('direct.mp4') },
      { path: place('long.mkv') },
      { path: place('truncated.mkv') },
      { path: place('transport.ts') },
      { path: place('film.avi') },
      { path: place('linked.mp4') },
      { path: place('part1.mp4'), itemId: film.parts, role: 'part', partNumber: 1 },
      { path: place('part2.mp4'), itemId: film.parts, role: 'part', partNumber: 2 },
    ]);
  }, 180_000);
  afterAll(() => test.close());

  const begun: string[] = [];
  afterEach(async () => {
    for (const id of begun.splice(0)) await test.server.ask(`/api/v1/playback/${id}`, { method: 'DELETE', as: 'ben' });
    test.resume.positionMs = 0;
    test.clock.ahead = 0;
    Object.assign(test.settings, { ffmpeg: 'ffmpeg', maxTranscodes: 2, transcodeDir: undefined });
  });

  const open = (body: object) =>
    test.server.ask('/api/v1/playback', { method: 'POST', as: 'ben', json: { client: browser, ...body } });
  const start = async (body: object) => {
    const answer = await open(body);
    expect(answer.json).toMatchObject({ sessionId: expect.any(String) });
    begun.push(answer.json.sessionId);
    return answer.json;
  };
  const report = (id: string, body: object) =>
    test.server.ask(`/api/v1/playback/${id}/progress`, { method: 'POST', as: 'ben', json: body });
  const segment = (url: string, n: number | string) =>
    url.replace('index.m3u8', typeof n === 'number' ? `${n}.m4s` : n);
  const goneWithin = (ms: number) =>
    vi.waitFor(async () => expect(await convertersOf(test)).toEqual([]), { timeout: ms, interval: 50 });

  it('jumps to the middle of a long film and back', async () => {
    const started = await start({ itemId: film.long });
    expect(started.mode).toBe('transcode');
    const middle = await inspect(test, started.url, [300, 301]);
    expect(middle.complaints).toBe('');
    expect(middle.video.first).toBeCloseTo(600, 0);
    expect(middle.audio.first).toBeCloseTo(600, 0);
    expect((await convertersOf(test)).length).toBe(1);
    const beginning = await inspect(test, started.url, [2]);
    expect(beginning.video.first).toBeCloseTo(4, 0);
    expect((await convertersOf(test)).length).toBe(1);
  });

  it('follows the newest of several jumps', async () => {
    const started = await start({ itemId: film.long });
    const answers = await Promise.all([500, 300, 100, 400].map((n) => test.server.ask(segment(started.url, n))));
    expect(answers.at(-1)?.status).toBe(200);
    expect(answers.filter(({ json }) => json?.error_code === 'cancelled').length).toBeGreaterThan(0);
    expect(answers.every(({ status, json }) => status === 200 || json.error_code === 'cancelled')).toBe(true);
    expect((await convertersOf(test)).length).toBe(1);
  });

  it('cuts without a gap where one ffmpeg takes over from another', async () => {
    const started = await start({ itemId: film.long });
    await test.server.ask(segment(started.url, 101));
    expect((await test.server.ask(segment(started.url, 100))).status).toBe(200);
    const seen = await inspect(test, started.url, [100, 101, 102]);
    // Five pictures a second, two seconds each.
    expect(seen.video.count).toBe(30);
    expect(seen.audio.count).toBeGreaterThanOrEqual(280);
    // A run begins a little early; of a film with so few pictures that much is heard twice, at most.
    expect(seen.audio.count).toBeLessThanOrEqual(300);
  });

  it('frees ffmpeg when somebody stops', async () => {
    const started = await start({ itemId: film.long });
    await test.server.ask(segment(started.url, 0));
    expect((await convertersOf(test)).length).toBe(1);
    const before = performance.now();
    await test.server.ask(`/api/v1/playback/${started.sessionId}`, { method: 'DELETE', as: 'ben' });
    await goneWithin(2000);
    expect(performance.now() - before).toBeLessThan(2000);
    expect(await readdir(path.join(test.dataDir, 'transcode'))).toEqual([]);
    const after = await test.server.ask(segment(started.url, 0));
    expect(after.json).toMatchObject({ error_code: 'gone' });
  });

  it('frees ffmpeg when the last report says so', async () => {
    const started = await start({ itemId: film.long });
    await test.server.ask(segment(started.url, 0));
    await report(started.sessionId, { positionMs: 1234, event: 'stop', audioIndex: 1, subtitleId: null });
    await goneWithin(2000);
    expect(test.reports.at(-1)).toEqual({
      itemId: film.long,
      positionMs: 1234,
      durationMs: expect.any(Number),
      fileId: film.long,
      audioIndex: 1,
      subtitleId: null,
    });
    expect(test.heard.slice(-3)).toEqual(['playback.started', 'playback.progress', 'playback.stopped']);
  });

  it('frees ffmpeg when the connections of a client close, and starts it again when it comes back', async () => {
    const started = await start({ itemId: film.long });
    const agent = new Agent({ keepAlive: true });
    const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) =>
      get({ port: test.server.port, path: segment(started.url, 0), agent }, resolve).once('error', reject),
    );
    response.resume();
    await once(response, 'end');
    expect((await convertersOf(test)).length).toBe(1);
    agent.destroy();
    await goneWithin(2500);
    expect((await test.server.ask(segment(started.url, 200))).status).toBe(200);
  });

  it('frees ffmpeg when a client breaks off what it waits for', async () => {
    const started = await start({ itemId: film.long });
    await expect.poll(() => convertersOf(test)).toHaveLength(1);
    const [first] = await convertersOf(test);
    const request = get({ port: test.server.port, path: segment(started.url, 400) });
    request.once('error', () => undefined);
    // Another one works on what was asked for: the server knows of the request.
    await expect.poll(() => convertersOf(test)).toEqual([expect.not.toSatisfy((pid) => pid === first)]);
    request.destroy();
    await goneWithin(2500);
  });

  it('does not work further ahead than somebody watches', async () => {
    const started = await start({ itemId: film.long });
    await test.server.ask(segment(started.url, 0));
    const made = async () =>
      (await readdir(path.join(test.dataDir, 'transcode', started.sessionId))).filter((name) => name.endsWith('.m4s'));
    // Ten minutes of this film are converted in less time than it takes to look.
    await vi.waitFor(async () => expect((await made()).length).toBeGreaterThan(25), { timeout: 15_000 });
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect((await made()).length).toBeLessThan(36);
    expect((await test.server.ask(segment(started.url, 30))).status).toBe(200);
    expect(await made()).not.toContain('0.m4s');
  });

  it('says so when ffmpeg dies on the way', async () => {
    const started = await start({ itemId: film.long });
    await test.server.ask(segment(started.url, 0));
    const [pid] = await convertersOf(test);
    process.kill(pid ?? 0, 'SIGKILL');
    const told = await vi.waitFor(async () => {
      const answer = await report(started.sessionId, { positionMs: 1000 });
      expect(answer.status).not.toBe(200);
      return answer;
    }, 10_000);
    expect(told.json).toMatchObject({ error_code: 'unavailable', detail: expect.stringContaining('SIGKILL') });
    expect((await test.server.ask(segment(started.url, 1))).json).toMatchObject({ error_code: 'gone' });
    expect((await report(started.sessionId, { positionMs: 1000 })).json).toMatchObject({ error_code: 'not_found' });
  });

  it('says where a film ends early', async () => {
    const started = await start({ itemId: film.truncated });
    const count = (await test.server.ask(started.url)).text.match(/m4s/g)?.length ?? 0;
    const answer = await test.server.ask(segment(started.url, count - 1));
    expect(answer.json).toMatchObject({
      error_code: 'media_unreadable',
      detail: expect.stringContaining('ends early'),
    });
  });

  it.each([
    ['a transport stream', film.transport],
    ['an AVI', film.avi],
  ])('begins %s at zero', async (_, itemId) => {
    const started = await start({ itemId });
    expect(started.mode).toBe('transcode');
    const seen = await inspect(test, started.url, [0, 1, 2]);
    expect(seen.complaints).toBe('');
    expect(seen.video.first).toBeLessThan(0.2);
    expect(seen.video.count).toBeGreaterThanOrEqual(149);
  });

  it('plays the sound track that is asked for', async () => {
    const started = await start({ itemId: film.transport, audioIndex: 2 });
    expect(started).toMatchObject({
      audioIndex: 2,
      audioTracks: [{ label: 'French · Mono · Dolby Digital' }, { index: 2 }],
    });
    expect((await test.server.ask(segment(started.url, 0))).status).toBe(200);
  });

  it('plays a film of several parts through', async () => {
    test.resume.positionMs = 13_000;
    const started = await start({ itemId: film.parts });
    expect(started).toMatchObject({
      fileId: 8,
      startMs: 3000,
      parts: [{ number: 1 }, { number: 2, durationMs: 12_000 }],
    });
    await report(started.sessionId, { positionMs: 5000 });
    expect(test.reports.at(-1)).toMatchObject({ positionMs: 15_000, durationMs: 22_000 });
    const first = await start({ itemId: film.parts, fileId: 7, positionMs: 2000 });
    expect(first).toMatchObject({ fileId: 7, startMs: 2000 });
  });

  describe('addresses', () => {
    const signature = (url: string) => new URL(url, 'http://x').searchParams.get('s') ?? '';

    it('refuses one that was changed, belongs to something else, or has expired', async () => {
      const [one, other] = [await start({ itemId: film.direct }), await start({ itemId: film.direct })];
      const mine = signature(one.url);
      const [body = '', mac = ''] = mine.split('.');
      const forged = Buffer.from(JSON.stringify([Date.now() + 1e9, { session: one.sessionId }])).toString('base64url');
      const wrong = {
        'one letter of the proof': one.url.replace(mac, (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1)),
        'another content': one.url.replace(body, forged),
        'another session': one.url.replace(one.sessionId, other.sessionId),
        'another kind': one.url.replace('/file?', '/thumbnails/0.jpg?'),
        nothing: one.url.replace(mine, ''),
        rubbish: one.url.replace(mine, 'a.b.c'),
      };
      for (const [name, url] of Object.entries(wrong)) {
        const answer = await test.server.ask(url);
        expect([answer.status, answer.json.error_code], name).toEqual([403, 'signature_invalid']);
      }
      expect((await test.server.ask(one.url.split('?')[0] ?? '')).status).toBe(400);
      test.clock.ahead = 25 * 3_600_000;
      expect((await test.server.ask(one.url)).json).toMatchObject({ error_code: 'signature_invalid' });
    });

    it('needs no session cookie, and leads nowhere else', async () => {
      const { url } = await start({ itemId: film.direct });
      expect((await test.server.ask(url, { method: 'HEAD' })).status).toBe(200);
      for (const file of ['..%2f..%2fsecret.key', '%2e%2e', '1.m4s%00', '-1.m4s', 'x.m3u8'])
        expect((await test.server.ask(url.replace('/file?', `/hls/${file}?`))).status, file).toBe(403);
    });

    it('refuses a file that lies outside the library, whatever leads to it', async () => {
      expect((await open({ itemId: film.linked })).json).toMatchObject({ error_code: 'forbidden' });
      const download = await test.server.ask('/api/v1/files/6/download', { as: 'ben' });
      expect(download.json).toMatchObject({ error_code: 'forbidden' });
    });

    it('hands out a file to keep', async () => {
      const answer = await test.server.ask('/api/v1/files/1/download', { as: 'ben', headers: { range: 'bytes=4-7' } });
      expect([answer.status, answer.text]).toEqual([206, 'ftyp']);
      expect(answer.headers['content-disposition']).toBe("attachment; filename*=UTF-8''direct.mp4");
      expect((await test.server.ask('/api/v1/files/1/download')).status).toBe(401);
    });
  });

  it('reports only to whom a session belongs', async () => {
    const { sessionId } = await start({ itemId: film.direct });
    const other = { method: 'POST', as: 'anna', json: { positionMs: 1 } };
    expect((await test.server.ask(`/api/v1/playback/${sessionId}/progress`, other)).status).toBe(404);
    expect((await test.server.ask(`/api/v1/playback/${sessionId}`, { method: 'DELETE', as: 'anna' })).status).toBe(404);
    const list = await test.server.ask('/api/v1/playback/sessions', { as: 'anna' });
    expect(list.json.items).toMatchObject([{ id: sessionId, account: 'ben', mode: 'direct', transcoding: false }]);
  });

  it('converts for so many at once and lets who left give way', async () => {
    test.settings.maxTranscodes = 1;
    const agent = new Agent({ keepAlive: true });
    const first = await start({ itemId: film.long });
    const response = await new Promise<import('node:http').IncomingMessage>((resolve) =>
      get({ port: test.server.port, path: segment(first.url, 0), agent }, resolve),
    );
    response.resume();
    await once(response, 'end');
    const refused = await open({ itemId: film.long });
    expect(refused.json).toMatchObject({ status: 503, error_code: 'transcode_limit', limit: 1 });
    expect((await open({ itemId: film.direct })).status).toBe(201);
    agent.destroy();
    await goneWithin(2500);
    await start({ itemId: film.long });
    test.settings.maxTranscodes = 0;
    expect((await open({ itemId: film.long })).json).toMatchObject({ error_code: 'transcode_limit' });
  });

  it('plays what needs no ffmpeg without one, and says what is missing for the rest', async () => {
    test.settings.ffmpeg = '/nowhere/ffmpeg';
    const direct = await start({ itemId: film.direct });
    expect(direct.mode).toBe('direct');
    expect(direct).not.toHaveProperty('thumbnails');
    const refused = await open({ itemId: film.long });
    expect(refused.json).toMatchObject({
      status: 501,
      error_code: 'transcoder_missing',
      fix: expect.stringContaining('apt install ffmpeg'),
    });
    const { json } = await test.server.ask('/api/v1/playback/capabilities', { as: 'anna' });
    expect(json).toMatchObject({ ffmpeg: null, problem: expect.stringContaining('/nowhere/ffmpeg') });
    test.settings.ffmpeg = 'ffmpeg';
    const found = await test.server.ask('/api/v1/playback/capabilities', { as: 'anna' });
    expect(found.json).toMatchObject({
      ffmpeg: { path: 'ffmpeg' },
      problem: '',
      encoders: expect.arrayContaining(['libx264']),
    });
  });

  it('puts a film into another container without an ffmpeg', async () => {
    test.settings.ffmpeg = '/nowhere/ffmpeg';
    const client = { ...browser, videoCodecs: [...browser.videoCodecs, 'hvc1.1.6.L153.B0'] };
    const started = await start({ itemId: film.long, client });
    expect(started.mode).toBe('remux');
    const [middle, rest] = [await inspect(test, started.url, [60]), await inspect(test, started.url, [0, 1, 2])];
    expect([middle.complaints, rest.complaints]).toEqual(['', '']);
    expect(middle.streams.map(({ codec_name }) => codec_name)).toEqual(['hevc', 'aac']);
    expect(middle.video.first).toBeCloseTo(600, 0);
    expect(middle.audio.first).toBeCloseTo(middle.video.first, 0);
    // As many as stand in the file: 49 before its second key frame, then fifty each.
    expect(rest.video.count).toBe(149);
    expect(rest.audio.count).toBeGreaterThan(30 * 46);
  });

  it.each([
    [{ itemId: 999 }, 404, 'not_found'],
    [{ itemId: film.direct, fileId: film.long }, 404, 'not_found'],
    [{ itemId: film.direct, client: {} }, 400, 'validation_failed'],
    [{ itemId: -1 }, 400, 'validation_failed'],
  ])('refuses %j', async (body, status, code) => {
    expect((await open(body)).json).toMatchObject({ status, error_code: code });
  });

  it('does not outlive a server that is killed', async () => {
    const child = new URL('child.ts', import.meta.url).href;
    const endless = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc', '-f', 'nut', 'pipe:1'];
    const script = `import { startChild } from ${JSON.stringify(child)};
      console.log(startChild('ffmpeg', ${JSON.stringify(endless)}).pid);
      setInterval(() => undefined, 1000);`;
    const server = spawn(process.execPath, ['--conditions=source', '--input-type=module', '-e', script]);
    const [line] = (await once(server.stdout, 'data')) as [Buffer];
    const pid = Number(line.toString());
    expect(process.kill(pid, 0)).toBe(true);
    server.kill('SIGKILL');
    await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow('ESRCH'), { timeout: 3000 });
  });

  const small = smallDisk();
  it.skipIf(small === undefined)('ends a session when the disk is full', async () => {
    const folder = path.join(test.dataDir, 'small');
    await mkdir(folder);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=20k', 'tmpfs', folder]);
    try {
      test.settings.transcodeDir = folder;
      const started = await start({ itemId: film.long });
      const answer = await test.server.ask(segment(started.url, 20));
      expect(answer.json).toMatchObject({
        status: 507,
        error_code: 'storage_full',
        fix: expect.stringContaining('transcodeDir'),
      });
      expect((await report(started.sessionId, { positionMs: 0 })).json).toMatchObject({ error_code: 'storage_full' });
      await goneWithin(2000);
      await writeFile(path.join(folder, 'free'), 'x');
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });
});

/** Whether a disk of a few bytes can be made here: by root on Linux. */
function smallDisk(): true | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0 ? true : undefined;
}
