import { bitReader } from './codec-strings.ts';

type Bits = (count: number) => number;
const SPS = 33;

/**
 * The transfer characteristics (H.273) inside the parameter sets of an hvcC record, for the many files whose container
 * keeps silent about HDR. `undefined` where the set has none or is odd.
 */
export function hevcTransfer(record: Uint8Array): number | undefined {
  const sps = findSps(record);
  return sps && readTransfer(bitReader(sps));
}

/** Walks the arrays of the record; answers the first SPS without its emulation prevention bytes and NAL header. */
function findSps(record: Uint8Array): Uint8Array | undefined {
  let at = 23;
  for (let arrays = record[22] ?? 0; arrays > 0 && at + 3 <= record.length; arrays--) {
    const type = record[at]! & 63;
    let count = (record[at + 1]! << 8) | record[at + 2]!;
    at += 3;
    for (; count > 0 && at + 2 <= record.length; count--) {
      const length = (record[at]! << 8) | record[at + 1]!;
      if (type === SPS) return unescape(record.subarray(at + 4, at + 2 + length));
      at += 2 + length;
    }
  }
  return undefined;
}

function unescape(nal: Uint8Array): Uint8Array {
  const out: number[] = [];
  for (let i = 0; i < nal.length; i++) if (!(nal[i] === 3 && nal[i - 1] === 0 && nal[i - 2] === 0)) out.push(nal[i]!);
  return Uint8Array.from(out);
}

/** Unsigned Exp-Golomb. */
function ue(bits: Bits): number {
  let zeros = 0;
  while (zeros < 32 && bits(1) === 0) zeros++;
  return 2 ** zeros - 1 + bits(zeros);
}

/** ITU-T H.265 § 7.3.2.2, as far as the colour description of the VUI. */
function readTransfer(bits: Bits): number | undefined {
  bits(4);
  const subLayers = bits(3);
  bits(1);
  skipProfileTierLevel(bits, subLayers);
  ue(bits);
  if (ue(bits) === 3) bits(1);
  ue(bits);
  ue(bits);
  if (bits(1)) for (let i = 0; i < 4; i++) ue(bits);
  ue(bits);
  ue(bits);
  const pocBits = ue(bits) + 4;
  for (let i = bits(1) ? 0 : subLayers; i <= subLayers; i++) for (let j = 0; j < 3; j++) ue(bits);
  for (let i = 0; i < 6; i++) ue(bits);
  if (bits(1) && bits(1)) skipScalingLists(bits);
  bits(2);
  if (bits(1)) {
    bits(8);
    ue(bits);
    ue(bits);
    bits(1);
  }
  if (!skipReferenceSets(bits)) return undefined;
  if (bits(1)) for (let count = Math.min(ue(bits), 32); count > 0; count--) bits(pocBits + 1);
  bits(2);
  return bits(1) ? readVuiTransfer(bits) : undefined;
}

function skipProfileTierLevel(bits: Bits, subLayers: number): void {
  bits(32);
  bits(32);
  bits(32);
  const present = Array.from({ length: subLayers }, () => [bits(1), bits(1)] as const);
  if (subLayers > 0) bits(2 * (8 - subLayers));
  for (const [profile, level] of present) {
    if (profile) for (let i = 0; i < 11; i++) bits(8);
    if (level) bits(8);
  }
}

function skipScalingLists(bits: Bits): void {
  for (let size = 0; size < 4; size++)
    for (let matrix = 0; matrix < 6; matrix += size === 3 ? 3 : 1) {
      if (!bits(1)) ue(bits);
      else {
        if (size > 1) ue(bits);
        for (let i = Math.min(64, 1 << (4 + (size << 1))); i > 0; i--) ue(bits);
      }
    }
}

/** § 7.3.7; false where the numbers are beyond what the standard allows. */
function skipReferenceSets(bits: Bits): boolean {
  const sets = ue(bits);
  if (sets > 64) return false;
  let deltas = 0;
  for (let i = 0; i < sets; i++) {
    if (i > 0 && bits(1)) {
      bits(1);
      ue(bits);
      let kept = 0;
      for (let j = 0; j <= deltas; j++) if (bits(1) || bits(1)) kept++;
      deltas = kept;
    } else {
      deltas = ue(bits) + ue(bits);
      if (deltas > 32) return false;
      for (let j = 0; j < deltas; j++) {
        ue(bits);
        bits(1);
      }
    }
  }
  return true;
}

/** Annex E, up to the second of the three colour bytes. */
function readVuiTransfer(bits: Bits): number | undefined {
  if (bits(1) && bits(8) === 255) bits(32);
  if (bits(1)) bits(1);
  if (!bits(1)) return undefined;
  bits(4);
  if (!bits(1)) return undefined;
  bits(8);
  return bits(8);
}
