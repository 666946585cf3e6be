import { describe, expect, it } from 'vitest';
import { conversionArguments, type Conversion } from './ffmpeg-arguments.ts';
import { encoderOf, type Acceleration } from './hardware.ts';
import { evenPlan, keyFramePlan, playlistOf, segmentAt } from './segment-plan.ts';

describe('where a film is cut', () => {
  it.each([
    ['even', evenPlan(10_000, 3000), [0, 3000, 6000]],
    ['a rest worth a segment', evenPlan(10_600, 3000), [0, 3000, 6000, 9000]],
    ['shorter than one', evenPlan(500, 3000), [0]],
    ['of no length', evenPlan(0, 3000), [0]],
    ['key frames', keyFramePlan([0, 1000, 2000, 3000, 4000, 5000, 9000], 20_000, 4000), [0, 4000, 9000]],
    ['a late first key frame', keyFramePlan([83, 5083, 10_083], 15_000, 4000), [0, 5083, 10_083]],
    ['a key frame at the end', keyFramePlan([0, 5000, 9900], 10_000, 4000), [0, 5000]],
    ['no key frames', keyFramePlan([], 10_000, 4000), [0]],
  ])('%s', (_, plan, starts) => {
    expect(plan.starts).toEqual(starts);
  });

  it.each([
    [-5, 0],
    [0, 0],
    [4999, 1],
    [4980, 0],
    [5000, 1],
    [9000, 1],
    [1e9, 2],
  ])('finds %i ms', (ms, segment) => {
    expect(segmentAt({ starts: [0, 5000, 10_000], durationMs: 15_000 }, ms)).toBe(segment);
  });

  it('writes the playlist of the whole film', () => {
    expect(playlistOf({ starts: [0, 5005], durationMs: 8000 }, '?s=x')).toBe(
      [
        ...['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-TARGETDURATION:6', '#EXT-X-MEDIA-SEQUENCE:0'],
        ...['#EXT-X-PLAYLIST-TYPE:VOD', '#EXT-X-INDEPENDENT-SEGMENTS', '#EXT-X-MAP:URI="init.mp4?s=x"'],
        ...['#EXTINF:5.005,', '0.m4s?s=x', '#EXTINF:2.995,', '1.m4s?s=x', '#EXT-X-ENDLIST', ''],
      ].join('\n'),
    );
  });
});

const encode = (change: object = {}): Conversion['video'] => ({
  index: 0,
  copy: false,
  codec: 'hevc',
  height: 2160,
  target: { height: 1080, kbps: 9000, toneMap: false },
  encoder: encoderOf('none', undefined, 4),
  keyFrames: [6000, 9000],
  canToneMap: true,
  timingOption: '-fps_mode',
  ...change,
});
const conversion = (change: Partial<Conversion>): string =>
  conversionArguments({
    path: '/films/a b.mkv',
    container: 'matroska',
    startMs: 0,
    video: { index: 0, copy: true, codec: 'h264' },
    audio: { index: 1, copy: true, codec: 'aac' },
    ...change,
  }).join(' ');

describe('arguments of ffmpeg', () => {
  it.each<[string, Partial<Conversion>, string[], string[]]>([
    ['from the beginning', {}, ['-f matroska -protocol_whitelist file -i file:/films/a b.mkv'], ['-ss']],
    ['from a segment, copied', { startMs: 6000 }, ['-copyts -ss 5.500'], ['-start_at_zero']],
    ['from a segment, converted', { startMs: 6000, video: encode() }, ['-ss 5.900'], []],
    ['near the beginning', { startMs: 300 }, [], ['-ss']],
    ['a transport stream', { container: 'mpegts' }, ['-copyts -start_at_zero', '-f mpegts'], []],
    ['an unknown container', { container: 'nut' }, ['-protocol_whitelist file -i file:'], ['-f nut']],
    ['copies', {}, ['-map 0:0 -c:v copy', '-map 0:1 -c:a copy'], ['delay_moov', '-tag:v']],
    ['copied HEVC', { video: { index: 0, copy: true, codec: 'hevc' } }, ['-c:v copy -tag:v hvc1'], []],
    ['copied AC-3', { audio: { index: 1, copy: true, codec: 'ac3' } }, ['+delay_moov'], []],
    ['no sound', { audio: undefined }, ['-an'], ['-c:a']],
    ['no picture', { video: undefined }, ['-vn', '-frag_duration 2000000'], ['frag_keyframe']],
    [
      'converted sound',
      { startMs: 6000, audio: { index: 2, copy: false, target: { channels: 2, kbps: 192 } } },
      ['-map 0:2 -c:a aac -ac 2 -ar 48000 -b:a 192k -af aresample=async=1:first_pts=264000'],
      ['delay_moov'],
    ],
    [
      'a converted picture',
      { video: encode() },
      [
        '-c:v libx264 -preset veryfast -crf 23 -maxrate 9000k',
        '-force_key_frames 6,9',
        '-vf scale=-2:1080,format=yuv420p',
      ],
      ['tonemap', 'yadif'],
    ],
    ['few cores', { video: encode({ encoder: encoderOf('none', undefined, 2) }) }, ['-preset superfast'], []],
    ['an old ffmpeg', { video: encode({ timingOption: '-vsync' }) }, ['-vsync vfr'], ['-fps_mode']],
    ['the size it has', { video: encode({ height: 1080 }) }, ['-vf scale=trunc(iw/2)*2:trunc(ih/2)*2,format'], []],
    [
      'HDR',
      { video: encode({ target: { height: 1080, kbps: 9000, toneMap: true } }) },
      ['scale=-2:1080,zscale=t=linear', 'tonemap=hable'],
      [],
    ],
    [
      'HDR without the filter',
      { video: encode({ target: { height: 1080, kbps: 9000, toneMap: true }, canToneMap: false }) },
      ['scale=-2:1080,format=yuv420p'],
      ['tonemap'],
    ],
    ['interlaced', { video: encode({ codec: 'mpeg2video' }) }, ['-vf yadif=deint=interlaced,scale'], []],
  ])('%s', (_, change, wanted, unwanted) => {
    const text = conversion(change);
    for (const part of wanted) expect(text).toContain(part);
    for (const part of unwanted) expect(text).not.toContain(part);
    expect(text).toMatch(/pipe:1$/);
  });

  it.each<[Acceleration, string | undefined, string[]]>([
    ['none', undefined, ['-c:v libx264', 'format=yuv420p']],
    ['vaapi', undefined, ['vaapi=hw:/dev/dri/renderD128', '-c:v h264_vaapi', 'format=nv12,hwupload']],
    ['vaapi', '/dev/dri/renderD129', ['vaapi=hw:/dev/dri/renderD129']],
    ['qsv', undefined, ['-init_hw_device qsv=hw ', '-c:v h264_qsv', 'hwupload=extra_hw_frames=64']],
    ['qsv', '/dev/dri/renderD129', ['qsv=hw,child_device=/dev/dri/renderD129']],
    ['nvenc', undefined, ['-hwaccel cuda', '-c:v h264_nvenc', '-forced-idr 1']],
    ['nvenc', '1', ['-hwaccel cuda -hwaccel_device 1']],
    ['videotoolbox', undefined, ['-hwaccel videotoolbox', '-c:v h264_videotoolbox']],
  ])('%s on %s', (acceleration, device, wanted) => {
    const text = conversion({ video: encode({ encoder: encoderOf(acceleration, device) }) });
    for (const part of wanted) expect(text).toContain(part);
    // What sets up the hardware stands before the input.
    expect(text.indexOf('-hwaccel')).toBeLessThan(text.indexOf('-i file:'));
  });
});
