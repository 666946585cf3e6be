import { codecOfFourcc } from './codec-names.ts';
import { normaliseLanguage } from './language.ts';
import type { Chapter, Container, Probe, ProbedStream } from './probed.ts';
import { forcedTitle, hearsTitle } from './track-title.ts';

/** One entry of MediaInfo's answer: numbers are numbers, the rest strings; `extra` holds the times of a menu. */
export type MediaInfoTrack = Record<string, string | number | Record<string, string> | undefined>;

const types: Record<string, ProbedStream['type']> = { Video: 'video', Audio: 'audio', Text: 'subtitle' };

export function readMediaInfoResult(tracks: readonly MediaInfoTrack[], container: Container): Probe {
  const general = tracks.find((track) => track['@type'] === 'General') ?? {};
  const listed = tracks.filter((track) => types[String(track['@type'])]).toSorted((a, b) => order(a) - order(b));
  const seconds = number(general['Duration']) ?? Math.max(0, ...listed.map((track) => number(track['Duration']) ?? 0));
  return {
    container,
    durationMs: seconds > 0 ? Math.round(seconds * 1000) : undefined,
    bitrate: number(general['OverallBitRate']),
    title: text(general['Title']) ?? text(general['Movie']) ?? text(general['Track']),
    streams: withDefaults(listed.map(readTrack), tracks),
    chapters: tracks.filter((track) => track['@type'] === 'Menu').flatMap(readMenu),
  };
}

/** Containers without the notion of a default play the first track of picture and sound. */
function withDefaults(streams: ProbedStream[], tracks: readonly MediaInfoTrack[]): ProbedStream[] {
  if (tracks.some((track) => track['Default'] !== undefined)) return streams;
  for (const type of ['video', 'audio'] as const) {
    const first = streams.find((stream) => stream.type === type);
    if (first) first.default = true;
  }
  return streams;
}

/** `StreamOrder` is `2`, or `0-2` with the programme in front. */
const order = (track: MediaInfoTrack): number => {
  const last = String(track['StreamOrder'] ?? '')
    .split('-')
    .at(-1);
  return last ? Number.parseInt(last, 10) : 1000;
};

const number = (value: unknown): number | undefined => {
  const parsed = typeof value === 'number' ? value : Number.parseFloat(typeof value === 'string' ? value : '');
  return Number.isFinite(parsed) && parsed > 0 ? parsed : undefined;
};

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() ? value.trim() : undefined;

function readTrack(track: MediaInfoTrack, index: number): ProbedStream {
  const type = types[String(track['@type'])]!;
  const title = text(track['Title']);
  const stream: ProbedStream = {
    index,
    type,
    codec: codecOf(track, type),
    profile: text(track['Format_Profile']),
    language: normaliseLanguage(text(track['Language'])),
    title,
    default: track['Default'] === 'Yes',
    forced: track['Forced'] === 'Yes' || (type === 'subtitle' && forcedTitle(title)),
    hearingImpaired: type === 'subtitle' && hearsTitle(title),
    bitrate: rounded(track['BitRate']),
  };
  if (type === 'video') {
    stream.width = number(track['Width']);
    stream.height = number(track['Height']);
    stream.frameRate = number(track['FrameRate']);
    stream.bitDepth = number(track['BitDepth']);
    stream.level = levelOf(stream.codec, number(track['Format_Level']));
    stream.hdr = hdrOf(track);
    stream.codecString = avcString(stream);
  } else if (type === 'audio') {
    stream.channels = number(track['Channels']);
    stream.sampleRate = number(track['SamplingRate']);
    stream.bitDepth = stream.codec === 'pcm' || stream.codec === 'flac' ? number(track['BitDepth']) : undefined;
    stream.codecString =
      stream.codec === 'aac'
        ? `mp4a.40.${text(track['CodecID'])?.match(/40-(\d+)/)?.[1] ?? 2}`
        : audioStrings[stream.codec];
  }
  return stream;
}

const rounded = (value: unknown): number | undefined => {
  const parsed = number(value);
  return parsed && Math.round(parsed);
};

const formats: Record<string, string> = {
  AVC: 'h264',
  HEVC: 'hevc',
  VVC: 'vvc',
  AV1: 'av1',
  VP8: 'vp8',
  VP9: 'vp9',
  'MPEG-4 Visual': 'mpeg4',
  'VC-1': 'vc1',
  JPEG: 'mjpeg',
  ProRes: 'prores',
  DV: 'dvvideo',
  Theora: 'theora',
  AAC: 'aac',
  'AAC LC': 'aac',
  'AC-3': 'ac3',
  'E-AC-3': 'eac3',
  DTS: 'dts',
  'MLP FBA': 'truehd',
  MLP: 'mlp',
  FLAC: 'flac',
  ALAC: 'alac',
  Opus: 'opus',
  Vorbis: 'vorbis',
  PCM: 'pcm',
  WavPack: 'wavpack',
  PGS: 'hdmv_pgs_subtitle',
  VobSub: 'dvd_subtitle',
  'DVB Subtitle': 'dvb_subtitle',
  'Teletext Subtitle': 'dvb_teletext',
  Teletext: 'dvb_teletext',
  'EIA-608': 'eia_608',
  'EIA-708': 'eia_708',
  'UTF-8': 'subrip',
  ASS: 'ass',
  SSA: 'ass',
  WebVTT: 'webvtt',
};

function codecOf(track: MediaInfoTrack, type: ProbedStream['type']): string {
  const format = text(track['Format']) ?? '';
  const version = String(track['Format_Version'] ?? '');
  if (format === 'MPEG Video') return version.includes('1') ? 'mpeg1video' : 'mpeg2video';
  if (format === 'MPEG Audio') return mpegAudio(track);
  if (format === 'WMA')
    return /Pro/.test(String(track['Format_Profile'])) ? 'wmapro' : `wmav${version.includes('1') ? 1 : 2}`;
  const letters = text(track['CodecID']);
  return (
    formats[format] ??
    (type === 'video' && letters && letters.length === 4
      ? codecOfFourcc(letters)
      : format.toLowerCase().replace(/\W+/g, '_') || 'unknown')
  );
}

/** Raw streams say the layer, AVI the wave format (0x50 is layer 2). */
const mpegAudio = (track: MediaInfoTrack): string => {
  const layer = /Layer (\d)/.exec(String(track['Format_Profile']))?.[1];
  return layer ? `mp${layer}` : track['CodecID'] === '50' ? 'mp2' : 'mp3';
};

const audioStrings: Record<string, string> = {
  mp3: 'mp3',
  ac3: 'ac-3',
  eac3: 'ec-3',
  flac: 'flac',
  opus: 'opus',
  vorbis: 'vorbis',
};

/** MediaInfo writes 4.1; the bit streams 41 (H.264) and 123 (HEVC). */
const levelOf = (codec: string, level: number | undefined): number | undefined =>
  level === undefined
    ? undefined
    : codec === 'h264'
      ? Math.round(level * 10)
      : codec === 'hevc'
        ? Math.round(level * 30)
        : level;

const avcProfileBytes: Record<string, string> = {
  Baseline: '42e0',
  'Constrained Baseline': '42e0',
  Main: '4d40',
  High: '6400',
  'High 10': '6e00',
};

function avcString(stream: ProbedStream): string | undefined {
  const bytes = stream.codec === 'h264' && stream.profile ? avcProfileBytes[stream.profile.split('@')[0]!] : undefined;
  return bytes && stream.level ? `avc1.${bytes}${stream.level.toString(16).padStart(2, '0')}` : undefined;
}

function hdrOf(track: MediaInfoTrack): ProbedStream['hdr'] {
  const format = String(track['HDR_Format'] ?? '');
  const transfer = String(track['transfer_characteristics'] ?? '');
  if (/Dolby Vision/.test(format)) return 'DV';
  if (/2094/.test(format)) return 'HDR10+';
  return /PQ/.test(transfer) ? 'HDR10' : /HLG/.test(transfer) ? 'HLG' : undefined;
}

/** The times of a menu are keys like `_00_01_30_000`; transport streams use menus for programmes, which have none. */
function readMenu(menu: MediaInfoTrack): Chapter[] {
  const entries = Object.entries(typeof menu['extra'] === 'object' ? menu['extra'] : {});
  return entries.flatMap(([key, value]) => {
    const match = /^_(\d+)_(\d{2})_(\d{2})[_.](\d{3})$/.exec(key);
    if (!match) return [];
    const [hours, minutes, seconds, ms] = match.slice(1).map(Number) as [number, number, number, number];
    return [
      {
        startMs: ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms,
        title: value.replace(/^[a-z]{2}:/, '') || undefined,
      },
    ];
  });
}
