import { describe, expect, it } from 'vitest';
import { chapterAt, nextCardFrom, partAt, partOffset, percentOf, stretchesOf, thumbnailPosition } from './timeline.ts';

const chapters = [
  { startMs: 1000, title: 'One' },
  { startMs: 5000, title: 'Two' },
];
const parts = [
  { fileId: 7, durationMs: 10_000 },
  { fileId: 9, durationMs: 20_000 },
];

describe('the timeline', () => {
  it('finds the chapter at a position', () => {
    expect(chapterAt(chapters, 0)).toBeUndefined();
    expect(chapterAt(chapters, 1000)?.title).toBe('One');
    expect(chapterAt(chapters, 90_000)?.title).toBe('Two');
  });

  it('gives percentages that stay within the bar', () => {
    expect(percentOf(5, 10)).toBe(50);
    expect(percentOf(11, 10)).toBe(100);
    expect(percentOf(5, 0)).toBe(0);
  });

  it('maps positions of the whole film to parts and back', () => {
    expect(partOffset(parts, 7)).toBe(0);
    expect(partOffset(parts, 9)).toBe(10_000);
    expect(partOffset([], 9)).toBe(0);
    expect(partAt(parts, 9999)).toEqual({ fileId: 7, positionMs: 9999 });
    expect(partAt(parts, 10_000)).toEqual({ fileId: 9, positionMs: 0 });
    expect(partAt(parts, 99_000)).toEqual({ fileId: 9, positionMs: 89_000 });
    expect(partAt([], 5)).toBeUndefined();
  });

  it('reads ranges', () => {
    const ranges = { length: 2, start: (i: number) => i * 10, end: (i: number) => i * 10 + 4 } as TimeRanges;
    expect(stretchesOf(ranges)).toEqual([
      { startMs: 0, endMs: 4000 },
      { startMs: 10_000, endMs: 14_000 },
    ]);
  });

  it('keeps the next-episode card off the first part of a short film', () => {
    expect(nextCardFrom(0, 10_000)).toBe(6000);
    expect(nextCardFrom(2_500_000, 2_600_000)).toBe(2_500_000);
  });

  it('asks for few thumbnails', () => {
    expect(thumbnailPosition(61_234, 7_200_000)).toBe(60_000);
    expect(thumbnailPosition(1499, 12_000)).toBe(1000);
  });
});
