import type { MediaData } from '@vitascope/sdk';

/** A source of local metadata as the scan knows it: its globs are data, reading goes through the server. */
export interface LocalSource {
  /** Id of the connection. */
  id: string;
  name: string;
  files: Readonly<Partial<Record<string, readonly string[]>>>;
  /** `<type>.<artwork kind>` → globs. */
  pictures: Readonly<Record<string, readonly string[]>>;
}

export interface LocalSubject {
  name: string;
  type: 'movie' | 'show' | 'season' | 'episode';
  files: { path: string; text: string }[];
}

export interface LocalAnswer {
  data?: MediaData;
  more?: MediaData[];
  confidence: number;
  problem?: string;
}

/** What the scan asks of the server's process, where the plugins are. */
export interface ScanHost {
  /** One answer for each subject, in order. A source that fails answers with problems. */
  readLocal(sourceId: string, subjects: readonly LocalSubject[]): Promise<LocalAnswer[]>;
  /** Which of these paths plugins leave out. */
  filter(paths: readonly { path: string; size: number; directory: boolean }[]): Promise<boolean[]>;
}

export interface ScanOrder {
  libraryId: number;
  /** Only these folders and what is below them; all roots of the library unless told. */
  folders?: readonly string[];
  /** Probe and read sidecars again even where nothing changed. */
  full: boolean;
  sources: readonly LocalSource[];
  /** Some plugin wants to be asked about each file. */
  filtered: boolean;
}

export interface ScanProgress {
  /** Media files looked at. */
  done: number;
  /** What was there at the last scan; a guess at the first. */
  total?: number;
  note: string;
}

/** What one committed batch changed. */
export interface ScanChange {
  added: number[];
  updated: number[];
  removed: number[];
  identified: { fileId: number; itemId: number; confidence: number; reasons: string[] }[];
}

export interface RootOutcome {
  rootId: number;
  path: string;
  /** Why nothing was marked missing, when the root is not there. */
  unavailable?: string;
}

export interface ScanSummary {
  seen: number;
  added: number;
  changed: number;
  moved: number;
  missing: number;
  returned: number;
  unmatched: number;
  problems: { path: string; reason: string }[];
  roots: RootOutcome[];
}
