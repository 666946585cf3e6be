import type { ScanChange, ScanOrder, ScanProgress, ScanSummary } from './scan/scan-types.ts';

/** What the library needs of its scan's process and of other parts of the server; `wiring.ts` brings it. */

export interface ScanWatch {
  signal: AbortSignal;
  onProgress(progress: ScanProgress): void;
  /** After each committed batch. */
  onChange(change: ScanChange): void;
}

/** Looks at folders and stores what it finds; does its work in a process of its own. */
export interface Scanner {
  /** Rejects with the signal's reason when that aborts. */
  scan(order: ScanOrder, watch: ScanWatch): Promise<ScanSummary>;
}

/** Scans that wait or run: ids of their jobs by library. */
export type ActiveScans = () => Promise<ReadonlyMap<number, readonly string[]>>;
