import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ffmpegAvailable } from '../../../../../tests/fixtures/media.ts';
import type { MediaFacts } from '../media-facts.ts';
import { createKeyFrameFinder } from './find-key-frames.ts';

const execute = promisify(execFile);
const missing = ffmpegAvailable() ? '' : ' (skipped: ffmpeg is not installed)';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'vitascope-keyframes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const find = (file: string, container: string, durationMs: number) =>
  createKeyFrameFinder()({ path: file, container, durationMs, sizeBytes: 1, modifiedAt: 1 } as MediaFacts);

describe.skipIf(missing !== '')(`key frames from the index${missing}`, () => {
  // Uneven groups, pictures out of order, a rate that is no whole number: what real films have.
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc=size=160x90:rate=24000/1001:duration=20',
    '-f',
    'lavfi',
    '-i',
    'sine=d=20',
  ];
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-bf', '3', '-pix_fmt', 'yuv420p'];
  const forced = ['-force_key_frames', '0,1.3,4.8,5.2,11.7,17'];
  const make = async (name: string, ...more: string[]): Promise<string> => {
    const file = path.join(folder, name);
    await execute('ffmpeg', ['-v', 'error', '-y', ...source, ...coding, ...forced, '-g', '9999', ...more, file]);
    return file;
  };
  const byFfprobe = async (file: string): Promise<number[]> => {
    const entries = ['-select_streams', 'v', '-show_entries', 'packet=pts_time,flags', '-of', 'csv=p=0'];
    const { stdout } = await execute('ffprobe', ['-v', 'error', ...entries, file]);
    return stdout
      .split('\n')
      .filter((line) => line.includes('K'))
      .map((line) => Number.parseFloat(line) * 1000);
  };

  it.each([
    ['Matroska', 'a.mkv', 'matroska', []],
    ['Matroska with its index in front', 'front.mkv', 'matroska', ['-reserve_index_space', '100k']],
    ['MP4', 'a.mp4', 'mp4', []],
    ['MP4 with its index in front', 'front.mp4', 'mp4', ['-movflags', '+faststart']],
    ['MP4 without an edit list', 'plain.mp4', 'mp4', ['-use_editlist', '0', '-avoid_negative_ts', 'make_zero']],
    ['MOV', 'a.mov', 'mov', []],
  ])('%s', async (_, name, container, more) => {
    const file = await make(name, ...more);
    const [found, expected] = [await find(file, container, 20_000), await byFfprobe(file)];
    expect(expected.length).toBeGreaterThanOrEqual(6);
    expect(found?.length).toBe(expected.length);
    for (const [i, at] of expected.entries()) expect(found?.[i]).toBeCloseTo(at, -0.5);
  });

  it('has no answer where there is no index', async () => {
    const live = await make('live.mkv', '-live', '1', '-f', 'matroska');
    const fragmented = await make('fragmented.mp4', '-movflags', 'frag_keyframe+empty_moov');
    expect(await find(live, 'matroska', 20_000)).toBeUndefined();
    expect(await find(fragmented, 'mp4', 20_000)).toBeUndefined();
    expect(await find(live, 'mpegts', 20_000)).toBeUndefined();
  });

  it('does not trust an index with holes', async () => {
    const file = await make('holes.mkv');
    expect(await find(file, 'matroska', 20_000)).toBeDefined();
    expect(await find(file, 'matroska', 90_000)).toBeUndefined();
  });

  it.each(['matroska', 'mp4'])('takes a damaged %s for one without an index', async (container) => {
    const original = await readFile(await make(container === 'mp4' ? 'whole.mp4' : 'whole.mkv'));
    const file = path.join(folder, 'damaged');
    for (let i = 0; i < 200; i++) {
      const bytes = Buffer.from(
        original.subarray(0, i % 3 === 0 ? Math.floor((original.length * i) / 200) : undefined),
      );
      // The same damage each time, spread over headers and index.
      for (let k = 0; k < 8 && bytes.length > 0; k++) {
        const at = (i * 7919 + k * 104_729) % Math.min(bytes.length, 4000);
        bytes[k % 2 === 0 ? at : bytes.length - 1 - at] = (i * 31 + k * 17) % 256;
      }
      await writeFile(file, bytes);
      const found = await find(file, container, 20_000);
      expect(found === undefined || found.every((time) => Number.isFinite(time))).toBe(true);
    }
  });
});

it('takes a file that is gone for a failure, not for one without an index', async () => {
  await expect(find(path.join(folder, 'gone.mkv'), 'matroska', 1)).rejects.toMatchObject({ code: 'ENOENT' });
});
