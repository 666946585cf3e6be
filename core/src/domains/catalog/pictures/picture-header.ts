/** Kinds of pictures that are read. SVG is none of them: it is a program. */
export type PictureType = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif';

export interface PictureHeader {
  type: PictureType;
  /** Pixels; undefined when the bytes at hand do not tell. */
  width: number | undefined;
  height: number | undefined;
}

/** What the first bytes of a file say, whatever its name is; undefined when it is no picture that is read here. */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const has = (text: string, at = 0): boolean =>
    bytes.length >= at + text.length && [...text].every((letter, index) => bytes[at + index] === letter.charCodeAt(0));
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return { type: 'jpeg', ...jpegSize(view) };
  if (has('\x89PNG\r\n\x1a\n'))
    return { type: 'png', ...(has('IHDR', 12) ? sizeAt(view, { width: 16, height: 20, bytes: 4 }) : unknown) };
  if (has('RIFF') && has('WEBP', 8)) return { type: 'webp', ...webpSize(view, has) };
  if (has('GIF87a') || has('GIF89a'))
    return { type: 'gif', ...sizeAt(view, { width: 6, height: 8, bytes: 2, littleEndian: true }) };
  if (has('ftyp', 4) && (has('avif', 8) || has('avis', 8))) return { type: 'avif', ...unknown };
  return undefined;
}

type Size = Pick<PictureHeader, 'width' | 'height'>;
const unknown: Size = { width: undefined, height: undefined };

/** Where two numbers lie. */
interface SizePlace {
  width: number;
  height: number;
  bytes: 2 | 4;
  littleEndian?: boolean;
}

function sizeAt(view: DataView, { width, height, bytes, littleEndian = false }: SizePlace): Size {
  if (view.byteLength < Math.max(width, height) + bytes) return unknown;
  const read = (at: number): number =>
    bytes === 2 ? view.getUint16(at, littleEndian) : view.getUint32(at, littleEndian);
  return { width: read(width), height: read(height) };
}

/** Start-of-frame markers; those left out of C0-CF hold tables. */
const isFrame = (marker: number): boolean =>
  marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
const scanBegins = 0xda;

function jpegSize(view: DataView): Size {
  let at = 2;
  while (at + 9 <= view.byteLength) {
    if (view.getUint8(at) !== 0xff) return unknown;
    const marker = view.getUint8(at + 1);
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (isFrame(marker)) return sizeAt(view, { width: at + 7, height: at + 5, bytes: 2 });
    if (marker === scanBegins) return unknown;
    const isBare = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    at += isBare ? 2 : 2 + view.getUint16(at + 2);
  }
  return unknown;
}

function webpSize(view: DataView, has: (text: string, at: number) => boolean): Size {
  if (view.byteLength < 30) return unknown;
  const uint24 = (at: number): number => view.getUint16(at, true) | (view.getUint8(at + 2) << 16);
  if (has('VP8X', 12)) return { width: uint24(24) + 1, height: uint24(27) + 1 };
  if (has('VP8 ', 12)) return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
  if (has('VP8L', 12)) {
    const bits = view.getUint32(21, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return unknown;
}
