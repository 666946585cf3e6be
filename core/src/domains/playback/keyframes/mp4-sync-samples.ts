import { boxesIn, findPath, type BufferBox } from '../convert/fragment-boxes.ts';
import type { FileWindow } from './file-window.ts';

/** The index of a film of many hours needs less. */
const largestIndex = 64 * 1024 * 1024;

/** Times of the key frames in milliseconds, from the index of an MP4 or MOV file; undefined for fragmented files. */
export async function readMp4KeyFrames(file: FileWindow): Promise<number[] | undefined> {
  const bytes = await readMoov(file);
  if (!bytes) return undefined;
  const mvhd = findPath(bytes, ['mvhd']);
  const movieScale = mvhd ? bytes.readUInt32BE(mvhd.at + (bytes[mvhd.at] === 1 ? 20 : 12)) : 0;
  for (const trak of boxesIn(bytes)) {
    if (trak.type !== 'trak') continue;
    const hdlr = findPath(bytes, ['mdia', 'hdlr'], trak.at, trak.end);
    if (hdlr && bytes.toString('latin1', hdlr.at + 8, hdlr.at + 12) === 'vide')
      return keyFramesOf(bytes, trak, movieScale || 1000);
  }
  return undefined;
}

async function readMoov(file: FileWindow): Promise<Buffer | undefined> {
  for (let at = 0; at + 8 <= file.size;) {
    const head = await file.read(at, 16);
    if (head.length < 8) return undefined;
    let size = head.readUInt32BE(0);
    let header = 8;
    if (size === 1 && head.length === 16) {
      size = Number(head.readBigUInt64BE(8));
      header = 16;
    } else if (size === 0) size = file.size - at;
    if (size < header) return undefined;
    if (head.toString('latin1', 4, 8) === 'moov')
      return size > largestIndex ? undefined : await file.read(at + header, size - header);
    at += size;
  }
  return undefined;
}

function keyFramesOf(bytes: Buffer, trak: BufferBox, movieScale: number): number[] | undefined {
  const mdhd = findPath(bytes, ['mdia', 'mdhd'], trak.at, trak.end);
  const stbl = findPath(bytes, ['mdia', 'minf', 'stbl'], trak.at, trak.end);
  if (!mdhd || !stbl) return undefined;
  const timescale = bytes.readUInt32BE(mdhd.at + (bytes[mdhd.at] === 1 ? 20 : 12));
  const stts = findPath(bytes, ['stts'], stbl.at, stbl.end);
  const stss = findPath(bytes, ['stss'], stbl.at, stbl.end);
  // Without the list every sample is a key frame; a film like that is cut like any other, but from equal parts.
  if (!stts || !stss || timescale === 0) return undefined;
  const ctts = findPath(bytes, ['ctts'], stbl.at, stbl.end);
  const wanted = readNumbers(bytes, stss);
  const decoded = timesOf(bytes, stts, wanted);
  const shifts = ctts ? shiftsOf(bytes, ctts, wanted) : [];
  const edit = readEdit(bytes, trak);
  const delayMs = (edit.emptyUnits * 1000) / movieScale;
  return decoded.map((time, i) => ((time + (shifts[i] ?? 0) - edit.mediaTime) * 1000) / timescale + delayMs);
}

/** The sample numbers of an `stss`, from 1. */
function readNumbers(bytes: Buffer, { at, end }: BufferBox): number[] {
  const count = Math.min(bytes.readUInt32BE(at + 4), Math.floor((end - at - 8) / 4));
  return Array.from({ length: count }, (_, i) => bytes.readUInt32BE(at + 8 + i * 4));
}

/** Runs of `count` samples with one value each, as `stts` and `ctts` write them. */
function* runsOf(bytes: Buffer, { at, end }: BufferBox): Generator<{ first: number; count: number; value: number }> {
  const runs = Math.min(bytes.readUInt32BE(at + 4), Math.floor((end - at - 8) / 8));
  let first = 1;
  for (let i = 0; i < runs; i++) {
    const count = bytes.readUInt32BE(at + 8 + i * 8);
    yield { first, count, value: bytes.readInt32BE(at + 12 + i * 8) };
    first += count;
  }
}

/** Decoding times of samples in rising order. */
function timesOf(bytes: Buffer, stts: BufferBox, wanted: readonly number[]): number[] {
  const times: number[] = [];
  let time = 0;
  let next = 0;
  for (const { first, count, value } of runsOf(bytes, stts)) {
    for (; next < wanted.length && (wanted[next] as number) < first + count; next++)
      times.push(time + ((wanted[next] as number) - first) * value);
    time += count * value;
  }
  return times;
}

function shiftsOf(bytes: Buffer, ctts: BufferBox, wanted: readonly number[]): number[] {
  const shifts: number[] = [];
  let next = 0;
  for (const { first, count, value } of runsOf(bytes, ctts)) {
    for (; next < wanted.length && (wanted[next] as number) < first + count; next++) shifts.push(value);
  }
  return shifts;
}

/** An edit list begins the film later (an empty part), or inside the media (decoder delay). */
function readEdit(bytes: Buffer, trak: BufferBox): { emptyUnits: number; mediaTime: number } {
  const edit = { emptyUnits: 0, mediaTime: 0 };
  const elst = findPath(bytes, ['edts', 'elst'], trak.at, trak.end);
  if (!elst) return edit;
  const isWide = bytes[elst.at] === 1;
  const length = isWide ? 20 : 12;
  const count = Math.min(bytes.readUInt32BE(elst.at + 4), Math.floor((elst.end - elst.at - 8) / length));
  for (let i = 0; i < count; i++) {
    const at = elst.at + 8 + i * length;
    const duration = isWide ? Number(bytes.readBigUInt64BE(at)) : bytes.readUInt32BE(at);
    const mediaTime = isWide ? Number(bytes.readBigInt64BE(at + 8)) : bytes.readInt32BE(at + 4);
    if (mediaTime >= 0) return { ...edit, mediaTime };
    edit.emptyUnits += duration;
  }
  return edit;
}
