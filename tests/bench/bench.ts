/** One line of the table: what was measured, ours, the peer's, and what to aim by. */
export interface Row {
  what: string;
  ours: string;
  /** The peer's figure with its name, or why there is none. */
  peer?: string;
  aim?: string;
}

export interface Bench {
  /** The word on the command line. */
  name: string;
  title: string;
  run(say: (line: string) => void): Promise<Row[]>;
}

/** `1234567` → `1,234,567` */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');
export const milliseconds = (value: number): string => `${value < 10 ? value.toFixed(1) : Math.round(value)} ms`;

/** The value below which this share of the samples lies. */
export function percentile(samples: readonly number[], share: number): number {
  if (samples.length === 0) return Number.NaN;
  const sorted = Float64Array.from(samples).sort();
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);
