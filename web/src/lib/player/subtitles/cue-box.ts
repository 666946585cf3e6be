import type { CuePlace } from './webvtt.ts';

/** Style of the box a cue is drawn in, relative to the picture; undefined: with the others at the bottom. */
export interface CueBox {
  top?: string;
  bottom?: string;
  left: string;
  width: string;
  align: CuePlace['align'];
}

/** About how many lines of text a picture has; what `line:` counts by. */
const lines = 16;
const wholeWidth = 92;

/** Turns the settings of a cue into a box. Cues that say nothing of their line share the usual place. */
export function cueBox(place: CuePlace): CueBox | undefined {
  if (!place.line && place.position === undefined && place.size === undefined && place.align === 'center')
    return undefined;
  const width = Math.min(wholeWidth, place.size ?? wholeWidth);
  const at = place.position ?? { start: 0, center: 50, end: 100 }[place.align];
  const start = { start: at, center: at - width / 2, end: at - width }[place.align];
  const left = Math.min(100 - width, Math.max(0, start));
  return { ...vertical(place.line), left: `${left}%`, width: `${width}%`, align: place.align };
}

function vertical(line: CuePlace['line']): Pick<CueBox, 'top' | 'bottom'> {
  if (!line) return { bottom: '5%' };
  const fromTop = line.isPercent ? line.value : line.value >= 0 ? (line.value / lines) * 100 : undefined;
  if (fromTop === undefined) return { bottom: `${clamp(((-line.value - 1) / lines) * 100)}%` };
  // Boxes in the lower half grow upwards, so that two lines of text do not leave the picture.
  return fromTop > 50 ? { bottom: `${clamp(100 - fromTop - 100 / lines)}%` } : { top: `${clamp(fromTop)}%` };
}

const clamp = (percent: number): number => Math.round(Math.min(92, Math.max(3, percent)) * 100) / 100;
