const steps = [
  [7000, 4000, '8K'],
  [3200, 1800, '4K'],
  [2300, 1300, '1440p'],
  [1700, 900, '1080p'],
  [1100, 660, '720p'],
  [900, 560, '576p'],
  [600, 400, '480p'],
] as const;

/** `4K`, `1080p`, … by width or height, whichever says more: films are cut in both directions. `SD` below 480 lines. */
export function resolutionLabel(width: number | undefined, height: number | undefined): string {
  if (!width || !height) return '';
  const [wide, high] = width >= height ? [width, height] : [height, width];
  return steps.find(([w, h]) => wide >= w || high >= h)?.[2] ?? 'SD';
}
