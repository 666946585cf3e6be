/** One track of a file. Attachments (fonts, covers) of Matroska are listed too, after the tracks. */
export interface ProbedStream {
  /** Position in the file, the number ffmpeg calls the stream by (`0:index`). */
  index: number;
  type: 'video' | 'audio' | 'subtitle' | 'attachment';
  /** The name ffmpeg gives the codec: `h264`, `hevc`, `ac3`, `subrip`, …; all kinds of PCM are `pcm`; a MIME type for attachments. */
  codec: string;
  profile?: string;
  /** As the bit stream writes it: 40 is H.264 level 4.0, 120 is HEVC level 4.0. */
  level?: number;
  /** ISO 639-2/T, three letters. */
  language?: string;
  title?: string;
  default: boolean;
  forced: boolean;
  hearingImpaired: boolean;
  width?: number;
  height?: number;
  /** Frames per second, three decimals. */
  frameRate?: number;
  bitDepth?: number;
  hdr?: 'HDR10' | 'HDR10+' | 'HLG' | 'DV';
  channels?: number;
  /** Hertz. */
  sampleRate?: number;
  /** Bits per second. */
  bitrate?: number;
  /** RFC 6381, for `canPlayType` and MSE: `avc1.640028`, `hvc1.1.6.L93.B0`, `mp4a.40.2`; absent where the headers do not tell. */
  codecString?: string;
}

export interface Chapter {
  startMs: number;
  title?: string;
}

export type Container =
  | 'matroska'
  | 'webm'
  | 'mp4'
  | 'mov'
  | 'mpegts'
  | 'mpegps'
  | 'avi'
  | 'wav'
  | 'asf'
  | 'flv'
  | 'realmedia'
  | 'flac'
  | 'mp3'
  | 'aac'
  | 'ogg'
  | 'wavpack'
  | 'ape'
  | 'aiff'
  | 'dv'
  | 'mxf';

/** What the headers of a media file say. */
export interface Probe {
  container: Container;
  durationMs?: number;
  /** Of the whole file, bits per second. */
  bitrate?: number;
  title?: string;
  streams: ProbedStream[];
  chapters: Chapter[];
  /** MP4 only: the index lies before the media, so that playing can begin with the first bytes. */
  fastStart?: boolean;
  /** The headers are whole, but the file ends before the media they announce: an unfinished copy, mostly. */
  truncated?: boolean;
}
