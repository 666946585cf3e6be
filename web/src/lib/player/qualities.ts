import type { ClientProfile } from './playback.ts';

/** How much picture somebody wants to pay for. */
export interface Quality {
  id: string;
  /** Lines of the picture; absent: as it is stored. */
  height?: number;
  /** Bits per second. */
  bitrate?: number;
}

export const qualities: readonly Quality[] = [
  { id: 'original' },
  { id: '1080p', height: 1080, bitrate: 8_000_000 },
  { id: '720p', height: 720, bitrate: 4_000_000 },
  { id: '480p', height: 480, bitrate: 1_800_000 },
  { id: '360p', height: 360, bitrate: 800_000 },
];

/** Speeds that are offered, slow to fast. */
export const speeds: readonly number[] = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];

/** The next speed in a direction, the same at the end. */
export function nextSpeed(rate: number, by: 1 | -1): number {
  const found = by > 0 ? speeds.find((speed) => speed > rate) : speeds.findLast((speed) => speed < rate);
  return found ?? rate;
}

/** Sizes of subtitles, 1 being the usual. */
export const subtitleSizes: readonly number[] = [0.75, 1, 1.3, 1.7];

/** The profile with the limits of a quality. */
export function limited(profile: ClientProfile, id: string): ClientProfile {
  const quality = qualities.find((each) => each.id === id);
  return {
    ...profile,
    ...(quality?.height && { maxHeight: quality.height }),
    ...(quality?.bitrate && { maxBitrate: quality.bitrate }),
  };
}
