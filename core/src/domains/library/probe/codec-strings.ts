import type { ProbedStream } from './probed.ts';

/** What a decoder configuration record tells of a stream. */
export type CodecFacts = Pick<
  ProbedStream,
  'profile' | 'level' | 'bitDepth' | 'codecString' | 'channels' | 'sampleRate' | 'bitrate' | 'hdr'
>;

const hex2 = (value: number): string => value.toString(16).padStart(2, '0');

const avcProfiles: Record<number, string> = {
  44: 'CAVLC 4:4:4 Intra',
  66: 'Baseline',
  77: 'Main',
  88: 'Extended',
  100: 'High',
  110: 'High 10',
  122: 'High 4:2:2',
  244: 'High 4:4:4 Predictive',
};

/** AVCDecoderConfigurationRecord, ISO/IEC 14496-15 § 5.3.3. */
export function readAvcConfig(record: Uint8Array): CodecFacts {
  if (record.length < 7 || record[0] !== 1) return {};
  const [, profile, compatibility, level] = record as unknown as [number, number, number, number];
  const constrained = profile === 66 && (compatibility & 0x40) !== 0;
  return {
    profile: constrained ? 'Constrained Baseline' : avcProfiles[profile],
    level,
    bitDepth: avcBitDepth(record, profile),
    codecString: `avc1.${hex2(profile)}${hex2(compatibility)}${hex2(level)}`,
  };
}

/** The depth stands behind the parameter sets, and only in the profiles that have more than eight bits. */
function avcBitDepth(record: Uint8Array, profile: number): number | undefined {
  if (profile < 100) return 8;
  let at = 5;
  for (const mask of [0x1f, 0xff]) {
    let count = (record[at++] ?? 0) & mask;
    while (count-- > 0) at += 2 + (((record[at] ?? 0) << 8) | (record[at + 1] ?? 0));
  }
  const depth = record[at + 1];
  if (depth !== undefined) return 8 + (depth & 7);
  return profile === 100 ? 8 : undefined;
}

const hevcProfiles: Record<number, string> = { 1: 'Main', 2: 'Main 10', 3: 'Main Still Picture', 4: 'Rext' };

/** HEVCDecoderConfigurationRecord, ISO/IEC 14496-15 § 8.3.3; the string after its annex E. */
export function readHevcConfig(record: Uint8Array): CodecFacts {
  if (record.length < 23) return {};
  const general = record[1]!;
  const profile = general & 31;
  const compatibility = [2, 3, 4, 5].reduce((flags, at) => flags * 256 + record[at]!, 0);
  const level = record[12]!;
  let constraints = Array.from(record.subarray(6, 12));
  while (constraints.length > 0 && constraints.at(-1) === 0) constraints = constraints.slice(0, -1);
  const parts = [
    `hvc1.${['', 'A', 'B', 'C'][general >>> 6]}${profile}`,
    reverseBits(compatibility).toString(16).toUpperCase(),
    `${general & 32 ? 'H' : 'L'}${level}`,
    ...constraints.map((byte) => byte.toString(16).toUpperCase()),
  ];
  return { profile: hevcProfiles[profile], level, bitDepth: 8 + (record[17]! & 7), codecString: parts.join('.') };
}

function reverseBits(value: number): number {
  let result = 0;
  for (let bit = 0; bit < 32; bit++) result = (result << 1) | ((value >>> bit) & 1);
  return result >>> 0;
}

/** AV1CodecConfigurationRecord. */
export function readAv1Config(record: Uint8Array): CodecFacts {
  if (record.length < 4 || record[0] !== 0x81) return {};
  const profile = record[1]! >>> 5;
  const level = record[1]! & 31;
  const flags = record[2]!;
  const bitDepth = flags & 0x40 ? (profile === 2 && flags & 0x20 ? 12 : 10) : 8;
  const number = (value: number): string => String(value).padStart(2, '0');
  return {
    profile: ['Main', 'High', 'Professional'][profile],
    level,
    bitDepth,
    codecString: `av01.${profile}.${number(level)}${flags & 0x80 ? 'H' : 'M'}.${number(bitDepth)}`,
  };
}

/** VPCodecConfigurationRecord without its version and flags. */
export function readVpConfig(record: Uint8Array): CodecFacts {
  if (record.length < 3) return {};
  const [profile, level, packed] = record as unknown as [number, number, number];
  const bitDepth = packed >>> 4;
  const number = (value: number): string => String(value).padStart(2, '0');
  return {
    profile: `Profile ${profile}`,
    level,
    bitDepth,
    codecString: `vp09.${number(profile)}.${number(level)}.${number(bitDepth)}`,
    hdr: hdrOfTransfer(record[4]),
  };
}

const aacRates = [96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350];
const aacProfiles: Record<number, string> = {
  1: 'Main',
  2: 'LC',
  3: 'SSR',
  4: 'LTP',
  5: 'HE-AAC',
  23: 'LD',
  29: 'HE-AACv2',
  39: 'ELD',
  42: 'xHE-AAC',
};

/** AudioSpecificConfig, ISO/IEC 14496-3 § 1.6.2.1. */
export function readAacConfig(record: Uint8Array): CodecFacts {
  if (record.length < 2) return {};
  const bits = bitReader(record);
  const objectType = readObjectType(bits);
  const rate = readAacRate(bits);
  const layout = bits(4);
  const replicated = objectType === 5 || objectType === 29;
  return {
    profile: aacProfiles[objectType],
    channels:
      objectType === 29 && layout === 1
        ? 2
        : [undefined, 1, 2, 3, 4, 5, 6, 8, undefined, undefined, undefined, 7, 8][layout],
    sampleRate: replicated ? readAacRate(bits) : rate,
    codecString: objectType > 0 ? `mp4a.40.${objectType}` : undefined,
  };
}

const readObjectType = (bits: (count: number) => number): number => {
  const type = bits(5);
  return type === 31 ? 32 + bits(6) : type;
};

const readAacRate = (bits: (count: number) => number): number | undefined => {
  const index = bits(4);
  return index === 15 ? bits(24) : aacRates[index];
};

/** Bits past the end are zero: a short record gives fewer facts, not an error. */
export function bitReader(record: Uint8Array): (count: number) => number {
  let position = 0;
  return (count) => {
    let value = 0;
    for (const end = position + count; position < end; position++) {
      value = value * 2 + (((record[position >>> 3] ?? 0) >>> (7 - (position & 7))) & 1);
    }
    return value;
  };
}

const ac3Channels = [2, 1, 2, 3, 3, 4, 4, 5];
const ac3Kbps = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];

/** AC3SpecificBox, ETSI TS 102 366 annex F.4. */
export function readAc3Config(record: Uint8Array): CodecFacts {
  if (record.length < 3) return {};
  const bits = bitReader(record);
  const sampleRate = [48000, 44100, 32000][bits(2)];
  bits(8);
  const channels = ac3Channels[bits(3)]! + bits(1);
  const kbps = ac3Kbps[bits(5)];
  return { sampleRate, channels, bitrate: kbps && kbps * 1000, codecString: 'ac-3' };
}

/** EC3SpecificBox, ETSI TS 102 366 annex F.6; the extension after the substreams says whether objects (Atmos) ride along. */
export function readEac3Config(record: Uint8Array): CodecFacts {
  if (record.length < 5) return {};
  const bits = bitReader(record);
  const bitrate = bits(13) * 1000;
  const substreams = bits(3) + 1;
  let channels = 0;
  let sampleRate: number | undefined;
  for (let i = 0; i < substreams; i++) {
    const rate = [48000, 44100, 32000][bits(2)];
    bits(10);
    const own = ac3Channels[bits(3)]! + bits(1);
    bits(3);
    const dependent = bits(4);
    const places = dependent > 0 ? bits(9) : (bits(1), 0);
    if (i > 0) continue;
    sampleRate = rate;
    channels = own + dependentChannels(places);
  }
  bits(7);
  const atmos = bits(1) === 1;
  return {
    bitrate,
    sampleRate,
    channels,
    codecString: 'ec-3',
    profile: atmos ? 'Dolby Digital Plus + Dolby Atmos' : undefined,
  };
}

/** Places of the channels a dependent substream adds; four of the nine are pairs. */
const dependentChannels = (places: number): number =>
  [2, 2, 1, 1, 2, 2, 2, 1, 1].reduce((sum, width, bit) => sum + ((places >>> bit) & 1 ? width : 0), 0);

/** By the transfer characteristics of ITU-T H.273. */
export const hdrOfTransfer = (transfer: number | undefined): 'HDR10' | 'HLG' | undefined =>
  transfer === 16 ? 'HDR10' : transfer === 18 ? 'HLG' : undefined;
