import type { BinaryReader } from './binary-reader.ts';
import { findBox, forEachChildBox, readBox, readTimes, type Mp4Box } from './mp4-boxes.ts';
import { readNeroChapters, readTrackChapters } from './mp4-chapters.ts';
import { fragmentDurationMs, readSegmentIndex } from './mp4-fragments.ts';
import { readMp4Track, type Mp4Track } from './mp4-tracks.ts';
import type { Chapter, Probe } from './probed.ts';
import { lenient, unreadable, unsupported } from './unreadable.ts';

interface Layout {
  brand?: string;
  moov?: Mp4Box;
  mdatStart?: number;
  indexedMs: number;
  truncated: boolean;
}

/** Reads the headers of an MP4, M4V, MOV or 3GP file, whole or fragmented, wherever its index lies. */
export function probeMp4(reader: BinaryReader): Probe {
  const layout = walkTopLevel(reader);
  if (!layout.moov)
    throw unreadable(reader.path, layout.truncated || layout.mdatStart !== undefined ? 'truncated' : 'damaged');
  const movie = readMovie(reader, layout.moov);
  const chapterIds = new Set(movie.tracks.flatMap((track) => track.chapterTracks));
  const played = movie.tracks.filter((track) => track.stream && !chapterIds.has(track.id));
  if (!played.some((track) => track.stream!.type !== 'subtitle')) throw unsupported(reader.path, 'no_streams');
  const durationMs = movie.durationMs || layout.indexedMs || lenient(0, () => fragmentDurationMs(reader, movie.tracks));
  return {
    container: layout.brand === undefined || layout.brand === 'qt  ' ? 'mov' : 'mp4',
    durationMs: durationMs > 0 ? Math.round(durationMs) : undefined,
    title: movie.title,
    streams: played.map((track) => track.stream!),
    chapters:
      movie.chapters.length > 0
        ? movie.chapters
        : lenient([], () => readTrackChapters(reader, movie.tracks, chapterIds)),
    fastStart: layout.mdatStart === undefined || layout.moov.start < layout.mdatStart,
    truncated: layout.truncated ? true : undefined,
  };
}

/** Steps over the top level until index and media are both seen. */
function walkTopLevel(reader: BinaryReader): Layout {
  const layout: Layout = { indexedMs: 0, truncated: false };
  for (let at = 0; at + 8 <= reader.size;) {
    const box = readBox(reader, at, reader.size);
    if (box.end > reader.size) {
      layout.truncated = true;
      // An index that is cut off is no index.
      if (box.type === 'moov') break;
    }
    if (box.type === 'ftyp') layout.brand = reader.latin(box.at, 4);
    else if (box.type === 'moov') layout.moov ??= box;
    else if (box.type === 'mdat' || box.type === 'moof') layout.mdatStart ??= box.start;
    else if (box.type === 'sidx') layout.indexedMs ||= lenient(0, () => readSegmentIndex(reader, box));
    if (layout.moov && layout.mdatStart !== undefined) break;
    at = box.end;
  }
  return layout;
}

interface Movie {
  durationMs: number;
  title?: string;
  tracks: Mp4Track[];
  chapters: Chapter[];
}

function readMovie(reader: BinaryReader, moov: Mp4Box): Movie {
  const movie: Movie = { durationMs: 0, tracks: [], chapters: [] };
  let timescale = 0;
  forEachChildBox(reader, moov, (box) => {
    if (box.type === 'mvhd') {
      const times = readTimes(reader, box);
      timescale = times.timescale;
      movie.durationMs = toMs(times.duration, timescale);
    } else if (box.type === 'trak' && movie.tracks.length < 256)
      movie.tracks.push(readMp4Track(reader, box, movie.tracks.length));
    else if (box.type === 'mvex') movie.durationMs ||= toMs(readExtendedDuration(reader, box), timescale);
    else if (box.type === 'udta') lenient(undefined, () => readUserData(reader, box, movie));
    else if (box.type === 'meta') movie.title ??= lenient(undefined, () => readTitle(reader, box));
    else if (box.type === 'cmov') throw unreadable(reader.path, 'damaged');
  });
  movie.durationMs ||= Math.max(0, ...movie.tracks.map((track) => toMs(track.duration, track.timescale)));
  return movie;
}

const toMs = (duration: number, timescale: number): number => (timescale > 0 ? (duration / timescale) * 1000 : 0);

function readExtendedDuration(reader: BinaryReader, mvex: Mp4Box): number {
  const mehd = findBox(reader, mvex, 'mehd');
  if (!mehd) return 0;
  return reader.u8(mehd.at) === 1 ? reader.u64(mehd.at + 4) : reader.u32(mehd.at + 4);
}

function readUserData(reader: BinaryReader, udta: Mp4Box, movie: Movie): void {
  forEachChildBox(reader, udta, (box) => {
    if (box.type === 'chpl') movie.chapters = readNeroChapters(reader, box);
    else if (box.type === 'meta') movie.title ??= readTitle(reader, box);
    else if (box.type === '©nam' && box.end - box.at > 4)
      movie.title ??= reader.utf8(box.at + 4, Math.min(reader.u16(box.at), box.end - box.at - 4)).trim() || undefined;
  });
}

/** iTunes metadata: meta › ilst › ©nam › data. QuickTime's `meta` is a plain box, MP4's has version and flags before its children. */
function readTitle(reader: BinaryReader, meta: Mp4Box): string | undefined {
  const plain = meta.end - meta.at >= 8 && reader.latin(meta.at + 4, 4) === 'hdlr';
  const ilst = findBox(reader, plain ? meta : { ...meta, at: Math.min(meta.at + 4, meta.end) }, 'ilst');
  const name = ilst && findBox(reader, ilst, '©nam');
  const data = name && findBox(reader, name, 'data');
  if (!data || data.end - data.at < 9) return undefined;
  return reader.utf8(data.at + 8, Math.min(data.end - data.at - 8, 4096)).trim() || undefined;
}
