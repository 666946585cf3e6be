import type { BinaryReader } from './binary-reader.ts';
import { codecOfFourcc, codecOfObjectType } from './codec-names.ts';
import {
  hdrOfTransfer,
  readAacConfig,
  readAc3Config,
  readAv1Config,
  readAvcConfig,
  readEac3Config,
  readHevcConfig,
  readVpConfig,
  type CodecFacts,
} from './codec-strings.ts';
import { hevcTransfer } from './hevc-sps.ts';
import { forEachChildBox, readBox, type Mp4Box } from './mp4-boxes.ts';
import type { ProbedStream } from './probed.ts';

const LONGEST_RECORD = 16 * 1024;

/** The first entry of a `stsd`: codec, size or channels, and what the configuration records inside it say. */
export function readSampleEntry(reader: BinaryReader, stsd: Mp4Box, handler: string, stream: ProbedStream): void {
  if (stsd.end - stsd.at < 16) return;
  const entry = readBox(reader, stsd.at + 8, stsd.end);
  if (entry.end > stsd.end || entry.end - entry.at < 8) return;
  stream.codec = handler === 'vide' && entry.type.trim() === 'raw' ? 'rawvideo' : codecOfFourcc(entry.type);
  stream.codecString = plainStrings[stream.codec];
  if (/^dv(h1|he)$/.test(entry.type)) stream.hdr = 'DV';
  if (handler === 'vide' && entry.end - entry.at >= 78) readVisualEntry(reader, entry, stream);
  else if (handler === 'soun' && entry.end - entry.at >= 28) readAudioEntry(reader, entry, stream);
  else if (entry.type === 'tx3g' && entry.end - entry.at >= 12) stream.forced ||= reader.u32(entry.at + 8) >>> 31 === 1;
  else if (entry.type === 'mp4s') readExtensions(reader, { ...entry, at: entry.at + 8 }, stream);
}

const plainStrings: Record<string, string> = { opus: 'opus', flac: 'flac', mp3: 'mp3', ac3: 'ac-3', eac3: 'ec-3' };

function readVisualEntry(reader: BinaryReader, entry: Mp4Box, stream: ProbedStream): void {
  stream.width = reader.u16(entry.at + 24) || stream.width;
  stream.height = reader.u16(entry.at + 26) || stream.height;
  readExtensions(reader, { ...entry, at: entry.at + 78 }, stream);
}

/** QuickTime's versions 1 and 2 of the entry put more numbers before the boxes. */
function readAudioEntry(reader: BinaryReader, entry: Mp4Box, stream: ProbedStream): void {
  const version = reader.u16(entry.at + 8);
  const room = entry.end - entry.at;
  stream.channels = reader.u16(entry.at + 16) || undefined;
  stream.sampleRate = reader.u16(entry.at + 24) || undefined;
  const bits = reader.u16(entry.at + 18);
  if (stream.codec === 'pcm' || stream.codec === 'flac' || stream.codec === 'alac') stream.bitDepth = bits || undefined;
  if (version === 2 && room >= 64) {
    stream.sampleRate = Math.round(reader.f64(entry.at + 32)) || undefined;
    stream.channels = reader.u32(entry.at + 40) || undefined;
  }
  const boxes = entry.at + (version === 1 && room >= 44 ? 44 : version === 2 && room >= 64 ? 64 : 28);
  readExtensions(reader, { ...entry, at: boxes }, stream);
}

/** `wave` and `sinf` hold boxes of the same kinds, one level deep in honest files. */
function readExtensions(reader: BinaryReader, parent: Mp4Box, stream: ProbedStream, depth = 0): void {
  forEachChildBox(reader, parent, (box) => {
    const length = Math.min(box.end - box.at, LONGEST_RECORD);
    const record = (): Uint8Array => reader.bytes(box.at, length);
    const config = configs[box.type];
    if (config) applyFacts(stream, config(record()));
    else if (box.type === 'esds') applyEsds(stream, record());
    else if (box.type === 'colr' && length >= 8 && /^ncl[xc]$/.test(reader.latin(box.at, 4)))
      stream.hdr ??= hdrOfTransfer(reader.u16(box.at + 6));
    else if (box.type === 'btrt' && length >= 12) stream.bitrate ??= reader.u32(box.at + 8) || undefined;
    else if ((box.type === 'wave' || box.type === 'sinf') && depth < 2) readExtensions(reader, box, stream, depth + 1);
    else if (box.type === 'frma' && length >= 4 && /^enc|^unknown$/.test(stream.codec))
      stream.codec = codecOfFourcc(reader.latin(box.at, 4));
  });
}

const configs: Record<string, (record: Uint8Array) => CodecFacts> = {
  avcC: readAvcConfig,
  hvcC: (record) => ({ ...readHevcConfig(record), hdr: hdrOfTransfer(hevcTransfer(record)) }),
  av1C: readAv1Config,
  vpcC: (record) => readVpConfig(record.subarray(4)),
  dvcC: () => ({ hdr: 'DV' }),
  dvvC: () => ({ hdr: 'DV' }),
  dac3: readAc3Config,
  dec3: readEac3Config,
  dOps: (record) => ({ channels: record[1], codecString: 'opus' }),
};

/** A record inside the entry knows better than the entry's own, often constant, numbers. */
function applyFacts(stream: ProbedStream, facts: CodecFacts): void {
  for (const [key, value] of Object.entries(facts) as [keyof CodecFacts, never][]) {
    if (value === undefined || (key === 'hdr' && stream.hdr === 'DV')) continue;
    stream[key] = value;
  }
}

/** ES_Descriptor, ISO/IEC 14496-1 § 7.2.6.5: object type, bit rate, and for AAC the decoder's own configuration. */
function applyEsds(stream: ProbedStream, record: Uint8Array): void {
  let at = 4;
  const header = (tag: number): number | undefined => {
    if (record[at] !== tag) return undefined;
    at++;
    let length = 0;
    for (let i = 0; i < 4; i++) {
      const byte = record[at++] ?? 0;
      length = (length << 7) | (byte & 0x7f);
      if (!(byte & 0x80)) break;
    }
    return length;
  };
  if (header(3) === undefined) return;
  const flags = record[at + 2] ?? 0;
  at += 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x20 ? 2 : 0);
  if (flags & 0x40) at += 1 + (record[at] ?? 0);
  if (header(4) === undefined) return;
  const objectType = record[at] ?? 0;
  stream.codec = codecOfObjectType(objectType) ?? stream.codec;
  stream.bitrate ??= [9, 10, 11, 12].reduce((sum, i) => sum * 256 + (record[at + i] ?? 0), 0) || undefined;
  at += 13;
  const length = header(5);
  stream.codecString = plainStrings[stream.codec];
  if (stream.codec === 'aac' && length !== undefined)
    applyFacts(stream, readAacConfig(record.subarray(at, at + length)));
  else if (stream.codec === 'aac') stream.codecString = 'mp4a.40.2';
  else if (stream.codec === 'mpeg4') stream.codecString = `mp4v.20.${record[at + 4] ?? 9}`;
}
