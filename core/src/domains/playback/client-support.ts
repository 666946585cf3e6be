import type { z } from 'zod';
import type { AudioFacts, VideoFacts } from './media-facts.ts';
import type { ClientProfile } from './playback.schema.ts';

export type Client = z.output<typeof ClientProfile>;

/** Plain names that stand for each codec in a client's list; the letters before the first dot of RFC 6381 strings too. */
const videoNames: Record<string, readonly string[]> = {
  h264: ['avc1', 'avc3', 'h264'],
  hevc: ['hvc1', 'hev1', 'hevc', 'dvh1', 'dvhe'],
  vp8: ['vp8', 'vp08'],
  vp9: ['vp9', 'vp09'],
  av1: ['av01', 'av1'],
};
const audioNames: Record<string, readonly string[]> = {
  aac: ['mp4a', 'aac'],
  ac3: ['ac-3', 'ac3'],
  eac3: ['ec-3', 'eac3'],
  mp3: ['mp3', 'mp4a.69', 'mp4a.6b', 'mp4a.40.34'],
  opus: ['opus'],
  flac: ['flac', 'fLaC'],
  vorbis: ['vorbis'],
  alac: ['alac'],
  dts: ['dts', 'dtsc'],
  truehd: ['truehd', 'mlpa'],
};

const namesOf = (list: Record<string, readonly string[]>, codec: string): readonly string[] => list[codec] ?? [codec];
const headOf = (entry: string): string => entry.split('.', 1)[0] ?? '';

/** Why a client cannot show a picture as it is stored; undefined when it can. */
export function refusesVideo(client: Client, video: VideoFacts): string | undefined {
  const names = namesOf(videoNames, video.codec);
  const entries = client.videoCodecs
    .map((entry) => entry.toLowerCase())
    .filter((entry) => names.includes(headOf(entry)));
  if (entries.length === 0) return `The picture is ${describeVideo(video)}, which this browser cannot play.`;
  if (!entries.some((entry) => covers(entry, video)))
    return `The picture is ${describeVideo(video)}, of which this browser plays only simpler kinds.`;
  return undefined;
}

/** Why a client cannot play a sound track as it is stored; undefined when it can. */
export function refusesAudio(client: Client, audio: AudioFacts): string | undefined {
  const names = namesOf(audioNames, audio.codec);
  const entries = client.audioCodecs.map((entry) => entry.toLowerCase());
  const plays = entries.some(
    (entry) => names.includes(entry) || (isAac(audio) && /^mp4a\.40\.(2|5|29|42)$/.test(entry)),
  );
  if (!plays) return `The sound is ${audio.codec.toUpperCase()}, which this browser cannot play.`;
  if (client.maxChannels !== undefined && audio.channels > client.maxChannels)
    return `The sound has ${audio.channels} channels, this client plays ${client.maxChannels}.`;
  return undefined;
}

const isAac = ({ codec }: AudioFacts): boolean => codec === 'aac';

const describeVideo = ({ codec, profile, bitDepth, hdr }: VideoFacts): string =>
  [
    codec.toUpperCase().replace('H264', 'H.264'),
    profile,
    bitDepth > 8 && !/10|12/.test(profile) ? `${bitDepth} bit` : '',
    hdr,
  ]
    .filter((word) => word !== '')
    .join(' ');

/** Whether one entry of the client's list means this stream too. */
function covers(entry: string, video: VideoFacts): boolean {
  switch (video.codec) {
    case 'h264':
      return coversAvc(entry, video);
    case 'hevc':
      return coversHevc(entry, video);
    case 'vp9':
      return coversDepth(entry, video, /^vp09\.\d+\.\d+\.(\d+)/, 8);
    case 'av1':
      return coversDepth(entry, video, /^av01\.\d+\.\d+[mh]\.(\d+)/, 10);
    default:
      return video.bitDepth <= 8;
  }
}

/** `profile_idc` by rank: who decodes one decodes those before it. */
const avcProfiles = [66, 77, 88, 100, 110, 122, 244];
const avcNames: Record<string, number> = {
  'constrained baseline': 66,
  baseline: 66,
  main: 77,
  extended: 88,
  high: 100,
  'high 10': 110,
  'high 4:2:2': 122,
  'high 4:4:4 predictive': 244,
};

function coversAvc(entry: string, video: VideoFacts): boolean {
  const stated = /^avc[13]\.([0-9a-f]{2})[0-9a-f]{2}([0-9a-f]{2})$/.exec(video.codecString.toLowerCase());
  const profile = stated ? Number.parseInt(stated[1] as string, 16) : (avcNames[video.profile.toLowerCase()] ?? 100);
  const level = stated ? Number.parseInt(stated[2] as string, 16) : video.level;
  const played = /^avc[13]\.([0-9a-f]{2})[0-9a-f]{2}([0-9a-f]{2})$/.exec(entry);
  // A plain name promises what every browser does: eight bits, up to High, level 5.2.
  const mostProfile = played ? Number.parseInt(played[1] as string, 16) : 100;
  const mostLevel = played ? Number.parseInt(played[2] as string, 16) : 52;
  const rank = avcProfiles.indexOf(profile);
  if (video.bitDepth > 8 && mostProfile < 110) return false;
  return rank >= 0 && rank <= avcProfiles.indexOf(mostProfile) && level <= mostLevel;
}

/** Profile and level of `hvc1.2.4.L153.B0`. */
const hevcParts = (text: string): { profile: number; level: number } | undefined => {
  const parts = /^(?:hvc1|hev1)\.[a-c]?(\d+)\.[0-9a-f]+\.[lh](\d+)/.exec(text.toLowerCase());
  return parts ? { profile: Number(parts[1]), level: Number(parts[2]) } : undefined;
};

function coversHevc(entry: string, video: VideoFacts): boolean {
  const isDolby = entry.startsWith('dv');
  if (isDolby) return video.hdr === 'DV';
  const profile = hevcParts(video.codecString)?.profile ?? (video.bitDepth > 8 ? 2 : 1);
  const level = hevcParts(video.codecString)?.level ?? video.level;
  const played = hevcParts(entry);
  if (profile > 2) return played?.profile === profile && level <= played.level;
  if (played) return profile <= played.profile && level <= played.level;
  // Whoever says just "HEVC" decodes Main and Main 10, but has not said that it shows HDR.
  return video.hdr === '';
}

/** For codecs whose entries state a depth. Without one they stand for `plainDepth` and for standard brightness. */
function coversDepth(entry: string, video: VideoFacts, pattern: RegExp, plainDepth: number): boolean {
  const depth = pattern.exec(entry)?.[1];
  if (depth !== undefined) return video.bitDepth <= Number(depth) && (video.hdr === '' || Number(depth) >= 10);
  return video.bitDepth <= plainDepth && video.hdr === '';
}
