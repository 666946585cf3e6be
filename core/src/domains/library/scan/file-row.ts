import type { Bindable } from '../../../kernel/database/database.ts';
import { fold } from '../../catalog/fold.ts';
import type { KeptName } from '../file-rows.ts';
import type { ParsedName } from '../name-parser/parsed-name.ts';
import { versionLabel } from '../name-parser/version-label.ts';
import type { ProbedStream } from '../probe/probed.ts';
import type { IdentifiedFile } from './identify-files.ts';
import type { PreparedFile } from './prepare-file.ts';
import { resolutionLabel } from './resolution-label.ts';
import type { ExternalSubtitle } from './sidecars.ts';

type Row = Record<string, Bindable>;

/** How a file was matched, as its row says it. */
export interface FileMatch {
  itemId: number | null;
  state: 'matched' | 'unmatched' | 'ignored';
  source: '' | 'auto' | 'manual';
  confidence: number;
  reasons: readonly { text: string; weight: number }[];
}

export const keptName = (name: ParsedName): KeptName => ({
  title: name.title,
  ...(name.year !== undefined && { year: name.year }),
  ...(name.season !== undefined && { season: name.season }),
  ...(name.episodes.length > 0 && { episodes: name.episodes }),
  ...(name.type && { type: name.type }),
});

/** Where the file is and what it looks like from outside. */
export const placeColumns = ({ found, folder, name, signature }: PreparedFile): Row => ({
  absolute_path: found.path,
  folder,
  file_name: found.name,
  folded_name: fold(found.name),
  file_size_bytes: found.size,
  modified_at: found.modifiedAt,
  sidecar_signature: signature,
  parsed: JSON.stringify(keptName(name)),
  missing_since: null,
});

/** What part a file plays by its name; a person may say otherwise. */
export const roleColumns = ({ name }: PreparedFile): Row => ({
  role: name.extra === undefined ? (name.part === undefined ? 'main' : 'part') : 'extra',
  extra_kind: name.extra ?? '',
  part_number: name.part ?? null,
  version_label: versionLabel(name),
});

/** What its headers say; empty where they cannot be read. */
export function contentColumns({ probe, problem, fingerprint }: PreparedFile): Row {
  const video = probe?.streams.find((stream) => stream.type === 'video');
  const audio = probe?.streams.find((stream) => stream.type === 'audio');
  return {
    fingerprint,
    problem,
    container_format: probe?.container ?? '',
    video_codec: video?.codec ?? '',
    audio_codec: audio?.codec ?? '',
    hdr: video?.hdr ?? '',
    width: video?.width ?? null,
    height: video?.height ?? null,
    duration_ms: probe?.durationMs === undefined ? null : Math.round(probe.durationMs),
    bitrate: probe?.bitrate === undefined ? null : Math.round(probe.bitrate),
    resolution_label: resolutionLabel(video?.width, video?.height),
    chapters: JSON.stringify(probe?.chapters ?? []),
  };
}

export const matchColumns = (match: FileMatch): Row => ({
  item_id: match.itemId,
  match_state: match.state,
  match_source: match.source,
  match_confidence: match.confidence,
  match_reasons: JSON.stringify(match.reasons),
});

export const streamRows = (fileId: number, { file, subtitles }: IdentifiedFile): { own: Row[]; external: Row[] } => ({
  own: (file.probe?.streams ?? []).map((stream) => ownStream(fileId, stream)),
  external: subtitles.map((subtitle, index) => externalStream(fileId, subtitle, index)),
});

const ownStream = (fileId: number, stream: ProbedStream): Row => ({
  file_id: fileId,
  stream_index: stream.index,
  stream_type: stream.type,
  codec: stream.codec,
  codec_string: stream.codecString ?? '',
  profile: stream.profile ?? '',
  language: stream.language ?? '',
  title: stream.title ?? '',
  channels: stream.channels ?? 0,
  bitrate_kbps: Math.round((stream.bitrate ?? 0) / 1000),
  is_default: stream.default,
  is_forced: stream.forced,
  is_hearing_impaired: stream.hearingImpaired,
  external_path: null,
  details: JSON.stringify({
    width: stream.width,
    height: stream.height,
    level: stream.level,
    frameRate: stream.frameRate,
    bitDepth: stream.bitDepth,
    hdr: stream.hdr,
    sampleRate: stream.sampleRate,
  }),
});

const externalStart = 1000;
const externalStream = (fileId: number, { file, facts, codec }: ExternalSubtitle, index: number): Row => ({
  file_id: fileId,
  stream_index: externalStart + index,
  stream_type: 'subtitle',
  codec,
  codec_string: '',
  profile: '',
  language: facts.language,
  title: facts.title,
  channels: 0,
  bitrate_kbps: 0,
  is_default: facts.default,
  is_forced: facts.forced,
  is_hearing_impaired: facts.hearingImpaired,
  external_path: file.path,
  details: '{}',
});
