import type { BinaryReader } from './binary-reader.ts';
import { forEachChild, readElement, readFloat, readText, readUint, type EbmlElement } from './ebml.ts';
import { readMatroskaTrack } from './matroska-tracks.ts';
import { applyTag, readAttachments, readChapters, readTags, type TrackTag } from './matroska-extras.ts';
import type { Chapter, Probe, ProbedStream } from './probed.ts';
import { lenient, unreadable, unsupported } from './unreadable.ts';

const EBML = 0x1a45dfa3;
const DOC_TYPE = 0x4282;
const SEGMENT = 0x18538067;
const SEEK_HEAD = 0x114d9b74;
const INFO = 0x1549a966;
const TRACKS = 0x1654ae6b;
const CHAPTERS = 0x1043a770;
const TAGS = 0x1254c367;
const ATTACHMENTS = 0x1941a469;
const CLUSTER = 0x1f43b675;

interface Header {
  timestampScale: number;
  duration: number;
  title?: string;
  streams: ProbedStream[];
  /** Track UID to stream, for the tags. */
  byUid: Map<number, ProbedStream>;
  attachments: ProbedStream[];
  chapters: Chapter[];
  tags: TrackTag[];
}

/** Reads the headers of a Matroska or WebM file: one or two reads of the disk for what mkvmerge or ffmpeg wrote. */
export function probeMatroska(reader: BinaryReader): Probe {
  const ebml = readElement(reader, 0);
  const docType = readDocType(reader, ebml);
  const segment = readElement(reader, ebml.end);
  if (segment.id !== SEGMENT) throw unreadable(reader.path, 'damaged');
  const header: Header = {
    timestampScale: 1_000_000,
    duration: 0,
    streams: [],
    byUid: new Map(),
    attachments: [],
    chapters: [],
    tags: [],
  };
  const seen = walkSegment(reader, segment, header);
  if (!seen.has(TRACKS)) throw unreadable(reader.path, segment.end > reader.size ? 'truncated' : 'damaged');
  if (header.streams.length === 0) throw unsupported(reader.path, 'no_streams');
  for (const tag of header.tags) applyTag(tag, header.byUid);
  const durationMs = matroskaDuration(reader, header);
  header.attachments.forEach((attachment, i) => (attachment.index = header.streams.length + i));
  return {
    container: docType === 'webm' ? 'webm' : 'matroska',
    durationMs: durationMs > 0 ? Math.round(durationMs) : undefined,
    title: header.title,
    streams: [...header.streams, ...header.attachments],
    chapters: header.chapters,
    truncated: segment.end !== Infinity && segment.end > reader.size ? true : undefined,
  };
}

function readDocType(reader: BinaryReader, ebml: EbmlElement): string {
  let docType = 'matroska';
  if (ebml.id !== EBML || ebml.end === Infinity) throw unreadable(reader.path, 'damaged');
  forEachChild(reader, ebml, (child) => {
    if (child.id === DOC_TYPE) docType = readText(reader, child);
  });
  if (docType !== 'matroska' && docType !== 'webm') throw unsupported(reader.path, 'not_media');
  return docType;
}

/** First what lies before the first cluster, then what the seek heads promise elsewhere. */
function walkSegment(reader: BinaryReader, segment: EbmlElement, header: Header): Set<number> {
  const seen = new Set<number>();
  const promised = new Map<number, number>();
  let clusters = 0;
  const enter = (element: EbmlElement): boolean | void => {
    if (element.id === CLUSTER && clusters++ === 0) return seen.has(TRACKS) || promised.has(TRACKS) ? false : undefined;
    if (element.id === SEEK_HEAD) return readSeekHead(reader, element, segment.at, promised);
    if (element.end === Infinity || element.end > reader.size || (seen.has(element.id) && element.id !== TAGS))
      return undefined;
    if (readTopLevel(reader, element, header)) seen.add(element.id);
    return seen.has(TRACKS) && clusters > 0 ? false : undefined;
  };
  forEachChild(reader, segment, enter);
  for (const [id, at] of [...promised].toSorted((a, b) => a[1] - b[1])) {
    if (seen.has(id) || at + 2 > reader.size) continue;
    const element = lenient(undefined, () => readElement(reader, at));
    // A seek head that points elsewhere (edited files) costs the chapters, not the file.
    if (element?.id === id && element.end <= segment.end) enter(element);
  }
  return seen;
}

function readSeekHead(reader: BinaryReader, element: EbmlElement, base: number, promised: Map<number, number>): void {
  forEachChild(reader, element, (seek) => {
    if (seek.id !== 0x4dbb) return;
    let id = 0;
    let position = -1;
    forEachChild(reader, seek, (child) => {
      if (child.id === 0x53ab) id = readUint(reader, child);
      if (child.id === 0x53ac) position = readUint(reader, child);
    });
    if (position >= 0 && !promised.has(id) && [TRACKS, INFO, CHAPTERS, TAGS, ATTACHMENTS].includes(id))
      promised.set(id, base + position);
  });
}

function readTopLevel(reader: BinaryReader, element: EbmlElement, header: Header): boolean {
  if (element.id === INFO) readInfo(reader, element, header);
  else if (element.id === TRACKS) readTracks(reader, element, header);
  else if (element.id === CHAPTERS) header.chapters = lenient([], () => readChapters(reader, element));
  else if (element.id === TAGS) header.tags.push(...lenient([], () => readTags(reader, element)));
  else if (element.id === ATTACHMENTS) header.attachments = lenient([], () => readAttachments(reader, element));
  else return false;
  return true;
}

function readInfo(reader: BinaryReader, info: EbmlElement, header: Header): void {
  forEachChild(reader, info, (child) => {
    if (child.id === 0x2ad7b1) header.timestampScale = readUint(reader, child) || 1_000_000;
    else if (child.id === 0x4489) header.duration = readFloat(reader, child);
    else if (child.id === 0x7ba9) header.title = readText(reader, child).trim() || undefined;
  });
}

function readTracks(reader: BinaryReader, tracks: EbmlElement, header: Header): void {
  forEachChild(reader, tracks, (child) => {
    if (child.id !== 0xae || header.streams.length >= 256) return;
    const track = readMatroskaTrack(reader, child, header.streams.length);
    if (!track) return;
    header.streams.push(track.stream);
    header.byUid.set(track.uid, track.stream);
  });
}

/** Milliseconds: as written, else the longest of the tags, else the time stamp of the last cluster. */
function matroskaDuration(reader: BinaryReader, header: Header): number {
  const written = (header.duration * header.timestampScale) / 1e6;
  if (written > 0 && written < 1e11) return written;
  const tagged = Math.max(0, ...header.tags.map((tag) => tag.durationMs ?? 0));
  return tagged > 0 ? tagged : (lenient(0, () => lastTimestamp(reader)) * header.timestampScale) / 1e6;
}

const clusterId = Uint8Array.of(0x1f, 0x43, 0xb6, 0x75);

/** The time stamp of the last block of the last cluster that begins in the last 256 KiB; 0 where none does. */
function lastTimestamp(reader: BinaryReader): number {
  const found = reader.findLast(clusterId, reader.size, 256 * 1024);
  if (found === undefined) return 0;
  const cluster = readElement(reader, found);
  let start = 0;
  let last = 0;
  forEachChild(reader, { ...cluster, end: Math.min(cluster.end, reader.size) }, (child) => {
    if (child.end > reader.size) return false;
    if (child.id === 0xe7) start = readUint(reader, child);
    const block = child.id === 0xa3 ? child.at : child.id === 0xa0 ? readElement(reader, child.at).at : undefined;
    if (block === undefined) return undefined;
    const trackNumber = Math.clz32(reader.u8(block)) - 23;
    const relative = reader.u16(block + trackNumber);
    last = Math.max(last, relative < 0x8000 ? relative : 0);
    return undefined;
  });
  return start + last;
}
