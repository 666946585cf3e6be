import { refusesAudio, refusesVideo, type Client } from './client-support.ts';
import { chooseTracks, type TrackWish } from './choose-tracks.ts';
import type { AudioFacts, MediaFacts, SubtitleFacts, VideoFacts } from './media-facts.ts';

export const modes = ['direct', 'remux', 'audio', 'transcode'] as const;
export type Mode = (typeof modes)[number];

export interface PlaybackWish extends TrackWish {
  client: Client;
  atLeast?: Mode | undefined;
}

/** How a file is played for one client. */
export interface Decision {
  mode: Mode;
  /** Sentences for people: why it is not direct. */
  reasons: string[];
  audioIndex: number | null;
  /** The subtitle to begin with. */
  subtitle: SubtitleFacts | undefined;
  video: 'none' | 'copy' | VideoTarget;
  audio: 'none' | 'copy' | AudioTarget;
}

export interface VideoTarget {
  height: number;
  /** Upper bound of the picture's bit rate. */
  kbps: number;
  toneMap: boolean;
}
export interface AudioTarget {
  channels: number;
  kbps: number;
}

/** What fragmented MP4 may carry so that Media Source Extensions take it. */
const mp4Video = new Set(['h264', 'hevc', 'av1', 'vp9']);
const mp4Audio = new Set(['aac', 'ac3', 'eac3', 'mp3', 'flac', 'opus', 'alac']);

/** What a converted picture may use at most, by height; by software everything above 1080 lines is too slow to be watched. */
const kbpsByHeight: readonly (readonly [height: number, kbps: number])[] = [
  [480, 2000],
  [576, 2500],
  [720, 4500],
  [1080, 9000],
];
const mostHeight = 1080;
const stereoKbps = 192;
const surroundKbps = 384;

/**
 * Decides how a file is played. Pure: the same facts give the same answer.
 * @param media must hold the wished sound track, otherwise one is chosen as without it
 */
export function decidePlayback(media: MediaFacts, wish: PlaybackWish): Decision {
  const { client, atLeast = 'direct' } = wish;
  const { audio: track, subtitle } = chooseTracks(media, wish);
  const file = fileFaults(media, track, client);
  const video = videoFaults(media, client);
  const audio = audioFaults(track, client);
  const isDirect = atLeast === 'direct' && file.length + video.length + audio.length === 0;
  const packing = isDirect ? { video: [], audio: [] } : packingFaults(media, track);
  const mode = isDirect
    ? 'direct'
    : neededMode({ video: [...video, ...packing.video], audio: [...audio, ...packing.audio], atLeast });
  const forced = rank(atLeast) > 0 && mode === atLeast ? ['A heavier way of playing was asked for.'] : [];
  return {
    mode,
    reasons: [...file, ...audio, ...packing.audio, ...video, ...packing.video, ...forced],
    audioIndex: track?.index ?? null,
    subtitle,
    video: media.video === undefined ? 'none' : mode === 'transcode' ? videoTarget(media.video, client) : 'copy',
    audio: !track ? 'none' : mode === 'audio' || mode === 'transcode' ? audioTarget(track, client) : 'copy',
  };
}

/**
 * Decides for each version of a title and takes the one in the language that is wished most; among those the one that needs
 * the least work; among equals the one with most lines.
 * @throws RangeError without versions
 */
export function chooseVersion(
  versions: readonly MediaFacts[],
  wish: PlaybackWish,
): { media: MediaFacts; decision: Decision } {
  const [best] = versions
    .map((media) => ({
      media,
      decision: decidePlayback(media, wish),
      language: chooseTracks(media, wish).languageRank,
    }))
    .toSorted(
      (a, b) =>
        a.language - b.language ||
        rank(a.decision.mode) - rank(b.decision.mode) ||
        (b.media.video?.height ?? 0) - (a.media.video?.height ?? 0),
    );
  if (!best) throw new RangeError('There is no version to choose from.');
  return { media: best.media, decision: best.decision };
}

/** The same file where its pictures cannot be cut without converting them. */
export function withConvertedVideo(media: MediaFacts, wish: PlaybackWish, reason: string): Decision {
  const decision = decidePlayback(media, { ...wish, atLeast: 'transcode' });
  return { ...decision, reasons: [...decidePlayback(media, wish).reasons, reason] };
}

const rank = (mode: Mode): number => modes.indexOf(mode);

interface Faults {
  video: readonly string[];
  audio: readonly string[];
  atLeast: Mode;
}

function neededMode({ video, audio, atLeast }: Faults): Mode {
  if (video.length > 0 || atLeast === 'transcode') return 'transcode';
  return audio.length > 0 || atLeast === 'audio' ? 'audio' : 'remux';
}

function videoFaults({ video, bitrate }: MediaFacts, client: Client): string[] {
  if (!video) return [];
  const faults: string[] = [];
  const refused = refusesVideo(client, video);
  if (refused) faults.push(refused);
  if (client.maxHeight !== undefined && video.height > client.maxHeight)
    faults.push(`The picture has ${video.height} lines, ${client.maxHeight} are wanted at most.`);
  if (client.maxBitrate !== undefined && bitrate > client.maxBitrate)
    faults.push(`The file needs ${megabits(bitrate)}, ${megabits(client.maxBitrate)} are wanted at most.`);
  return faults;
}

/** What cannot be carried over into fragmented MP4 as it is. */
function packingFaults({ video }: MediaFacts, track: AudioFacts | undefined) {
  const sentence = (what: string, codec: string): string =>
    `The ${what} is ${codec.toUpperCase()}, which cannot be put into MP4.`;
  return {
    video: video && !mp4Video.has(video.codec) ? [sentence('picture', video.codec)] : [],
    audio: track && !mp4Audio.has(track.codec) ? [sentence('sound', track.codec)] : [],
  };
}

const megabits = (bitsPerSecond: number): string => `${(bitsPerSecond / 1e6).toFixed(1)} Mbit/s`;

function audioFaults(track: AudioFacts | undefined, client: Client): string[] {
  if (!track) return [];
  const refused = refusesAudio(client, track);
  return refused ? [refused] : [];
}

/** What keeps a client from taking the file itself though it can play what is in it. */
function fileFaults(media: MediaFacts, track: AudioFacts | undefined, client: Client): string[] {
  const faults: string[] = [];
  const { container } = media;
  const takes = client.containers as readonly string[];
  if (!takes.includes(container) && !(container === 'webm' && takes.includes('matroska')))
    faults.push(`The container is ${containerNames[container] ?? container}, which this browser cannot open.`);
  // A browser plays the first sound track of a file and offers no other.
  if (track && media.audio[0] && track.index !== media.audio[0].index)
    faults.push('The chosen sound track is not the first one of the file.');
  return faults;
}

const containerNames: Record<string, string> = {
  matroska: 'Matroska',
  mpegts: 'MPEG-TS',
  mpegps: 'MPEG-PS',
  avi: 'AVI',
  asf: 'Windows Media',
  mov: 'QuickTime',
  mp4: 'MP4',
  webm: 'WebM',
};

function videoTarget(video: VideoFacts, client: Client): VideoTarget {
  const height = Math.min(video.height || mostHeight, client.maxHeight ?? mostHeight, mostHeight);
  const usual = kbpsByHeight.find(([lines]) => height <= lines)?.[1] ?? 9000;
  const wished = client.maxBitrate === undefined ? usual : Math.floor(client.maxBitrate / 1000) - stereoKbps;
  return { height: height - (height % 2), kbps: Math.max(200, Math.min(usual, wished)), toneMap: video.hdr !== '' };
}

function audioTarget(track: AudioFacts, client: Client): AudioTarget {
  const most = client.maxChannels ?? 2;
  const channels = most >= 6 && track.channels >= 6 ? 6 : Math.max(1, Math.min(2, most, track.channels || 2));
  return { channels, kbps: channels > 2 ? surroundKbps : stereoKbps };
}
