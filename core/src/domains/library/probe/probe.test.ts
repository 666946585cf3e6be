import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ffmpegAvailable, makeMedia } from '../../../../../tests/fixtures/media.ts';
import { probe } from './probe.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'probe-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const demo = fileURLToPath(new URL('../../../../../config/demo/Films', import.meta.url));
const at = (name: string): string => path.join(folder, name);

describe('films of the demo library', () => {
  it('an MP4', async () => {
    const found = await probe(path.join(demo, 'Paper Orbit (2019)', 'Paper Orbit (2019).mp4'));
    expect(found).toMatchObject({ container: 'mp4', durationMs: 24_000, title: 'Paper Orbit', fastStart: true });
    expect(found.streams).toMatchObject([
      {
        type: 'video',
        codec: 'h264',
        profile: 'High',
        width: 1280,
        height: 720,
        frameRate: 24,
        codecString: 'avc1.640028',
      },
      { type: 'audio', codec: 'aac', language: 'eng', channels: 2, sampleRate: 44_100, codecString: 'mp4a.40.2' },
    ]);
  });

  it('a Matroska file with two sounds, two subtitles and chapters', async () => {
    const found = await probe(path.join(demo, 'Below the Ninth Wave (2022)', 'Below the Ninth Wave (2022).mkv'));
    expect(found).toMatchObject({ container: 'matroska', title: 'Below the Ninth Wave' });
    expect(found.chapters.map((chapter) => chapter.title)).toEqual(['Ebb', 'The Bar', 'Nine Waves', 'Home']);
    expect(
      found.streams.map((stream) => [stream.type, stream.codec, stream.language, stream.title, stream.default]),
    ).toEqual([
      ['video', 'h264', undefined, undefined, true],
      ['audio', 'aac', 'eng', 'Original score', true],
      ['audio', 'aac', 'fra', 'Version française', false],
      ['subtitle', 'subrip', 'eng', 'English', false],
      ['subtitle', 'ass', 'fra', 'Français', false],
    ]);
  });
});

describe.skipIf(!ffmpegAvailable())('files that ffmpeg made', () => {
  it('HEVC with AAC, AC-3, SRT, ASS and PGS', async () => {
    const found = await probe(await makeMedia('hevc-subtitles-mkv', at('hevc.mkv')));
    expect(found.streams).toMatchObject([
      { codec: 'hevc', profile: 'Main', bitDepth: 8, codecString: expect.stringMatching(/^hvc1\.1\.6\.L/) },
      { codec: 'aac', language: 'eng' },
      { codec: 'ac3', language: 'fra', default: false },
      { codec: 'subrip', language: 'eng', hearingImpaired: true },
      { codec: 'ass', language: 'fra' },
      { codec: 'hdmv_pgs_subtitle', language: 'deu', forced: true },
    ]);
    expect(found.chapters).toHaveLength(3);
  });

  it('a file that lost its end, but not its headers', async () => {
    expect(await probe(await makeMedia('truncated-mkv', at('cut.mkv')))).toMatchObject({
      truncated: true,
      container: 'matroska',
    });
  });

  it.each([
    ['vp9-opus-webm', 'webm', ['vp9', 'opus']],
    ['mpeg4-mp3-avi', 'avi', ['mpeg4', 'mp3']],
    ['h264-ac3-ts', 'mpegts', ['h264', 'ac3', 'ac3']],
    ['flac', 'flac', ['flac']],
  ] as const)('%s, under a name that says nothing', async (kind, container, codecs) => {
    const found = await probe(await makeMedia(kind, at(`${kind}.bin`)));
    expect(found.container).toBe(container);
    expect(found.streams.map((stream) => stream.codec)).toEqual(codecs);
    expect(found.durationMs).toBeGreaterThan(3900);
    expect(found.durationMs).toBeLessThan(4200);
  });

  it('a transport stream tells its languages', async () => {
    const { streams } = await probe(await makeMedia('h264-ac3-ts', at('languages.ts')));
    expect(streams.map((stream) => [stream.language, stream.default])).toEqual([
      [undefined, true],
      ['fra', true],
      ['eng', false],
    ]);
  });

  it('several at once', async () => {
    const file = await makeMedia('mpeg4-mp3-avi', at('many.avi'));
    const found = await Promise.all(Array.from({ length: 5 }, () => probe(file)));
    expect(found.map((one) => one.streams.length)).toEqual([2, 2, 2, 2, 2]);
  });

  it('a file cut to its first 64 KiB while MediaInfo reads the next', async () => {
    const file = await makeMedia('h264-ac3-ts', at('short.ts'));
    truncateSync(file, 64 * 1024);
    expect((await probe(file)).streams.length).toBeGreaterThan(0);
  });

  it('mislabelled: an MP4 named .mkv is an MP4', async () => {
    expect((await probe(await makeMedia('h264-aac-mp4', at('mislabelled.mkv')))).container).toBe('mp4');
  });
});

describe('what is no media', () => {
  /** Code and reason of the refusal. */
  const refusal = (file: string): Promise<unknown> =>
    probe(file).then(
      () => 'read',
      (error: { code: string; details: { reason: string } }) => `${error.code}: ${error.details.reason}`,
    );

  it('an empty file', async () => {
    writeFileSync(at('empty.mkv'), '');
    expect(await refusal(at('empty.mkv'))).toBe('media_unreadable: empty');
  });

  it('a text named .mp4', async () => {
    writeFileSync(at('text.mp4'), 'Just a text, named like a film.\n'.repeat(5000));
    expect(await refusal(at('text.mp4'))).toBe('media_unsupported: not_media');
  });

  it('a single byte', async () => {
    writeFileSync(at('one.avi'), 'R');
    expect(await refusal(at('one.avi'))).toBe('media_unsupported: not_media');
  });

  it('zeros, as half-finished downloads are', async () => {
    writeFileSync(at('zeros.mkv'), Buffer.alloc(300_000));
    expect(await refusal(at('zeros.mkv'))).toBe('media_unsupported: not_media');
  });

  it('a disc image', async () => {
    const image = Buffer.alloc(0x9000);
    image.write('\u0001CD001', 0x8000, 'latin1');
    writeFileSync(at('film.iso'), image);
    expect(await refusal(at('film.iso'))).toBe('media_unsupported: disc_image');
  });

  it('a missing file', async () => {
    expect(await refusal(at('nothing.mkv'))).toBe('media_unreadable: missing');
  });

  it('a folder named like a film', async () => {
    mkdirSync(at('folder.mkv'));
    expect(await refusal(at('folder.mkv'))).toBe('media_unreadable: not_a_file');
  });

  it.skipIf(process.platform === 'win32')('a named pipe, without waiting for anybody to write to it', async () => {
    execFileSync('mkfifo', [at('pipe.mkv')]);
    expect(await refusal(at('pipe.mkv'))).toBe('media_unreadable: not_a_file');
  });

  it.skipIf(process.getuid?.() === 0)('a file that may not be read', async () => {
    writeFileSync(at('secret.mkv'), 'x'.repeat(100));
    chmodSync(at('secret.mkv'), 0);
    expect(await refusal(at('secret.mkv'))).toBe('media_unreadable: denied');
  });

  it('a RIFF header and nothing behind it', async () => {
    writeFileSync(at('riff.avi'), Buffer.concat([Buffer.from('RIFF\xff\xff\xff\x7fAVI ', 'latin1'), Buffer.alloc(50)]));
    expect(await refusal(at('riff.avi'))).toBe('media_unreadable: damaged');
  });

  it('nothing at all once it is cancelled', async () => {
    await expect(probe(at('nothing.mkv'), { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });
});
