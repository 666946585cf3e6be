import type { BinaryReader } from './binary-reader.ts';
import { findBox, forEachChildBox, readTimes, type Mp4Box } from './mp4-boxes.ts';
import { normaliseLanguage, unpackLanguage } from './language.ts';
import { readSampleEntry } from './mp4-sample-entries.ts';
import type { ProbedStream } from './probed.ts';
import { forcedTitle, hearsTitle } from './track-title.ts';
import { lenient } from './unreadable.ts';

/** The boxes that say where samples lie; only chapters need them. */
export interface SampleTables {
  stts?: Mp4Box;
  stsc?: Mp4Box;
  stsz?: Mp4Box;
  chunks?: Mp4Box;
}

export interface Mp4Track {
  id: number;
  /** `vide`, `soun`, `sbtl`, `text`, … */
  handler: string;
  timescale: number;
  /** In units of the time scale; 0 in fragmented files. */
  duration: number;
  /** Ids of the tracks whose samples are this one's chapters. */
  chapterTracks: number[];
  tables?: SampleTables;
  /** Absent for time codes, hints and metadata. */
  stream?: ProbedStream;
}

const types: Record<string, ProbedStream['type']> = {
  vide: 'video',
  soun: 'audio',
  sbtl: 'subtitle',
  subt: 'subtitle',
  subp: 'subtitle',
  text: 'subtitle',
  clcp: 'subtitle',
};

/** One `trak`. `index` counts every track, as ffmpeg does, also those that are not listed. */
export function readMp4Track(reader: BinaryReader, trak: Mp4Box, index: number): Mp4Track {
  const track: Mp4Track = { id: 0, handler: '', timescale: 0, duration: 0, chapterTracks: [] };
  const stream: ProbedStream = {
    index,
    type: 'video',
    codec: 'unknown',
    default: true,
    forced: false,
    hearingImpaired: false,
  };
  let mdia: Mp4Box | undefined;
  forEachChildBox(reader, trak, (box) => {
    if (box.type === 'tkhd') readTrackHeader(reader, box, track, stream);
    else if (box.type === 'tref') track.chapterTracks.push(...readChapterReferences(reader, box));
    else if (box.type === 'udta') lenient(undefined, () => readTrackUserData(reader, box, stream));
    else if (box.type === 'mdia') mdia = box;
  });
  if (mdia) readMedia(reader, mdia, track, stream);
  const type = types[track.handler];
  if (type) track.stream = finish({ ...stream, type });
  return track;
}

function finish(stream: ProbedStream): ProbedStream {
  if (stream.type !== 'video') stream.width = stream.height = stream.frameRate = undefined;
  if (stream.type === 'subtitle') {
    stream.forced ||= forcedTitle(stream.title);
    stream.hearingImpaired ||= hearsTitle(stream.title);
  }
  return stream;
}

function readTrackHeader(reader: BinaryReader, tkhd: Mp4Box, track: Mp4Track, stream: ProbedStream): void {
  const wide = reader.u8(tkhd.at) === 1;
  stream.default = (reader.u32(tkhd.at) & 1) === 1;
  track.id = reader.u32(tkhd.at + (wide ? 20 : 12));
  if (tkhd.end - tkhd.at < 84) return;
  stream.width = reader.u16(tkhd.end - 8) || undefined;
  stream.height = reader.u16(tkhd.end - 4) || undefined;
}

function readChapterReferences(reader: BinaryReader, tref: Mp4Box): number[] {
  const chap = findBox(reader, tref, 'chap');
  if (!chap) return [];
  const count = Math.min(Math.floor((chap.end - chap.at) / 4), 16);
  return Array.from({ length: count }, (_, i) => reader.u32(chap.at + i * 4));
}

/** The track's name, and what it is for: QuickTime's characteristics (`tagc`) or the roles of DASH (`kind`). */
function readTrackUserData(reader: BinaryReader, udta: Mp4Box, stream: ProbedStream): void {
  forEachChildBox(reader, udta, (box) => {
    const length = Math.min(box.end - box.at, 256);
    if (box.type === 'name') stream.title ??= reader.utf8(box.at, length).trim() || undefined;
    else if (box.type === 'tagc') {
      const characteristic = reader.latin(box.at, length);
      if (characteristic.includes('describes-music-and-sound') || characteristic.includes('transcribes-spoken-dialog'))
        stream.hearingImpaired = true;
      if (characteristic.includes('contains-only-forced-subtitles')) stream.forced = true;
    } else if (box.type === 'kind' && length > 4) {
      const scheme = reader.latin(box.at + 4, length - 4);
      const value = reader.latin(
        Math.min(box.at + 5 + scheme.length, box.end),
        Math.max(0, length - 5 - scheme.length),
      );
      if (value === 'forced-subtitle') stream.forced = true;
      if (value === 'caption') stream.hearingImpaired = true;
    }
  });
}

function readMedia(reader: BinaryReader, mdia: Mp4Box, track: Mp4Track, stream: ProbedStream): void {
  let extended: string | undefined;
  let minf: Mp4Box | undefined;
  forEachChildBox(reader, mdia, (box) => {
    if (box.type === 'mdhd') {
      const times = readTimes(reader, box);
      track.timescale = times.timescale;
      track.duration = times.duration;
      stream.language = unpackLanguage(reader.u16(times.next));
    } else if (box.type === 'hdlr') {
      track.handler = reader.latin(box.at + 8, 4);
      stream.title ??= handlerName(reader, box);
    } else if (box.type === 'elng') extended = reader.latin(box.at + 4, Math.min(box.end - box.at - 4, 64));
    else if (box.type === 'minf') minf = box;
  });
  stream.language = normaliseLanguage(extended) ?? stream.language;
  const stbl = minf && findBox(reader, minf, 'stbl');
  if (stbl) readSampleTables(reader, stbl, track, stream);
}

/** Names that only say which muxer wrote the file are no titles. */
const muxerNames =
  /handler|^(video|sound|audio|subtitle|text|stereo|mono|surround|visual)?( ?media)?$|core media|mainconcept|gpac|l-smash|bento|apple|isom?edia|\.(264|265|h264|hevc|aac|ac3|mp4)\b|^(#|\?)/i;

function handlerName(reader: BinaryReader, hdlr: Mp4Box): string | undefined {
  const length = Math.min(hdlr.end - hdlr.at - 24, 256);
  if (length < 2) return undefined;
  // QuickTime counts the letters in front, MP4 ends them with a zero.
  const counted = reader.u8(hdlr.at + 24) === length - 1;
  const name = reader.utf8(hdlr.at + 24 + (counted ? 1 : 0), counted ? length - 1 : length).trim();
  return name && !muxerNames.test(name) ? name : undefined;
}

function readSampleTables(reader: BinaryReader, stbl: Mp4Box, track: Mp4Track, stream: ProbedStream): void {
  const tables: SampleTables = {};
  forEachChildBox(reader, stbl, (box) => {
    if (box.type === 'stsd') readSampleEntry(reader, box, track.handler, stream);
    else if (box.type === 'stts') tables.stts = box;
    else if (box.type === 'stsc') tables.stsc = box;
    else if (box.type === 'stsz') tables.stsz = box;
    else if (box.type === 'stco' || box.type === 'co64') tables.chunks = box;
  });
  track.tables = tables;
  if (track.handler === 'vide' && tables.stts && tables.stsz)
    stream.frameRate = frameRateOf(reader, tables.stts, tables.stsz, track);
}

/** One constant step is exact; else the mean of all frames. */
function frameRateOf(reader: BinaryReader, stts: Mp4Box, stsz: Mp4Box, track: Mp4Track): number | undefined {
  const entries = reader.u32(stts.at + 4);
  if (entries === 0 || track.timescale === 0 || stts.end - stts.at < 16) return undefined;
  const step = reader.u32(stts.at + 12);
  const frames = reader.u32(stsz.at + 8);
  // The last frame often lasts a little longer or shorter than the others.
  const constant =
    entries === 1 || (entries === 2 && reader.u32(stts.at + 8) > 1 && reader.u32(stts.at + 8) >= frames - 1);
  const rate = constant ? track.timescale / step : (frames * track.timescale) / track.duration;
  return Number.isFinite(rate) && rate > 0 && rate < 1000 ? Math.round(rate * 1000) / 1000 : undefined;
}
