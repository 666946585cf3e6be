import type { Probe, ProbedStream } from './probed.ts';

const LONGEST_MS = 500 * 3600 * 1000;
const LONGEST_TEXT = 500;

/** The largest value of each number that a real file has; what is beyond is damage or malice, and is left out. */
const largest = {
  level: 1000,
  width: 65_535,
  height: 65_535,
  frameRate: 1000,
  bitDepth: 64,
  channels: 255,
  sampleRate: 10_000_000,
  bitrate: 2_000_000_000,
} as const;

/** Every number within what a database column and a player can take, every text printable and short. */
export function keepPlausible(probe: Probe): Probe {
  probe.durationMs = within(probe.durationMs && Math.round(probe.durationMs), 1, LONGEST_MS);
  probe.bitrate = within(probe.bitrate, 1, largest.bitrate);
  probe.title = printable(probe.title);
  probe.streams.forEach(keepPlausibleStream);
  probe.chapters = probe.chapters
    .filter((chapter) => within(chapter.startMs, 0, LONGEST_MS) !== undefined)
    .map((chapter) => ({ startMs: chapter.startMs, title: printable(chapter.title) }));
  return probe;
}

function keepPlausibleStream(stream: ProbedStream): void {
  for (const [key, most] of Object.entries(largest) as [keyof typeof largest, number][])
    stream[key] = within(stream[key], key === 'level' ? 0 : Number.MIN_VALUE, most);
  stream.title = printable(stream.title);
  stream.profile = printable(stream.profile);
  stream.codec = printable(stream.codec) ?? 'unknown';
}

const within = (value: number | undefined, least: number, most: number): number | undefined =>
  value !== undefined && value >= least && value <= most ? value : undefined;

const printable = (text: string | undefined): string | undefined =>
  // eslint-disable-next-line no-control-regex -- control characters are what is taken out
  text
    ?.replace(/[\u0000-\u001f\u007f-\u009f\ud800-\udfff]+/gu, ' ')
    .trim()
    .slice(0, LONGEST_TEXT) || undefined;
