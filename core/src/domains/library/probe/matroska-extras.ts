import type { BinaryReader } from './binary-reader.ts';
import { forEachChild, readText, readUint, type EbmlElement } from './ebml.ts';
import type { Chapter, ProbedStream } from './probed.ts';

const MOST_CHAPTERS = 2000;
const MOST_ATTACHMENTS = 256;

/** Chapters of the first edition that is not hidden, top level only, in order. */
export function readChapters(reader: BinaryReader, element: EbmlElement): Chapter[] {
  let chapters: Chapter[] = [];
  forEachChild(reader, element, (edition) => {
    if (edition.id !== 0x45b9 || chapters.length > 0) return;
    chapters = readEdition(reader, edition);
  });
  return chapters.toSorted((a, b) => a.startMs - b.startMs);
}

function readEdition(reader: BinaryReader, edition: EbmlElement): Chapter[] {
  const chapters: Chapter[] = [];
  let hidden = false;
  forEachChild(reader, edition, (child) => {
    if (child.id === 0x45bd) hidden = readUint(reader, child) === 1;
    if (child.id !== 0xb6) return undefined;
    const chapter = readAtom(reader, child);
    if (chapter) chapters.push(chapter);
    return chapters.length < MOST_CHAPTERS;
  });
  return hidden ? [] : chapters;
}

function readAtom(reader: BinaryReader, atom: EbmlElement): Chapter | undefined {
  const chapter: Chapter = { startMs: 0 };
  let hidden = false;
  forEachChild(reader, atom, (child) => {
    if (child.id === 0x91) chapter.startMs = Math.round(readUint(reader, child) / 1e6);
    else if (child.id === 0x98) hidden = readUint(reader, child) === 1;
    else if (child.id === 0x80 && chapter.title === undefined)
      forEachChild(reader, child, (text) => {
        if (text.id === 0x85) chapter.title = readText(reader, text).trim() || undefined;
      });
  });
  return hidden ? undefined : chapter;
}

/** Fonts and covers: name and MIME type, never the data. ffmpeg numbers those that have both, after the tracks. */
export function readAttachments(reader: BinaryReader, element: EbmlElement): ProbedStream[] {
  const streams: ProbedStream[] = [];
  forEachChild(reader, element, (file) => {
    if (file.id !== 0x61a7) return undefined;
    let title = '';
    let codec = '';
    forEachChild(reader, file, (child) => {
      if (child.id === 0x466e) title = readText(reader, child);
      else if (child.id === 0x4660) codec = readText(reader, child).toLowerCase();
    });
    if (title && codec)
      streams.push({
        index: 0,
        type: 'attachment',
        codec,
        title,
        default: false,
        forced: false,
        hearingImpaired: false,
      });
    return streams.length < MOST_ATTACHMENTS;
  });
  return streams;
}

/** What the statistics tags of mkvmerge and the duration tags of ffmpeg say of one track. */
export interface TrackTag {
  uid: number;
  bitrate?: number;
  durationMs?: number;
}

export function readTags(reader: BinaryReader, element: EbmlElement): TrackTag[] {
  const tags: TrackTag[] = [];
  forEachChild(reader, element, (child) => {
    if (child.id !== 0x7373) return undefined;
    const tag = readTag(reader, child);
    if (tag.bitrate || tag.durationMs) tags.push(tag);
    return tags.length < 512;
  });
  return tags;
}

function readTag(reader: BinaryReader, element: EbmlElement): TrackTag {
  const tag: TrackTag = { uid: 0 };
  forEachChild(reader, element, (child) => {
    if (child.id === 0x63c0)
      forEachChild(reader, child, (target) => {
        if (target.id === 0x63c5) tag.uid = readUint(reader, target);
      });
    if (child.id !== 0x67c8) return;
    let name = '';
    let text = '';
    forEachChild(reader, child, (part) => {
      if (part.id === 0x45a3) name = readText(reader, part);
      else if (part.id === 0x4487) text = readText(reader, part);
    });
    if (name === 'BPS' || name === 'BPS-eng') tag.bitrate = Number.parseInt(text, 10) || undefined;
    if (name === 'DURATION' || name === 'DURATION-eng') tag.durationMs = parseClock(text);
  });
  return tag;
}

const parseClock = (text: string): number | undefined => {
  const match = /^(\d{1,4}):(\d{2}):(\d{2}(?:\.\d+)?)$/.exec(text.trim());
  return match ? (Number(match[1]) * 3600 + Number(match[2]) * 60 + Number(match[3])) * 1000 : undefined;
};

export function applyTag(tag: TrackTag, byUid: ReadonlyMap<number, ProbedStream>): void {
  const stream = byUid.get(tag.uid);
  if (stream && tag.bitrate) stream.bitrate ??= tag.bitrate;
}
