import type { BinaryReader } from './binary-reader.ts';
import type { Mp4Box } from './mp4-boxes.ts';
import type { Mp4Track, SampleTables } from './mp4-tracks.ts';
import type { Chapter } from './probed.ts';

/** Nero's chapter list: 100 ns units, at most 255 entries. */
export function readNeroChapters(reader: BinaryReader, chpl: Mp4Box): Chapter[] {
  const chapters: Chapter[] = [];
  let at = chpl.at + (reader.u8(chpl.at) === 1 ? 8 : 4);
  for (let left = reader.u8(at++); left > 0 && at + 9 <= chpl.end; left--) {
    const length = reader.u8(at + 8);
    if (at + 9 + length > chpl.end) break;
    chapters.push({
      startMs: Math.round(reader.u64(at) / 10_000),
      title: reader.utf8(at + 9, length).trim() || undefined,
    });
    at += 9 + length;
  }
  return chapters;
}

const MOST_CHAPTERS = 300;

/** QuickTime's chapters: the samples of a text track that another track refers to; each is a length and a title. */
export function readTrackChapters(
  reader: BinaryReader,
  tracks: readonly Mp4Track[],
  chapterIds: ReadonlySet<number>,
): Chapter[] {
  const track = tracks.find(
    (candidate) => chapterIds.has(candidate.id) && candidate.handler !== 'vide' && candidate.tables,
  );
  if (!track?.tables || track.timescale === 0) return [];
  const starts = sampleStarts(reader, track.tables);
  const offsets = sampleOffsets(reader, track.tables);
  return offsets.slice(0, starts.length).map((offset, i) => {
    const length = offset + 2 <= reader.size ? Math.min(reader.u16(offset), 1024) : 0;
    const title = offset + 2 + length <= reader.size ? readSampleText(reader, offset + 2, length) : '';
    return { startMs: Math.round((starts[i]! / track.timescale) * 1000), title: title.trim() || undefined };
  });
}

/** A byte order mark means UTF-16. */
function readSampleText(reader: BinaryReader, at: number, length: number): string {
  if (length >= 2 && reader.u16(at) === 0xfeff)
    return new TextDecoder('utf-16be').decode(reader.bytes(at + 2, length - 2));
  return reader.utf8(at, length);
}

function sampleStarts(reader: BinaryReader, { stts }: SampleTables): number[] {
  const starts: number[] = [];
  if (!stts) return starts;
  const entries = Math.min(reader.u32(stts.at + 4), MOST_CHAPTERS, Math.floor((stts.end - stts.at - 8) / 8));
  let time = 0;
  for (let i = 0; i < entries; i++) {
    const count = Math.min(reader.u32(stts.at + 8 + i * 8), MOST_CHAPTERS - starts.length);
    const delta = reader.u32(stts.at + 12 + i * 8);
    for (let j = 0; j < count; j++, time += delta) starts.push(time);
  }
  return starts;
}

/** Where each sample lies, by `stsc` (samples per chunk), `stco` or `co64` (chunks) and `stsz` (sizes). */
function sampleOffsets(reader: BinaryReader, { stsc, chunks, stsz }: SampleTables): number[] {
  const offsets: number[] = [];
  if (!stsc || !chunks || !stsz) return offsets;
  const wide = chunks.type === 'co64';
  const chunkCount = Math.min(
    reader.u32(chunks.at + 4),
    MOST_CHAPTERS,
    Math.floor((chunks.end - chunks.at - 8) / (wide ? 8 : 4)),
  );
  const runs = Math.min(reader.u32(stsc.at + 4), Math.floor((stsc.end - stsc.at - 8) / 12));
  const fixedSize = reader.u32(stsz.at + 4);
  const sampleCount = Math.min(
    reader.u32(stsz.at + 8),
    MOST_CHAPTERS,
    fixedSize ? MOST_CHAPTERS : Math.floor((stsz.end - stsz.at - 12) / 4),
  );
  for (let chunk = 0, run = 0; chunk < chunkCount && offsets.length < sampleCount; chunk++) {
    while (run + 1 < runs && reader.u32(stsc.at + 8 + (run + 1) * 12) <= chunk + 1) run++;
    let offset = wide ? reader.u64(chunks.at + 8 + chunk * 8) : reader.u32(chunks.at + 8 + chunk * 4);
    const perChunk = runs > 0 ? reader.u32(stsc.at + 12 + run * 12) : 1;
    for (let i = 0; i < perChunk && offsets.length < sampleCount; i++) {
      const size = fixedSize || reader.u32(stsz.at + 12 + offsets.length * 4);
      offsets.push(offset);
      offset += size;
    }
  }
  return offsets;
}
