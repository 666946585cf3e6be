import type { ClientProfile } from './playback.ts';

/** What a browser says of itself. */
export interface BrowserProbe {
  /** A file of that type plays in a video element. */
  plays(type: string): boolean;
  /** Media Source Extensions take it; undefined where there are none. */
  buffers: ((type: string) => boolean) | undefined;
  /** Decodes it without dropping frames, as far as the browser knows. */
  isSmooth(type: string): Promise<boolean>;
}

/** Codec, and the container that is asked about. Only what decoders refuse silently is asked for smoothness. */
const videoCodecs: readonly { codec: string; container: string; heavy?: true }[] = [
  { codec: 'avc1.42e01e', container: 'video/mp4' },
  { codec: 'avc1.4d4029', container: 'video/mp4' },
  { codec: 'avc1.640029', container: 'video/mp4' },
  { codec: 'avc1.640034', container: 'video/mp4' },
  { codec: 'avc1.6e0033', container: 'video/mp4', heavy: true },
  { codec: 'hvc1.1.6.L153.B0', container: 'video/mp4', heavy: true },
  { codec: 'hvc1.2.4.L153.B0', container: 'video/mp4', heavy: true },
  { codec: 'vp8', container: 'video/webm' },
  { codec: 'vp09.00.51.08', container: 'video/webm' },
  { codec: 'vp09.02.51.10', container: 'video/webm', heavy: true },
  { codec: 'av01.0.12M.08', container: 'video/mp4', heavy: true },
  { codec: 'av01.0.13M.10', container: 'video/mp4', heavy: true },
];

const audioCodecs: readonly { codec: string; type: string }[] = [
  { codec: 'mp4a.40.2', type: 'audio/mp4; codecs="mp4a.40.2"' },
  { codec: 'mp4a.40.5', type: 'audio/mp4; codecs="mp4a.40.5"' },
  { codec: 'ac-3', type: 'audio/mp4; codecs="ac-3"' },
  { codec: 'ec-3', type: 'audio/mp4; codecs="ec-3"' },
  { codec: 'opus', type: 'audio/webm; codecs="opus"' },
  { codec: 'flac', type: 'audio/mp4; codecs="flac"' },
  { codec: 'mp3', type: 'audio/mpeg' },
  { codec: 'vorbis', type: 'audio/webm; codecs="vorbis"' },
  { codec: 'alac', type: 'audio/mp4; codecs="alac"' },
];

const containers: readonly { container: ClientProfile['containers'][number]; type: string }[] = [
  { container: 'mp4', type: 'video/mp4' },
  { container: 'webm', type: 'video/webm' },
  { container: 'matroska', type: 'video/x-matroska; codecs="avc1.640029, mp4a.40.2"' },
  { container: 'mov', type: 'video/quicktime' },
  { container: 'mp3', type: 'audio/mpeg' },
  { container: 'flac', type: 'audio/flac' },
  { container: 'ogg', type: 'audio/ogg; codecs="vorbis"' },
];

const nativeHls = 'application/vnd.apple.mpegurl';

/** Finds out what this browser plays; only what it plays from a file and through Media Source Extensions alike counts. */
export async function findProfile(probe: BrowserProbe): Promise<ClientProfile> {
  const video = await Promise.all(
    videoCodecs.map(async ({ codec, container, heavy }) => {
      const type = `${container}; codecs="${codec}"`;
      const plays = probe.plays(type) && (probe.buffers?.(type) ?? true);
      return plays && (!heavy || (await probe.isSmooth(type))) ? codec : undefined;
    }),
  );
  const isHls = probe.buffers !== undefined || probe.plays(nativeHls);
  return {
    videoCodecs: video.filter((codec) => codec !== undefined),
    audioCodecs: audioCodecs.filter(({ type }) => probe.plays(type)).map(({ codec }) => codec),
    containers: [
      ...containers.filter(({ type }) => probe.plays(type)).map(({ container }) => container),
      ...(isHls ? (['hls'] as const) : []),
    ],
  };
}

/** Asks the browser the page runs in. */
export function browserProbe(): BrowserProbe {
  const video = document.createElement('video');
  return {
    plays: (type) => video.canPlayType(type) !== '',
    buffers: 'MediaSource' in window ? (type) => MediaSource.isTypeSupported(type) : undefined,
    isSmooth: async (contentType) => {
      if (!('mediaCapabilities' in navigator)) return true;
      const answer = await navigator.mediaCapabilities.decodingInfo({
        type: 'file',
        video: { contentType, width: 1920, height: 1080, bitrate: 10_000_000, framerate: 24 },
      });
      return answer.supported && answer.smooth;
    },
  };
}
