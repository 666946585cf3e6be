import { parseCueText, type CueNode } from './cue-text.ts';

/** Where a cue stands, as its settings say. */
export interface CuePlace {
  /** Percent from the top, or a line number (negative: from the bottom); absent: at the bottom. */
  line?: { value: number; isPercent: boolean };
  /** Percent from the left of the point that `align` refers to. */
  position?: number;
  /** Width in percent. */
  size?: number;
  align: 'start' | 'center' | 'end';
}

export interface Cue {
  startMs: number;
  endMs: number;
  place: CuePlace;
  nodes: CueNode[];
}

const timing = /^\s*((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})\s+-->\s+((?:\d+:)?\d{1,2}:\d{2}[.,]\d{1,3})(.*)$/;

/** Reads a WebVTT file into cues, in order. What it does not understand it skips, as the format demands. */
export function parseWebVtt(text: string): Cue[] {
  const blocks = text
    .replace(/^\uFEFF/, '')
    .replaceAll(/\r\n?/g, '\n')
    .split(/\n{2,}/);
  return blocks.flatMap((block) => cueOf(block) ?? []).sort((a, b) => a.startMs - b.startMs || a.endMs - b.endMs);
}

function cueOf(block: string): Cue | undefined {
  const lines = block.split('\n');
  // The first line may be an identifier, or the head of the file.
  const at = lines.findIndex((line) => line.includes('-->'));
  const [, start, end, settings = ''] = timing.exec(lines[at] ?? '') ?? [];
  if (start === undefined || end === undefined) return undefined;
  const [startMs, endMs] = [millisecondsOf(start), millisecondsOf(end)];
  const nodes = parseCueText(
    lines
      .slice(at + 1)
      .join('\n')
      .trim(),
  );
  return endMs > startMs && nodes.length > 0 ? { startMs, endMs, place: placeOf(settings), nodes } : undefined;
}

function millisecondsOf(stamp: string): number {
  const [fraction = '0', seconds = '0', minutes = '0', hours = '0'] = stamp.split(/[:.,]/).toReversed();
  return (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number(fraction.padEnd(3, '0'));
}

function placeOf(settings: string): CuePlace {
  const place: CuePlace = { align: 'center' };
  for (const setting of settings.trim().split(/\s+/)) {
    const [name, value = ''] = setting.split(':', 2);
    if (name === 'align') place.align = alignOf(value);
    if (name === 'position') place.position = percent(value);
    if (name === 'size') place.size = percent(value);
    if (name === 'line') place.line = lineOf(value);
  }
  return place;
}

const alignOf = (value: string): CuePlace['align'] =>
  value === 'start' || value === 'left' ? 'start' : value === 'end' || value === 'right' ? 'end' : 'center';

function percent(value: string): number | undefined {
  const found = /^(\d+(?:\.\d+)?)%/.exec(value)?.[1];
  return found === undefined || Number(found) > 100 ? undefined : Number(found);
}

function lineOf(value: string): CuePlace['line'] {
  const found = /^(-?\d+(?:\.\d+)?)(%?)(?:,|$)/.exec(value);
  return found ? { value: Number(found[1]), isPercent: found[2] === '%' } : undefined;
}

/** The cues that show at a position. `cues` are in order of their starts. */
export function cuesAt(cues: readonly Cue[], ms: number): Cue[] {
  return cues.filter(({ startMs, endMs }) => startMs <= ms && ms < endMs);
}
