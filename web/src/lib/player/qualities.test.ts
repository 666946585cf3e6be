import { describe, expect, it } from 'vitest';
import { limited, nextSpeed } from './qualities.ts';

const profile = { videoCodecs: ['avc1'], audioCodecs: [], containers: [] };

describe('limited', () => {
  it('limits lines and bits, and leaves the original alone', () => {
    expect(limited(profile, '720p')).toEqual({ ...profile, maxHeight: 720, maxBitrate: 4_000_000 });
    expect(limited(profile, 'original')).toEqual(profile);
    expect(limited(profile, 'of an older version')).toEqual(profile);
  });
});

describe('nextSpeed', () => {
  it('goes step by step and stays at the ends', () => {
    expect(nextSpeed(1, 1)).toBe(1.25);
    expect(nextSpeed(1, -1)).toBe(0.75);
    expect(nextSpeed(2, 1)).toBe(2);
    expect(nextSpeed(1.1, -1)).toBe(1);
  });
});
