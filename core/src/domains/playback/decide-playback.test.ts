import { describe, expect, it } from 'vitest';
import type { Client } from './client-support.ts';
import { chooseVersion, decidePlayback, type Mode } from './decide-playback.ts';
import type { AudioFacts, MediaFacts, VideoFacts } from './media-facts.ts';

const h264: VideoFacts = {
  index: 0,
  codec: 'h264',
  codecString: 'avc1.640028',
  profile: 'High',
  level: 40,
  bitDepth: 8,
  hdr: '',
  width: 1920,
  height: 1080,
};
const hevc: VideoFacts = { ...h264, codec: 'hevc', codecString: 'hvc1.1.6.L120.90', profile: 'Main', level: 120 };
const hevc10: VideoFacts = { ...hevc, codecString: 'hvc1.2.4.L150.90', profile: 'Main 10', level: 150, bitDepth: 10 };
const aac: AudioFacts = {
  index: 1,
  codec: 'aac',
  codecString: 'mp4a.40.2',
  language: 'eng',
  title: '',
  channels: 2,
  isDefault: true,
};
const ac3: AudioFacts = { ...aac, codec: 'ac3', codecString: 'ac-3', channels: 6 };

const media = (facts: Partial<MediaFacts> = {}): MediaFacts => ({
  fileId: 1,
  rootId: 1,
  path: '/films/a.mp4',
  fileName: 'a.mp4',
  sizeBytes: 1,
  modifiedAt: 1,
  container: 'mp4',
  durationMs: 7_200_000,
  bitrate: 6_000_000,
  video: h264,
  audio: [aac],
  subtitles: [],
  fonts: [],
  chapters: [],
  ...facts,
});

const chrome: Client = {
  videoCodecs: ['avc1.640034', 'vp09.00.51.08', 'vp8', 'av01.0.12M.08'],
  audioCodecs: ['mp4a.40.2', 'opus', 'flac', 'mp3', 'vorbis'],
  containers: ['mp4', 'webm', 'hls'],
};
const safari: Client = {
  videoCodecs: ['avc1.640034', 'hvc1.2.4.L153.B0'],
  audioCodecs: ['mp4a.40.2', 'ac-3', 'ec-3', 'alac'],
  containers: ['mp4', 'mov', 'hls'],
  maxChannels: 6,
};
const client = (change: Partial<Client>): Client => ({ ...chrome, ...change });

describe('how a film is played', () => {
  it.each<[string, Partial<MediaFacts>, Client, Mode]>([
    ['H.264 and AAC in MP4', {}, chrome, 'direct'],
    ['no sound at all', { audio: [] }, chrome, 'direct'],
    ['VP9 and Opus in WebM', { container: 'webm', video: vp9(), audio: [{ ...aac, codec: 'opus' }] }, chrome, 'direct'],
    ['WebM where Matroska plays', { container: 'webm', video: vp9() }, client({ containers: ['matroska'] }), 'direct'],
    [
      'FLAC alone',
      { container: 'flac', video: undefined, audio: [{ ...aac, codec: 'flac' }] },
      client({ containers: ['flac'] }),
      'direct',
    ],

    ['H.264 and AAC in Matroska', { container: 'matroska' }, chrome, 'remux'],
    ['HEVC Main 10 in Matroska for Safari', { container: 'matroska', video: hevc10 }, safari, 'remux'],
    ['HDR10 for who plays ten bits', { container: 'matroska', video: { ...hevc10, hdr: 'HDR10' } }, safari, 'remux'],
    ['QuickTime where only MP4 plays', { container: 'mov' }, chrome, 'remux'],
    [
      'the second sound track',
      {
        audio: [
          { ...aac, isDefault: false },
          { ...aac, index: 2 },
        ],
      },
      chrome,
      'remux',
    ],
    ['AC-3 for who plays it', { container: 'matroska', audio: [ac3] }, safari, 'remux'],
    ['VP9 in Matroska', { container: 'matroska', video: vp9(), audio: [{ ...aac, codec: 'opus' }] }, chrome, 'remux'],

    ['AC-3 in MP4', { audio: [ac3] }, chrome, 'audio'],
    ['AC-3 in Matroska', { container: 'matroska', audio: [ac3] }, chrome, 'audio'],
    ['DTS', { container: 'matroska', audio: [{ ...ac3, codec: 'dts' }] }, safari, 'audio'],
    ['TrueHD', { container: 'matroska', audio: [{ ...ac3, codec: 'truehd' }] }, safari, 'audio'],
    ['too many channels', { audio: [{ ...aac, channels: 6 }] }, client({ maxChannels: 2 }), 'audio'],
    ['eight channels for six', { audio: [{ ...aac, channels: 8 }] }, client({ maxChannels: 6 }), 'audio'],
    [
      'Vorbis beside H.264 in Matroska',
      { container: 'matroska', audio: [{ ...aac, codec: 'vorbis' }] },
      chrome,
      'audio',
    ],
    ['MP3 alone in a container of others', { container: 'avi', video: undefined, audio: [ac3] }, chrome, 'audio'],

    ['HEVC', { container: 'matroska', video: hevc }, chrome, 'transcode'],
    ['HEVC in MP4', { video: hevc }, chrome, 'transcode'],
    ['MPEG-4 part 2', { container: 'avi', video: { ...h264, codec: 'mpeg4', codecString: '' } }, chrome, 'transcode'],
    ['MPEG-2', { container: 'mpegts', video: { ...h264, codec: 'mpeg2video', codecString: '' } }, chrome, 'transcode'],
    [
      'H.264 with ten bits',
      { video: { ...h264, codecString: 'avc1.6e0028', profile: 'High 10', bitDepth: 10 } },
      chrome,
      'transcode',
    ],
    [
      'H.264 4:4:4',
      { video: { ...h264, codecString: 'avc1.f40028', profile: 'High 4:4:4 Predictive' } },
      chrome,
      'transcode',
    ],
    ['a level too high', { video: { ...h264, codecString: 'avc1.64003c' } }, chrome, 'transcode'],
    [
      'HDR for who did not say so',
      { video: { ...hevc10, hdr: 'HDR10' } },
      client({ videoCodecs: ['hvc1'] }),
      'transcode',
    ],
    ['AV1 with ten bits for eight', { video: av1(10) }, chrome, 'transcode'],
    ['VP9 with ten bits for eight', { container: 'webm', video: { ...vp9(), bitDepth: 10 } }, chrome, 'transcode'],
    ['HEVC above the level', { video: { ...hevc, codecString: 'hvc1.1.6.L186.90', level: 186 } }, safari, 'transcode'],
    ['more lines than wanted', {}, client({ maxHeight: 720 }), 'transcode'],
    ['more bits than wanted', {}, client({ maxBitrate: 2_000_000 }), 'transcode'],
    [
      'VP8 in Matroska',
      { container: 'matroska', video: { ...h264, codec: 'vp8', codecString: 'vp8' } },
      chrome,
      'transcode',
    ],
  ])('%s', (_, facts, profile, mode) => {
    const decision = decidePlayback(media(facts), { client: profile });
    expect(decision.mode).toBe(mode);
    expect(decision.reasons.length > 0).toBe(mode !== 'direct');
    expect(decision.reasons.every((reason) => /^[A-Z].*\.$/.test(reason))).toBe(true);
  });

  it.each<[string[], VideoFacts, boolean]>([
    [['avc1'], h264, true],
    [['h264'], h264, true],
    [['avc1'], { ...h264, codecString: '', profile: '' }, true],
    [['avc1'], { ...h264, codecString: 'avc1.6e0028', bitDepth: 10 }, false],
    [['avc1.6e0033'], { ...h264, codecString: 'avc1.6e0028', bitDepth: 10 }, true],
    [['avc1.42e01e'], h264, false],
    [['avc1.42e01e', 'avc1.640029'], h264, true],
    [['hvc1'], hevc, true],
    [['hev1'], hevc10, true],
    [['hvc1.1.6.L153.B0'], hevc10, false],
    [['hvc1.1.6.L153.B0'], hevc, true],
    [['hvc1.2.4.L153.B0'], { ...hevc10, hdr: 'DV' }, true],
    [['dvh1.05.06'], { ...hevc10, hdr: 'DV' }, true],
    [['dvh1.05.06'], hevc10, false],
    [['hvc1.2.4.L153.B0'], { ...hevc10, codecString: 'hvc1.4.10.L120.9D.8', profile: 'Rext' }, false],
    [['av01'], av1(10), true],
    [['av01'], { ...av1(10), hdr: 'HDR10' }, false],
    [['av01.0.13M.10'], { ...av1(10), hdr: 'HDR10' }, true],
    [['vp9'], vp9(), true],
    [['vp09.02.51.10'], { ...vp9(), bitDepth: 10 }, true],
    [['mpeg4'], { ...h264, codec: 'mpeg4' }, true],
    [[], h264, false],
  ])('a client with %j', (videoCodecs, video, plays) => {
    expect(decidePlayback(media({ video }), { client: client({ videoCodecs }) }).mode).toBe(
      plays ? 'direct' : 'transcode',
    );
  });

  it.each<[Mode, Mode]>([
    ['direct', 'direct'],
    ['remux', 'remux'],
    ['audio', 'audio'],
    ['transcode', 'transcode'],
  ])('plays a direct film at least as %s', (atLeast, mode) => {
    expect(decidePlayback(media(), { client: chrome, atLeast }).mode).toBe(mode);
  });

  it('never plays lighter than it must', () => {
    expect(decidePlayback(media({ video: hevc }), { client: chrome, atLeast: 'remux' }).mode).toBe('transcode');
  });

  it('takes the track that is asked for, else the default one', () => {
    const tracks = [
      { ...aac, isDefault: false },
      { ...ac3, index: 2 },
      { ...aac, index: 3, isDefault: false },
    ];
    const audioIndex = (wished?: number) =>
      decidePlayback(media({ audio: tracks }), { client: chrome, audioIndex: wished });
    expect(audioIndex()).toMatchObject({ audioIndex: 2, mode: 'audio', audio: { channels: 2 } });
    expect(audioIndex(3)).toMatchObject({ audioIndex: 3, mode: 'remux', audio: 'copy' });
    expect(audioIndex(1)).toMatchObject({ audioIndex: 1, mode: 'direct' });
    expect(audioIndex(99)).toMatchObject({ audioIndex: 2 });
  });

  it.each<[Partial<VideoFacts>, Partial<Client>, { height: number; kbps: number; toneMap: boolean }]>([
    [{ height: 2160 }, {}, { height: 1080, kbps: 9000, toneMap: false }],
    [{ height: 1080, hdr: 'HDR10' }, {}, { height: 1080, kbps: 9000, toneMap: true }],
    [{ height: 1080 }, { maxHeight: 720 }, { height: 720, kbps: 4500, toneMap: false }],
    [{ height: 804 }, {}, { height: 804, kbps: 9000, toneMap: false }],
    [{ height: 361 }, {}, { height: 360, kbps: 2000, toneMap: false }],
    [{ height: 1080 }, { maxBitrate: 3_000_000 }, { height: 1080, kbps: 2808, toneMap: false }],
    [{ height: 1080 }, { maxBitrate: 100_000 }, { height: 1080, kbps: 200, toneMap: false }],
    [{ height: 0 }, {}, { height: 1080, kbps: 9000, toneMap: false }],
  ])('converts %j for %j', (video, profile, target) => {
    const decision = decidePlayback(media({ video: { ...hevc, ...video } }), {
      client: client(profile),
      atLeast: 'transcode',
    });
    expect(decision.video).toEqual(target);
  });

  it.each([
    [6, undefined, 2],
    [6, 2, 2],
    [6, 6, 6],
    [8, 8, 6],
    [1, 2, 1],
    [0, 2, 2],
    [6, 1, 1],
  ])('converts %i channels for %s to %i', (channels, maxChannels, expected) => {
    const decision = decidePlayback(media({ audio: [{ ...ac3, channels }] }), { client: client({ maxChannels }) });
    expect(decision.audio).toMatchObject({ channels: expected });
  });
});

describe('which version is played', () => {
  const versions = [
    media({ fileId: 1, container: 'matroska', video: { ...hevc10, height: 2160 } }),
    media({ fileId: 2 }),
    media({ fileId: 3, video: { ...h264, height: 720 } }),
  ];
  it('takes the one that needs least work, then the one with most lines', () => {
    expect(chooseVersion(versions, { client: chrome }).media.fileId).toBe(2);
    expect(chooseVersion(versions, { client: client({ maxHeight: 720 }) }).media.fileId).toBe(3);
    expect(chooseVersion(versions.slice(0, 1), { client: safari }).media.fileId).toBe(1);
  });
  it('takes the one in the language of the account, even if it needs more work', () => {
    const german = media({ fileId: 4, container: 'matroska', audio: [aac, { ...aac, index: 2, language: 'deu' }] });
    const chosen = (...audioLanguages: string[]) => {
      const { media: taken, decision } = chooseVersion([...versions, german], {
        client: chrome,
        preferences: { audioLanguages },
      });
      return [taken.fileId, decision.mode, decision.audioIndex];
    };
    expect(chosen('de', 'en')).toEqual([4, 'remux', 2]);
    expect(chosen('fr', 'en', 'de')).toEqual([2, 'direct', 1]);
  });
  it('refuses to choose from nothing', () => {
    expect(() => chooseVersion([], { client: chrome })).toThrow(RangeError);
  });
});

function vp9(): VideoFacts {
  return { ...h264, codec: 'vp9', codecString: 'vp09.00.40.08', profile: 'Profile 0' };
}
function av1(bitDepth: number): VideoFacts {
  return {
    ...h264,
    codec: 'av1',
    codecString: `av01.0.08M.${bitDepth === 10 ? '10' : '08'}`,
    profile: 'Main',
    bitDepth,
  };
}
