import { AppError } from '../../../kernel/errors.ts';
import { BinaryReader } from './binary-reader.ts';
import { probeMatroska } from './matroska.ts';
import { probeByMediaInfo } from './mediainfo.ts';
import { probeMp4 } from './mp4.ts';
import { keepPlausible } from './plausible.ts';
import type { Container, Probe } from './probed.ts';
import { sniff } from './sniff.ts';
import { unsupported } from './unreadable.ts';

export type { Probe, ProbedStream } from './probed.ts';

/**
 * Reads what the headers of a media file say. The content decides what it is, never its name. Matroska, WebM, MP4 and
 * MOV are read by own readers, synchronously and within 4 MiB of the file; the rest by MediaInfo.
 * Throws `media_unreadable` (`details.reason`: missing, denied, not_a_file, io, empty, truncated, damaged),
 * `media_unsupported` (not_media, image, disc_image, no_streams), or `cancelled`; nothing else.
 */
export async function probe(path: string, options: { signal?: AbortSignal } = {}): Promise<Probe> {
  if (options.signal?.aborted) throw new AppError('cancelled', `Reading ${path} was cancelled.`, { details: { path } });
  const reader = new BinaryReader(path);
  try {
    const found = readHeaders(reader);
    const probed = 'streams' in found ? found : await probeByMediaInfo(reader, found.container, options.signal);
    if (probed.durationMs && !probed.bitrate) probed.bitrate = Math.round((reader.size * 8000) / probed.durationMs);
    return keepPlausible(probed);
  } finally {
    reader.close();
  }
}

function readHeaders(reader: BinaryReader): Probe | { container: Container } {
  const kind = sniff(reader);
  if (kind === 'matroska') return probeMatroska(reader);
  if (kind === 'isobmff') return probeMp4(reader);
  if (kind === undefined) throw unsupported(reader.path, 'not_media');
  if (kind === 'image' || kind === 'disc_image') throw unsupported(reader.path, kind);
  return { container: kind };
}
