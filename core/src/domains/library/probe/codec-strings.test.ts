import { describe, expect, it } from 'vitest';
import {
  readAacConfig,
  readAc3Config,
  readAv1Config,
  readAvcConfig,
  readEac3Config,
  readHevcConfig,
  readVpConfig,
} from './codec-strings.ts';

const bytes = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));

describe('configuration records', () => {
  it('H.264 High 4.0 is avc1.640028', () => {
    expect(readAvcConfig(bytes('01 64 00 28 ff e1 0004 67640028 01 0002 68ee fd f8 f8 00'))).toEqual({
      profile: 'High',
      level: 40,
      bitDepth: 8,
      codecString: 'avc1.640028',
    });
  });

  it('H.264 High 10 says its depth behind the parameter sets', () => {
    expect(readAvcConfig(bytes('01 6e 00 33 ff e1 0004 676e0033 01 0002 68ee fd fa fa 00'))).toMatchObject({
      profile: 'High 10',
      bitDepth: 10,
    });
  });

  it('H.264 Baseline with the first constraint is Constrained Baseline', () => {
    expect(readAvcConfig(bytes('01 42 c0 1e ff e0 00'))).toMatchObject({
      profile: 'Constrained Baseline',
      codecString: 'avc1.42c01e',
    });
  });

  it.each([
    ['01 01 60000000 900000000000 5d f000 fc fd f8 f8 0000 0f 00', 'hvc1.1.6.L93.90', 8, 93],
    ['01 01 60000000 b00000000000 5d f000 fc fd f8 f8 0000 0f 00', 'hvc1.1.6.L93.B0', 8, 93],
    ['01 22 20000000 b00000000000 99 f000 fc fd fa fa 0000 0f 00', 'hvc1.2.4.H153.B0', 10, 153],
  ])('HEVC %s is %s', (record, codecString, bitDepth, level) => {
    expect(readHevcConfig(bytes(record))).toMatchObject({ codecString, bitDepth, level });
  });

  it('AV1 Main 4.0, ten bits', () => {
    expect(readAv1Config(bytes('81 08 4c 00'))).toEqual({
      profile: 'Main',
      level: 8,
      bitDepth: 10,
      codecString: 'av01.0.08M.10',
    });
  });

  it('VP9 profile 2 with PQ is HDR', () => {
    expect(readVpConfig(bytes('02 29 a2 09 10 09'))).toMatchObject({ codecString: 'vp09.02.41.10', hdr: 'HDR10' });
  });

  it.each([
    ['11 90', { profile: 'LC', sampleRate: 48000, channels: 2, codecString: 'mp4a.40.2' }],
    ['11 b0', { profile: 'LC', sampleRate: 48000, channels: 6, codecString: 'mp4a.40.2' }],
    ['2b 11 88 00', { profile: 'HE-AAC', sampleRate: 48000, channels: 2, codecString: 'mp4a.40.5' }],
  ])('AAC %s', (record, facts) => {
    expect(readAacConfig(bytes(record))).toEqual(facts);
  });

  it('AC-3 5.1 at 384 kbit/s', () => {
    expect(readAc3Config(bytes('10 3d c0'))).toEqual({
      sampleRate: 48000,
      channels: 6,
      bitrate: 384_000,
      codecString: 'ac-3',
    });
  });

  it('E-AC-3 5.1 with objects', () => {
    expect(readEac3Config(bytes('18 00 20 0f 00 01 10'))).toMatchObject({
      channels: 6,
      bitrate: 768_000,
      profile: 'Dolby Digital Plus + Dolby Atmos',
    });
  });

  it('a short record gives no facts, and no error', () => {
    for (const read of [
      readAvcConfig,
      readHevcConfig,
      readAv1Config,
      readVpConfig,
      readAacConfig,
      readAc3Config,
      readEac3Config,
    ])
      expect(read(bytes('01'))).toEqual({});
  });
});
