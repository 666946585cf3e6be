import type { BinaryReader } from './binary-reader.ts';
import { unreadable } from './unreadable.ts';

/** One box (QuickTime: atom) of an MP4 file. */
export interface Mp4Box {
  /** Four letters. */
  type: string;
  /** Where its header begins. */
  start: number;
  /** Where its content begins. */
  at: number;
  /** Behind its last byte; beyond the end of the file where that was cut off. */
  end: number;
}

/** The box whose header lies at `offset`; a size of zero means: to `limit`. */
export function readBox(reader: BinaryReader, offset: number, limit: number): Mp4Box {
  let size = reader.u32(offset);
  const type = reader.latin(offset + 4, 4);
  let at = offset + 8;
  if (size === 1) {
    size = reader.u64(at);
    at += 8;
  } else if (size === 0) size = limit - offset;
  if (offset + size < at) throw unreadable(reader.path, 'damaged');
  return { type, start: offset, at, end: offset + size };
}

/** Calls `visit` with each box between `from` and `end`, until it answers `false`. A box may not reach beyond its parent. */
export function forEachBox(
  reader: BinaryReader,
  from: number,
  end: number,
  visit: (box: Mp4Box) => boolean | void,
): void {
  // QuickTime closes some lists with four zero bytes: what is shorter than a header is no box.
  for (let at = from; at + 8 <= end;) {
    const box = readBox(reader, at, end);
    if (box.end > end) throw unreadable(reader.path, 'damaged');
    if (visit(box) === false) return;
    at = box.end;
  }
}

export const forEachChildBox = (reader: BinaryReader, parent: Mp4Box, visit: (box: Mp4Box) => boolean | void): void =>
  forEachBox(reader, parent.at, parent.end, visit);

/** The first child of that type. */
export function findBox(reader: BinaryReader, parent: Mp4Box, type: string): Mp4Box | undefined {
  let found: Mp4Box | undefined;
  forEachChildBox(reader, parent, (box) => {
    if (box.type !== type) return undefined;
    found = box;
    return false;
  });
  return found;
}

/** Time scale and duration of an `mvhd` or `mdhd`; the language follows directly in the latter. */
export function readTimes(reader: BinaryReader, box: Mp4Box): { timescale: number; duration: number; next: number } {
  const wide = reader.u8(box.at) === 1;
  const at = box.at + (wide ? 20 : 12);
  const timescale = reader.u32(at);
  const duration = wide ? reader.u64(at + 4) : reader.u32(at + 4);
  const unknown = duration >= (wide ? 2 ** 63 : 0xffff_ffff);
  return { timescale, duration: unknown ? 0 : duration, next: at + (wide ? 12 : 8) };
}
