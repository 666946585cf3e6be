import { describe, expect, it } from 'vitest';
import { hevcTransfer } from './hevc-sps.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

// Records that x265 wrote for little test pictures: ten bits with PQ, and eight bits without a colour description.
const pq =
  '0102200000009000000000003cf000fcfdfafa00000f03200001001840010c01ffff02200000030090000003000003003c959809210001002d42010102200000030090000003000003003ca00a080b9f6d96566924caf016a122012080000003008000000c0422000100074401c172b46240';
const plain =
  '0101600000009000000000003cf000fcfdf8f800000f03200001001840010c01ffff01600000030090000003000003003c959809210001002b42010101600000030090000003000003003ca00a080b9f796566924caf016808000003000800000300c04022000100074401c172b46240';

describe('hevcTransfer', () => {
  it('finds PQ in the parameter set', () => {
    expect(hevcTransfer(bytes(pq))).toBe(16);
  });

  it('finds nothing where nothing is said', () => {
    expect(hevcTransfer(bytes(plain))).toBeUndefined();
  });

  it('gives up quietly on a record cut short anywhere', () => {
    for (let length = 0; length < pq.length / 2 - 30; length++)
      expect([undefined, 0, 16]).toContain(hevcTransfer(bytes(pq).subarray(0, length)));
  });
});
