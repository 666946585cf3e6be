import type { BinaryReader } from './binary-reader.ts';
import { forEachBox, forEachChildBox, readBox, type Mp4Box } from './mp4-boxes.ts';
import type { Mp4Track } from './mp4-tracks.ts';

/** What a `sidx` covers, in milliseconds; 0 where it points to further indexes. */
export function readSegmentIndex(reader: BinaryReader, sidx: Mp4Box): number {
  const wide = reader.u8(sidx.at) === 1;
  const timescale = reader.u32(sidx.at + 8);
  const at = sidx.at + (wide ? 28 : 20);
  const count = Math.min(reader.u16(at + 2), Math.floor((sidx.end - at - 4) / 12));
  let duration = 0;
  for (let i = 0; i < count; i++) {
    if (reader.u8(at + 4 + i * 12) & 0x80) return 0;
    duration += reader.u32(at + 8 + i * 12);
  }
  return timescale > 0 ? (duration / timescale) * 1000 : 0;
}

/**
 * Fragmented files without a written duration: the random access index at the very end names the last fragment of each
 * track; its samples end the track. 0 where the file has no such index.
 */
export function fragmentDurationMs(reader: BinaryReader, tracks: readonly Mp4Track[]): number {
  if (reader.size < 16 || reader.latin(reader.size - 12, 4) !== 'mfro') return 0;
  const start = reader.size - reader.u32(reader.size - 4);
  if (start < 0 || start + 8 > reader.size) return 0;
  const mfra = readBox(reader, start, reader.size);
  if (mfra.type !== 'mfra' || mfra.end > reader.size) return 0;
  let longest = 0;
  const last: { track: Mp4Track; time: number; moof: number }[] = [];
  forEachChildBox(reader, mfra, (box) => {
    const entry = box.type === 'tfra' ? readLastEntry(reader, box) : undefined;
    const track = entry && tracks.find((candidate) => candidate.id === entry.trackId);
    if (track && track.timescale > 0) last.push({ track, time: entry.time, moof: entry.moof });
  });
  for (const { track, time, moof } of last) {
    const end = time + lastFragmentLength(reader, moof, track.id);
    longest = Math.max(longest, (end / track.timescale) * 1000);
  }
  return longest;
}

function readLastEntry(
  reader: BinaryReader,
  tfra: Mp4Box,
): { trackId: number; time: number; moof: number } | undefined {
  const wide = reader.u8(tfra.at) === 1;
  const trackId = reader.u32(tfra.at + 4);
  const lengths = reader.u32(tfra.at + 8);
  const stride = (wide ? 16 : 8) + ((lengths >>> 4) & 3) + ((lengths >>> 2) & 3) + (lengths & 3) + 3;
  const count = reader.u32(tfra.at + 12);
  const at = tfra.at + 16 + (count - 1) * stride;
  if (count === 0 || at + stride > tfra.end) return undefined;
  return wide
    ? { trackId, time: reader.u64(at), moof: reader.u64(at + 8) }
    : { trackId, time: reader.u32(at), moof: reader.u32(at + 4) };
}

/** Sum of the sample durations of one track in one `moof`. */
function lastFragmentLength(reader: BinaryReader, offset: number, trackId: number): number {
  if (offset + 8 > reader.size) return 0;
  const moof = readBox(reader, offset, reader.size);
  if (moof.type !== 'moof' || moof.end > reader.size) return 0;
  let length = 0;
  forEachChildBox(reader, moof, (traf) => {
    if (traf.type !== 'traf') return;
    let fragment: { trackId: number; sampleDuration: number } | undefined;
    forEachBox(reader, traf.at, traf.end, (box) => {
      if (box.type === 'tfhd') fragment = readFragmentHeader(reader, box);
      else if (box.type === 'trun' && fragment?.trackId === trackId)
        length += readRunLength(reader, box, fragment.sampleDuration);
    });
  });
  return length;
}

function readFragmentHeader(reader: BinaryReader, tfhd: Mp4Box): { trackId: number; sampleDuration: number } {
  const flags = reader.u32(tfhd.at) & 0xffffff;
  const at = tfhd.at + 8 + (flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0);
  return { trackId: reader.u32(tfhd.at + 4), sampleDuration: flags & 8 ? reader.u32(at) : 0 };
}

function readRunLength(reader: BinaryReader, trun: Mp4Box, sampleDuration: number): number {
  const flags = reader.u32(trun.at) & 0xffffff;
  const count = reader.u32(trun.at + 4);
  if (!(flags & 0x100)) return count * sampleDuration;
  const stride = [0x100, 0x200, 0x400, 0x800].filter((flag) => flags & flag).length * 4;
  const at = trun.at + 8 + (flags & 1 ? 4 : 0) + (flags & 4 ? 4 : 0);
  let length = 0;
  for (let i = 0; i < count && at + i * stride + 4 <= trun.end; i++) length += reader.u32(at + i * stride);
  return length;
}
