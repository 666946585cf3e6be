import type { BinaryReader } from './binary-reader.ts';
import { codecOfMatroskaId } from './codec-names.ts';
import {
  hdrOfTransfer,
  readAacConfig,
  readAv1Config,
  readAvcConfig,
  readHevcConfig,
  type CodecFacts,
} from './codec-strings.ts';
import { forEachChild, readBinary, readFloat, readText, readUint, type EbmlElement } from './ebml.ts';
import { hevcTransfer } from './hevc-sps.ts';
import { normaliseLanguage } from './language.ts';
import type { ProbedStream } from './probed.ts';
import { hearsTitle, forcedTitle } from './track-title.ts';

interface TrackEntry {
  stream: ProbedStream;
  uid: number;
  codecId: string;
  language: string;
  privateData?: Uint8Array;
  transfer?: number;
}

const types: Record<number, ProbedStream['type']> = { 1: 'video', 2: 'audio', 17: 'subtitle' };

/** One TrackEntry; `undefined` for buttons, logos and what else has no place in a player. */
export function readMatroskaTrack(
  reader: BinaryReader,
  element: EbmlElement,
  index: number,
): { stream: ProbedStream; uid: number } | undefined {
  let type: ProbedStream['type'] | undefined;
  // "eng" and "default" are what the format means by saying nothing.
  const stream: ProbedStream = {
    index,
    type: 'video',
    codec: 'unknown',
    default: true,
    forced: false,
    hearingImpaired: false,
  };
  const entry: TrackEntry = { stream, uid: 0, codecId: '', language: 'eng' };
  forEachChild(reader, element, (child) => {
    if (child.id === 0x83) type = types[readUint(reader, child)];
    else readTrackField(reader, child, entry);
  });
  if (!type) return undefined;
  stream.type = type;
  stream.language = normaliseLanguage(entry.language);
  stream.codec = codecOfMatroskaId(entry.codecId, entry.privateData);
  if (type === 'subtitle') {
    stream.forced ||= forcedTitle(stream.title);
    stream.hearingImpaired ||= hearsTitle(stream.title);
  }
  applyFacts(entry);
  return { stream, uid: entry.uid };
}

function readTrackField(reader: BinaryReader, child: EbmlElement, entry: TrackEntry): void {
  const { stream } = entry;
  switch (child.id) {
    case 0x73c5:
      entry.uid = readUint(reader, child);
      break;
    case 0x86:
      entry.codecId = readText(reader, child);
      break;
    case 0x63a2:
      entry.privateData = readBinary(reader, child);
      break;
    case 0x22b59c:
    case 0x22b59d: // BCP 47, wins over the older element wherever both stand
      entry.language = child.id === 0x22b59d || entry.language === 'eng' ? readText(reader, child) : entry.language;
      break;
    case 0x536e:
      stream.title = readText(reader, child).trim() || undefined;
      break;
    case 0x88:
      stream.default = readUint(reader, child) === 1;
      break;
    case 0x55aa:
      stream.forced = readUint(reader, child) === 1;
      break;
    case 0x55ab:
      stream.hearingImpaired = readUint(reader, child) === 1;
      break;
    case 0x23e383:
      stream.frameRate = frameRateOf(readUint(reader, child));
      break;
    case 0xe0:
      forEachChild(reader, child, (field) => readVideoField(reader, field, entry));
      break;
    case 0xe1:
      forEachChild(reader, child, (field) => readAudioField(reader, field, stream));
      break;
    case 0x41e4:
      forEachChild(reader, child, (field) => readAddition(reader, field, stream));
  }
}

/** From nanoseconds a frame; 1001-based rates come out as 23.976 and 59.94. */
const frameRateOf = (nanoseconds: number): number | undefined =>
  nanoseconds > 0 ? Math.round(1e12 / nanoseconds) / 1000 : undefined;

function readVideoField(reader: BinaryReader, field: EbmlElement, entry: TrackEntry): void {
  if (field.id === 0xb0) entry.stream.width = readUint(reader, field);
  else if (field.id === 0xba) entry.stream.height = readUint(reader, field);
  else if (field.id === 0x55b0)
    forEachChild(reader, field, (colour) => {
      if (colour.id === 0x55ba) entry.transfer = readUint(reader, colour);
      else if (colour.id === 0x55b2) entry.stream.bitDepth = readUint(reader, colour) || undefined;
    });
}

function readAudioField(reader: BinaryReader, field: EbmlElement, stream: ProbedStream): void {
  if (field.id === 0x9f) stream.channels = readUint(reader, field);
  else if (field.id === 0x78b5) stream.sampleRate = Math.round(readFloat(reader, field)) || stream.sampleRate;
  else if (field.id === 0xb5) stream.sampleRate ??= Math.round(readFloat(reader, field)) || undefined;
  else if (field.id === 0x6264) stream.bitDepth = readUint(reader, field) || undefined;
}

const DVCC = 0x64766343;
const DVVC = 0x64767643;
const T35 = 4;

/** Block additions carry Dolby Vision and the dynamic metadata of HDR10+. */
function readAddition(reader: BinaryReader, field: EbmlElement, stream: ProbedStream): void {
  if (field.id !== 0x41e7) return;
  const type = readUint(reader, field);
  if (type === DVCC || type === DVVC) stream.hdr = 'DV';
  else if (type === T35) stream.hdr ??= 'HDR10+';
}

function applyFacts(entry: TrackEntry): void {
  const { stream, privateData } = entry;
  const facts = privateData ? factsOf(stream, privateData) : {};
  stream.profile ??= facts.profile ?? profileOfId(entry.codecId);
  stream.level ??= facts.level;
  stream.bitDepth ??= facts.bitDepth;
  stream.channels ??= stream.type === 'audio' ? (facts.channels ?? 1) : undefined;
  stream.sampleRate ??= facts.sampleRate;
  stream.codecString = facts.codecString ?? plainStrings[stream.codec];
  // Muxers write the depth of the decoder's output for lossy sound, which says nothing.
  if (stream.type === 'audio' && !lossless.has(stream.codec)) stream.bitDepth = undefined;
  if (stream.type !== 'video') {
    stream.frameRate = undefined;
    return;
  }
  const transfer = entry.transfer ?? (stream.codec === 'hevc' && privateData ? hevcTransfer(privateData) : undefined);
  stream.hdr ??= hdrOfTransfer(transfer);
}

const lossless = new Set(['pcm', 'flac', 'alac', 'truehd', 'mlp', 'tta', 'wavpack']);

const plainStrings: Record<string, string> = {
  ac3: 'ac-3',
  eac3: 'ec-3',
  opus: 'opus',
  flac: 'flac',
  vorbis: 'vorbis',
  mp3: 'mp3',
  vp8: 'vp8',
  vp9: 'vp9',
};

function factsOf(stream: ProbedStream, privateData: Uint8Array): CodecFacts {
  if (stream.codec === 'h264') return readAvcConfig(privateData);
  if (stream.codec === 'hevc') return readHevcConfig(privateData);
  if (stream.codec === 'av1') return readAv1Config(privateData);
  return stream.codec === 'aac' ? readAacConfig(privateData) : {};
}

const profileOfId = (codecId: string): string | undefined =>
  codecId === 'A_DTS/LOSSLESS' ? 'DTS-HD MA' : codecId === 'A_DTS/EXPRESS' ? 'DTS Express' : undefined;
