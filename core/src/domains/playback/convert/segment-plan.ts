/** Where a film is cut into HLS segments, known before anything is converted, so that a player can seek anywhere. */
export interface SegmentPlan {
  /** Start of each segment in milliseconds; the first is 0. */
  starts: readonly number[];
  durationMs: number;
}

/** A key frame may stand this much before the time that an index states for it. */
const toleranceMs = 10;
/** A rest shorter than this goes with the segment before it: there may be no frame in it. */
const shortestMs = 1500;

/** Equal segments, for pictures whose key frames we set ourselves. */
export function evenPlan(durationMs: number, lengthMs: number): SegmentPlan {
  const count = Math.max(1, Math.ceil((durationMs - shortestMs) / lengthMs));
  return { starts: Array.from({ length: count }, (_, i) => i * lengthMs), durationMs };
}

/** Segments of at least `lengthMs` that begin with key frames, for pictures that are copied. */
export function keyFramePlan(keyFrames: readonly number[], durationMs: number, lengthMs: number): SegmentPlan {
  const starts = [0];
  for (const at of keyFrames) {
    if (at - (starts.at(-1) ?? 0) >= lengthMs && durationMs - at >= shortestMs) starts.push(at);
  }
  return { starts, durationMs };
}

/** The segment in which `ms` lies. */
export function segmentAt({ starts }: SegmentPlan, ms: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= ms + toleranceMs) low = middle;
    else high = middle - 1;
  }
  return low;
}

export const segmentEnd = (plan: SegmentPlan, segment: number): number => plan.starts[segment + 1] ?? plan.durationMs;

/** The playlist of the whole film. `query` is put behind each address, such as `?s=…`. */
export function playlistOf(plan: SegmentPlan, query: string): string {
  const seconds = plan.starts.map((start, i) => Math.max(1, segmentEnd(plan, i) - start) / 1000);
  const longest = seconds.reduce((most, each) => Math.max(most, each), 1);
  const lines = [
    '#EXTM3U',
    '#EXT-X-VERSION:7',
    `#EXT-X-TARGETDURATION:${Math.ceil(longest)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    '#EXT-X-INDEPENDENT-SEGMENTS',
    `#EXT-X-MAP:URI="init.mp4${query}"`,
  ];
  seconds.forEach((length, i) => lines.push(`#EXTINF:${length.toFixed(3)},`, `${i}.m4s${query}`));
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`;
}
