import type { BinaryReader } from './binary-reader.ts';
import type { Container } from './probed.ts';

/** What a file is, by its content alone; `undefined` where it is nothing known. */
export type Sniffed =
  | Exclude<Container, 'webm' | 'mp4' | 'mov'>
  // Its brand tells MP4 from QuickTime.
  | 'isobmff'
  | 'image'
  | 'disc_image'
  | undefined;

const topLevelBoxes = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'sidx', 'moof']);
const magic: readonly (readonly [number, string])[] = [
  [0x1a45dfa3, 'matroska'],
  [0x664c6143, 'flac'],
  [0x4f676753, 'ogg'],
  [0x3026b275, 'asf'],
  [0x000001ba, 'mpegps'],
  [0x000001b3, 'mpegps'],
  [0x464c5601, 'flv'],
  [0x2e524d46, 'realmedia'],
  [0x7776706b, 'wavpack'],
  [0x4d414320, 'ape'],
  [0x060e2b34, 'mxf'],
  [0x1f070000, 'dv'],
  [0x89504e47, 'image'],
];

/** Reads at most the first 40 KiB. */
export function sniff(reader: BinaryReader): Sniffed {
  const head = Math.min(reader.size, 16 * 1024);
  if (head < 8) return undefined;
  const first = reader.u32(0);
  const second = reader.latin(4, 4);
  const known = magic.find(([value]) => value === first);
  if (known) return known[1] as Sniffed;
  if (topLevelBoxes.has(second)) return second === 'ftyp' && isImageBrand(reader, head) ? 'image' : 'isobmff';
  if (first === 0x52494646 && head >= 12) return riff(reader.latin(8, 4));
  if (first === 0x464f524d && head >= 12 && reader.latin(8, 3) === 'AIF') return 'aiff';
  if (first >>> 16 === 0xffd8) return 'image';
  return packets(reader, head) ?? audioFrames(reader, head) ?? (isDiscImage(reader) ? 'disc_image' : undefined);
}

const isImageBrand = (reader: BinaryReader, head: number): boolean =>
  head >= 12 && /^(heic|heix|heim|hevc|mif1|msf1|avif|avis)$/.test(reader.latin(8, 4));

const riff = (form: string): Sniffed => {
  if (form === 'AVI ' || form === 'AVIX') return 'avi';
  if (form === 'WAVE') return 'wav';
  return form === 'WEBP' ? 'image' : undefined;
};

/** Transport streams: a sync byte every 188 bytes, or every 192 with a time stamp before each packet. */
function packets(reader: BinaryReader, head: number): Sniffed {
  for (const [stride, lead] of [
    [188, 0],
    [192, 4],
    [204, 0],
  ] as const)
    for (let start = lead; start < stride + lead && start + stride * 4 < head; start++)
      if ([0, 1, 2, 3, 4].every((i) => reader.u8(start + i * stride) === 0x47)) return 'mpegts';
  return undefined;
}

/** MPEG audio, perhaps behind an ID3v2 tag: one frame header proves little, two in the right distance do. */
function audioFrames(reader: BinaryReader, head: number): Sniffed {
  let at = 0;
  if (reader.latin(0, 3) === 'ID3' && head >= 10) {
    at = 10 + [6, 7, 8, 9].reduce((size, offset) => size * 128 + (reader.u8(offset) & 0x7f), 0);
    if (at + 8 >= reader.size) return undefined;
    if (reader.u32(at) === 0x664c6143) return 'flac';
    if (reader.u8(at) !== 0xff) return 'mp3';
  }
  const word = reader.u32(at);
  if (word >>> 20 !== 0xfff && word >>> 21 !== 0x7ff) return undefined;
  if (((word >>> 17) & 3) !== 0) return at > 0 || isMpegAudio(reader, at, word) ? 'mp3' : undefined;
  const adts = ((reader.u8(at + 3) & 3) << 11) | (reader.u8(at + 4) << 3) | (reader.u8(at + 5) >>> 5);
  return adts > 7 && at + adts + 2 < reader.size && reader.u16(at + adts) >>> 4 === 0xfff ? 'aac' : undefined;
}

const layer3Kbps = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
const layer3LowKbps = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];

function isMpegAudio(reader: BinaryReader, at: number, word: number): boolean {
  if (((word >>> 17) & 3) !== 1) return false;
  const version = (word >>> 19) & 3;
  const rate = [44100, 48000, 32000, 0][(word >>> 10) & 3]! / (version === 3 ? 1 : version === 2 ? 2 : 4);
  const kbps = (version === 3 ? layer3Kbps : layer3LowKbps)[(word >>> 12) & 15]!;
  if (!rate || !kbps || version === 1) return false;
  const length = Math.floor(((version === 3 ? 144_000 : 72_000) * kbps) / rate) + ((word >>> 9) & 1);
  return at + length + 2 < reader.size && reader.u16(at + length) >>> 5 === 0x7ff;
}

/** ISO 9660 and UDF begin their descriptors at sector 16. */
const isDiscImage = (reader: BinaryReader): boolean =>
  reader.size > 0x8006 && /^(CD001|BEA01|NSR0)/.test(reader.latin(0x8001, 5));
