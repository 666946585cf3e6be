import { readJson } from '../../kernel/database/database.ts';
import type { FileDescription } from '../catalog/ports.ts';

/** A row of `media_files` as reads need it. */
export interface FileRow {
  id: number;
  library_id: number;
  root_id: number;
  item_id: number | null;
  absolute_path: string;
  folder: string;
  file_name: string;
  file_size_bytes: number;
  modified_at: number;
  container_format: string;
  video_codec: string;
  audio_codec: string;
  hdr: string;
  width: number | null;
  height: number | null;
  duration_ms: number | null;
  bitrate: number | null;
  resolution_label: string;
  role: 'main' | 'part' | 'extra';
  extra_kind: string;
  part_number: number | null;
  version_label: string;
  match_state: 'matched' | 'unmatched' | 'ignored';
  match_confidence: number;
  match_source: '' | 'auto' | 'manual';
  match_reasons: unknown;
  parsed: unknown;
  chapters: unknown;
  problem: string;
  missing_since: number | null;
  discovered_at: number;
  updated_at: number;
}

export const fileColumns = [
  'id',
  'library_id',
  'root_id',
  'item_id',
  'absolute_path',
  'folder',
  'file_name',
  'file_size_bytes',
  'modified_at',
  'container_format',
  'video_codec',
  'audio_codec',
  'hdr',
  'width',
  'height',
  'duration_ms',
  'bitrate',
  'resolution_label',
  'role',
  'extra_kind',
  'part_number',
  'version_label',
  'match_state',
  'match_confidence',
  'match_source',
  'match_reasons',
  'parsed',
  'chapters',
  'problem',
  'missing_since',
  'discovered_at',
  'updated_at',
]
  .map((column) => `f.${column}`)
  .join(', ');

/** A row of `media_streams`. */
export interface StreamRow {
  id: number;
  file_id: number;
  stream_index: number;
  stream_type: 'video' | 'audio' | 'subtitle' | 'attachment';
  codec: string;
  codec_string: string;
  profile: string;
  language: string;
  title: string;
  channels: number;
  bitrate_kbps: number;
  is_default: boolean | number;
  is_forced: boolean | number;
  is_hearing_impaired: boolean | number;
  external_path: string | null;
  details: unknown;
}

/** What a name was understood as, as it is kept with the file. */
export interface KeptName {
  title: string;
  year?: number;
  season?: number;
  episodes?: number[];
  type?: string;
}

export const streamOf = (row: StreamRow): FileDescription['streams'][number] => ({
  index: row.stream_index,
  type: row.stream_type,
  codec: row.codec,
  language: row.language,
  title: row.title,
  channels: row.channels,
  bitrateKbps: row.bitrate_kbps,
  default: !!row.is_default,
  forced: !!row.is_forced,
  hearingImpaired: !!row.is_hearing_impaired,
  external: row.external_path !== null,
});

/** A file for people. The path only where they may see it. */
export const describeFile = (row: FileRow, streams: readonly StreamRow[], paths: boolean): FileDescription => ({
  id: row.id,
  fileName: row.file_name,
  path: paths ? row.absolute_path : null,
  sizeBytes: row.file_size_bytes,
  container: row.container_format,
  videoCodec: row.video_codec,
  audioCodec: row.audio_codec,
  hdr: row.hdr,
  width: row.width,
  height: row.height,
  resolution: row.resolution_label,
  durationMs: row.duration_ms,
  bitrate: row.bitrate,
  role: row.role,
  extraKind: row.extra_kind,
  partNumber: row.part_number,
  version: row.version_label,
  missing: row.missing_since !== null,
  problem: row.problem,
  matchSource: row.match_source,
  matchConfidence: row.match_confidence,
  streams: streams.map(streamOf),
});

export const parsedOf = (row: FileRow) => {
  const { title = '', year, season, episodes = [], type = '' } = readJson<Partial<KeptName>>(row.parsed, {});
  return { title, year: year ?? null, season: season ?? null, episodes, type };
};
