import type { BinaryReader } from './binary-reader.ts';
import { unreadable } from './unreadable.ts';

/** One EBML element; `end` is `Infinity` where its size is unknown (live recordings). */
export interface EbmlElement {
  id: number;
  /** Where its content begins. */
  at: number;
  end: number;
}

/** The element whose header lies at `offset`. */
export function readElement(reader: BinaryReader, offset: number): EbmlElement {
  const first = reader.u8(offset);
  const idLength = Math.clz32(first) - 23;
  if (idLength > 4) throw unreadable(reader.path, 'damaged');
  const id = reader.uint(offset, idLength);
  const marker = reader.u8(offset + idLength);
  const sizeLength = Math.clz32(marker) - 23;
  if (sizeLength > 8) throw unreadable(reader.path, 'damaged');
  // The marker bit is taken off first: with it, eight bytes would not fit a number.
  const size =
    (marker - (0x100 >>> sizeLength)) * 2 ** (8 * (sizeLength - 1)) +
    reader.uint(offset + idLength + 1, sizeLength - 1);
  const at = offset + idLength + sizeLength;
  return { id, at, end: size >= 2 ** (7 * sizeLength) - 1 ? Infinity : at + size };
}

/**
 * Calls `visit` with each child of `parent`. A child may not reach beyond its parent; an unknown size is only followed at
 * the top level, where the caller knows what to do with it. `visit` may answer `false` to stop.
 */
export function forEachChild(
  reader: BinaryReader,
  parent: EbmlElement,
  visit: (child: EbmlElement) => boolean | void,
): void {
  const end = Math.min(parent.end, reader.size);
  for (let at = parent.at; at < end;) {
    const child = readElement(reader, at);
    if (child.end > parent.end) throw unreadable(reader.path, 'damaged');
    if (visit(child) === false || child.end === Infinity) return;
    at = child.end;
  }
}

export const readUint = (reader: BinaryReader, element: EbmlElement): number =>
  reader.uint(element.at, element.end - element.at);

/** Four or eight bytes; anything else is zero. */
export function readFloat(reader: BinaryReader, element: EbmlElement): number {
  const length = element.end - element.at;
  return length === 8 ? reader.f64(element.at) : length === 4 ? reader.f32(element.at) : 0;
}

/** Long strings are cut at 4 KiB. */
export const readText = (reader: BinaryReader, element: EbmlElement): string =>
  reader.utf8(element.at, Math.min(element.end - element.at, 4096));

/** Long binaries are cut at 16 KiB: configuration records are short. */
export const readBinary = (reader: BinaryReader, element: EbmlElement): Uint8Array =>
  reader.bytes(element.at, Math.min(element.end - element.at, 16 * 1024));
