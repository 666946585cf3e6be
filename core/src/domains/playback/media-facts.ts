import { readJson } from '../../kernel/database/database.ts';
import type { FileRow, StreamRow } from '../library/file-rows.ts';

/** What playing needs to know of a file, as the scan stored it. */
export interface MediaFacts {
  fileId: number;
  rootId: number;
  path: string;
  fileName: string;
  sizeBytes: number;
  /** Milliseconds since 1970. */
  modifiedAt: number;
  container: string;
  durationMs: number;
  /** Bits per second of the whole file; 0 where unknown. */
  bitrate: number;
  video: VideoFacts | undefined;
  /** In the order of the file. */
  audio: readonly AudioFacts[];
  subtitles: readonly SubtitleFacts[];
  fonts: readonly FontFacts[];
  chapters: readonly { startMs: number; title: string }[];
}

export interface VideoFacts {
  index: number;
  /** ffmpeg's name: `h264`, `hevc`, … */
  codec: string;
  /** RFC 6381, or empty. */
  codecString: string;
  profile: string;
  /** As the bit stream writes it; 0 where unknown. */
  level: number;
  bitDepth: number;
  /** `HDR10`, `HDR10+`, `HLG`, `DV`, or empty. */
  hdr: string;
  width: number;
  height: number;
}

export interface AudioFacts {
  index: number;
  codec: string;
  codecString: string;
  language: string;
  title: string;
  channels: number;
  isDefault: boolean;
}

export interface SubtitleFacts {
  /** Row of the stream, by which external files are called. */
  streamId: number;
  index: number;
  codec: string;
  language: string;
  title: string;
  isDefault: boolean;
  isForced: boolean;
  isHearingImpaired: boolean;
  /** Of a subtitle in a file of its own. */
  externalPath: string | undefined;
}

export interface FontFacts {
  index: number;
  /** File name, as the film states it. */
  name: string;
  mimeType: string;
}

/** What the scan keeps of a stream beside its columns. */
interface StreamDetails {
  width?: number;
  height?: number;
  bitDepth?: number;
  level?: number;
  hdr?: string;
}

const isFont = ({ codec, title }: StreamRow): boolean =>
  /font|truetype|opentype|sfnt/i.test(codec) || /\.(ttf|otf|ttc|woff2?)$/i.test(title);

/** Puts together what the tables say of one file. */
export function mediaFactsOf(row: FileRow, streams: readonly StreamRow[]): MediaFacts {
  const embedded = streams.filter((stream) => stream.external_path === null);
  // Pictures that lie in a file as a stream (covers) are no film.
  const video = embedded.find((stream) => stream.stream_type === 'video' && !covers.has(stream.codec));
  return {
    fileId: row.id,
    rootId: row.root_id,
    path: row.absolute_path,
    fileName: row.file_name,
    sizeBytes: Number(row.file_size_bytes),
    modifiedAt: Number(row.modified_at),
    container: row.container_format,
    durationMs: row.duration_ms ?? 0,
    bitrate: row.bitrate ?? 0,
    video: video && videoOf(video, row),
    audio: embedded.filter((stream) => stream.stream_type === 'audio').map(audioOf),
    subtitles: streams.filter((stream) => stream.stream_type === 'subtitle').map(subtitleOf),
    fonts: embedded
      .filter((stream) => stream.stream_type === 'attachment' && isFont(stream))
      .map(({ stream_index, title, codec }) => ({ index: stream_index, name: title, mimeType: codec })),
    chapters: readJson<{ startMs: number; title?: string }[]>(row.chapters, []).map(({ startMs, title }, i) => ({
      startMs: Math.round(startMs),
      title: title ?? String(i + 1),
    })),
  };
}

const covers = new Set(['mjpeg', 'png', 'bmp', 'gif', 'webp']);

function videoOf(stream: StreamRow, row: FileRow): VideoFacts {
  const details = readJson<StreamDetails>(stream.details, {});
  return {
    index: stream.stream_index,
    codec: stream.codec,
    codecString: stream.codec_string,
    profile: stream.profile,
    level: details.level ?? 0,
    bitDepth: details.bitDepth ?? (/10/.test(stream.profile) ? 10 : 8),
    hdr: details.hdr ?? row.hdr,
    width: details.width ?? row.width ?? 0,
    height: details.height ?? row.height ?? 0,
  };
}

const audioOf = (stream: StreamRow): AudioFacts => ({
  index: stream.stream_index,
  codec: stream.codec,
  codecString: stream.codec_string,
  language: stream.language,
  title: stream.title,
  channels: stream.channels,
  isDefault: !!stream.is_default,
});

const subtitleOf = (stream: StreamRow): SubtitleFacts => ({
  streamId: stream.id,
  index: stream.stream_index,
  codec: stream.codec,
  language: stream.language,
  title: stream.title,
  isDefault: !!stream.is_default,
  isForced: !!stream.is_forced,
  isHearingImpaired: !!stream.is_hearing_impaired,
  externalPath: stream.external_path ?? undefined,
});
