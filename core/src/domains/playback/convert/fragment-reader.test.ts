import { describe, expect, it } from 'vitest';
import { FragmentReader } from './fragment-reader.ts';

const u32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeInt32BE(value | 0, i * 4));
  return bytes;
};
const box = (type: string, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(content.length + 8), Buffer.from(type, 'latin1'), content]);
};
const track = (id: number, handler: string, timescale: number): Buffer =>
  box(
    'trak',
    box('tkhd', u32(0, 0, 0, id)),
    box('mdia', box('mdhd', u32(0, 0, 0, timescale)), box('hdlr', u32(0, 0), Buffer.from(handler))),
  );
const moov = box('moov', track(1, 'vide', 1000), track(2, 'soun', 48_000));
const fragment = (id: number, decodedAt: bigint, shift: number): Buffer => {
  const time = Buffer.alloc(8);
  time.writeBigInt64BE(decodedAt);
  // Size and shift of one sample.
  const run = u32(0x01_000a01, 1, 0, 100, shift);
  return box('traf', box('tfhd', u32(0, id)), box('tfdt', u32(0x01_000000), time), box('trun', run));
};
const stream = (...fragments: Buffer[]): Buffer =>
  Buffer.concat([
    box('ftyp', u32(0)),
    moov,
    ...fragments.flatMap((each) => [box('moof', each), box('mdat', Buffer.from('film'))]),
  ]);

const read = (bytes: Buffer, size = bytes.length) => {
  const reader = new FragmentReader(10);
  const parts = [];
  for (let at = 0; at < bytes.length; at += size) parts.push(...reader.push(bytes.subarray(at, at + size)));
  return parts;
};

describe('fragments', () => {
  it('come with the time of their first picture', () => {
    const parts = read(stream(fragment(1, 12_000n, 80), fragment(1, 14_000n, -40)));
    expect(parts.map((part) => (part.kind === 'fragment' ? part.startMs : part.kind))).toEqual([
      ...['init', 2080, 'data', 3960, 'data'],
    ]);
  });

  it('are timed by the picture, else by the sound', () => {
    const both = Buffer.concat([fragment(2, 528_000n, 0), fragment(1, 12_000n, 0)]);
    const times = read(stream(both, fragment(2, 576_000n, 0))).flatMap((part) =>
      part.kind === 'fragment' ? part.startMs : [],
    );
    expect(times).toEqual([2000, 2000]);
  });

  it('begin at zero at the earliest, and are written so', () => {
    const [first] = read(stream(fragment(2, 478_976n, 0))).filter(({ kind }) => kind === 'fragment');
    expect(first).toMatchObject({ startMs: (-1024 * 1000) / 48_000 });
    const at = first?.bytes.indexOf('tfdt') ?? 0;
    expect(first?.bytes.readBigInt64BE(at + 8)).toBe(0n);
  });

  it('are the same in whatever pieces they come', () => {
    const bytes = stream(fragment(1, 12_000n, 0), fragment(1, 14_000n, 0));
    const whole = Buffer.concat(read(bytes).map((part) => part.bytes));
    for (const size of [1, 7, 100]) expect(Buffer.concat(read(bytes, size).map((part) => part.bytes))).toEqual(whole);
  });

  it.each([
    ['no MP4', 'of 1416128883 bytes', Buffer.from('This is a text, and no film at all.')],
    ['a fragment before its header', 'before the header', box('moof', fragment(1, 0n, 0))],
    ['a header without tracks', 'without tracks', box('moov', box('mvhd'))],
    [
      'a box that reaches beyond its parent',
      'beyond its parent',
      Buffer.concat([moov, box('moof', u32(0x7fff_ffff), Buffer.from('traf'))]),
    ],
    ['a box of no size', 'of 3 bytes', Buffer.concat([u32(3), Buffer.from('moov')])],
  ])('refuses %s', (_, message, bytes) => {
    expect(() => read(bytes)).toThrow(message);
  });
});
