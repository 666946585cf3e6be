import type { AudioTarget, VideoTarget } from '../decide-playback.ts';
import type { Encoder } from './hardware.ts';

/** One run of ffmpeg that writes fragmented MP4 to its standard output. */
export interface Conversion {
  path: string;
  container: string;
  /** Where the first wanted segment begins. What comes before it is thrown away by whoever reads. */
  startMs: number;
  video: CopiedVideo | EncodedVideo | undefined;
  audio: CopiedAudio | EncodedAudio | undefined;
}

export interface CopiedVideo {
  index: number;
  copy: true;
  codec: string;
}
export interface EncodedVideo {
  index: number;
  copy: false;
  codec: string;
  height: number;
  target: VideoTarget;
  encoder: Encoder;
  /** Milliseconds at which key frames are wanted. */
  keyFrames: readonly number[];
  /** ffmpeg has `zscale`, without which HDR cannot be brought down to what every screen shows. */
  canToneMap: boolean;
  timingOption: '-fps_mode' | '-vsync';
}
export interface CopiedAudio {
  index: number;
  copy: true;
  codec: string;
}
export interface EncodedAudio {
  index: number;
  copy: false;
  target: AudioTarget;
}

/** Everything is written this much later; see `FragmentReader`. */
export const offsetSeconds = 10;

/**
 * A little more than is wanted, before it. For copies: ffmpeg cuts a fragment only when every track has data. For the
 * rest: the run-in of the sound encoder falls into what is thrown away.
 */
const runInMs = { copy: 500, encode: 100 };
const sampleRate = 48_000;

/** All arguments, without the program. */
export function conversionArguments(conversion: Conversion): string[] {
  const { video, audio, startMs } = conversion;
  const from = Math.max(0, startMs - (video?.copy ? runInMs.copy : runInMs.encode));
  return [
    ...['-nostdin', '-hide_banner', '-v', 'error'],
    ...(video && !video.copy ? video.encoder.input : []),
    ...inputArguments({ ...conversion, startMs: from }),
    ...(video ? videoArguments(video) : ['-vn']),
    ...(audio ? audioArguments(audio, from) : ['-an']),
    ...outputArguments(conversion),
  ];
}

/** ffmpeg's names of the containers. Told, not guessed: a playlist in a film's clothes would make it open other files. */
const demuxers: Record<string, string> = {
  matroska: 'matroska',
  webm: 'matroska',
  mp4: 'mov',
  mov: 'mov',
  mpegts: 'mpegts',
  mpegps: 'mpeg',
  avi: 'avi',
  asf: 'asf',
  flv: 'flv',
  realmedia: 'rm',
  wav: 'wav',
  flac: 'flac',
  mp3: 'mp3',
  aac: 'aac',
  ogg: 'ogg',
  wavpack: 'wv',
  ape: 'ape',
  aiff: 'aiff',
  dv: 'dv',
  mxf: 'mxf',
};

/** Containers whose times begin at zero, so that all parts of the player (pictures, subtitles, the file itself) agree. */
const hasOwnZero = new Set(['matroska', 'webm', 'mp4', 'mov']);

/** Opens a file at a position, keeping the times that stand in it. */
export function inputArguments({
  path,
  container,
  startMs,
}: Pick<Conversion, 'path' | 'container' | 'startMs'>): string[] {
  const demuxer = demuxers[container];
  return [
    '-copyts',
    ...(hasOwnZero.has(container) ? [] : ['-start_at_zero']),
    ...(startMs > 0 ? ['-ss', (startMs / 1000).toFixed(3)] : []),
    ...(demuxer ? ['-f', demuxer] : []),
    ...['-protocol_whitelist', 'file', '-i', `file:${path}`],
  ];
}

function videoArguments(video: CopiedVideo | EncodedVideo): string[] {
  const map = ['-map', `0:${video.index}`];
  // Apple's players want the parameter sets of HEVC in the header only.
  if (video.copy) return [...map, '-c:v', 'copy', ...(video.codec === 'hevc' ? ['-tag:v', 'hvc1'] : [])];
  const { encoder, target, keyFrames } = video;
  return [
    ...map,
    ...['-c:v', encoder.name, ...encoder.options(target.kbps)],
    // Pictures in their order: with others in front of a key frame, sound would be cut that much earlier.
    ...['-bf', '0'],
    // A group longer than any segment: only the wanted key frames are made.
    ...['-g', '9999', '-force_key_frames', keyFrames.map((ms) => String(ms / 1000)).join(',')],
    // Times as they are: rounded to whole frames, a picture may land on the wrong side of a cut.
    ...[video.timingOption, 'vfr', '-enc_time_base', '1:90000', '-vf', filtersOf(video).join(',')],
  ];
}

const interlacedCodecs = new Set(['mpeg2video', 'mpeg1video', 'dvvideo', 'vc1']);

/** Fewer lines first: everything behind costs by the pixel. */
function filtersOf({ codec, height, target, encoder, canToneMap }: EncodedVideo): string[] {
  return [
    ...(interlacedCodecs.has(codec) ? ['yadif=deint=interlaced'] : []),
    ...(height > target.height ? [`scale=-2:${target.height}`] : ['scale=trunc(iw/2)*2:trunc(ih/2)*2']),
    ...(target.toneMap && canToneMap ? toneMapping : []),
    ...encoder.filters,
  ];
}

const toneMapping = [
  'zscale=t=linear:npl=100',
  'format=gbrpf32le',
  'zscale=p=bt709',
  'tonemap=hable:desat=0',
  'zscale=t=bt709:m=bt709:r=tv',
];

function audioArguments(audio: CopiedAudio | EncodedAudio, fromMs: number): string[] {
  const map = ['-map', `0:${audio.index}`];
  if (audio.copy) return [...map, '-c:a', 'copy'];
  const { channels, kbps } = audio.target;
  // Silence where the track has none, so that sound begins with the picture wherever one starts.
  const first = Math.round((fromMs / 1000) * sampleRate);
  return [
    ...map,
    ...['-c:a', 'aac', '-ac', String(channels), '-ar', String(sampleRate), '-b:a', `${kbps}k`],
    ...['-af', `aresample=async=1:first_pts=${first}`],
  ];
}

/** These ffmpeg describes only after it has seen some of their data. */
const describedLate = new Set(['ac3', 'eac3']);

function outputArguments({ video, audio }: Conversion): string[] {
  const isLate = audio?.copy === true && describedLate.has(audio.codec);
  const flags = ['empty_moov', 'default_base_moof', 'frag_discont', 'negative_cts_offsets', 'skip_trailer'];
  return [
    ...['-sn', '-dn', '-map_metadata', '-1', '-map_chapters', '-1', '-fflags', '+bitexact'],
    ...['-max_muxing_queue_size', '4096', '-avoid_negative_ts', 'disabled', '-output_ts_offset', String(offsetSeconds)],
    ...['-f', 'mp4', '-use_editlist', '0'],
    ...['-movflags', [...flags, video ? 'frag_keyframe' : '', isLate ? 'delay_moov' : ''].filter(Boolean).join('+')],
    ...(video ? [] : ['-frag_duration', '2000000']),
    'pipe:1',
  ];
}
