import { LRUCache } from 'lru-cache';
import type { MediaFacts } from '../media-facts.ts';
import { openWindow } from './file-window.ts';
import { readMatroskaKeyFrames } from './matroska-cues.ts';
import { readMp4KeyFrames } from './mp4-sync-samples.ts';

/** A gap between key frames longer than this makes segments that nobody wants to wait for. */
const longestGapMs = 30_000;

const readers: Record<string, typeof readMatroskaKeyFrames> = {
  matroska: readMatroskaKeyFrames,
  webm: readMatroskaKeyFrames,
  mp4: readMp4KeyFrames,
  mov: readMp4KeyFrames,
};

/** Finds where the picture of a file can be cut without converting it. */
export type FindKeyFrames = (media: MediaFacts) => Promise<readonly number[] | undefined>;

/** Makes the finder, which remembers the files played last. It answers undefined where a file has no usable index. */
export function createKeyFrameFinder(): FindKeyFrames {
  const kept = new LRUCache<string, { times: readonly number[] | undefined }>({ max: 50 });
  return async (media) => {
    const key = `${media.path}\n${media.sizeBytes}\n${media.modifiedAt}`;
    const known = kept.get(key);
    if (known) return known.times;
    const times = await read(media);
    kept.set(key, { times });
    return times;
  };
}

async function read(media: MediaFacts): Promise<readonly number[] | undefined> {
  const reader = readers[media.container];
  if (!reader) return undefined;
  const file = await openWindow(media.path);
  try {
    const times = (await reader(file))?.toSorted((a, b) => a - b);
    return times && isUsable(times, media.durationMs) ? times : undefined;
  } catch (error) {
    // A damaged index is no index: the picture is converted instead, which needs none.
    if (error instanceof RangeError || isMalformed(error)) return undefined;
    throw error;
  } finally {
    await file.close();
  }
}

const isMalformed = (error: unknown): boolean => error instanceof Error && !('code' in error);

function isUsable(times: readonly number[], durationMs: number): boolean {
  if (times.length === 0) return false;
  const steps = times.map((at, i) => at - (times[i - 1] ?? 0));
  return steps.every((step) => step <= longestGapMs) && durationMs - (times.at(-1) ?? 0) <= longestGapMs;
}
