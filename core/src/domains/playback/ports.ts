import type { Events } from '@vitascope/sdk';
import type { FileRow, StreamRow } from '../library/file-rows.ts';
import type { TrackPreferences } from './choose-tracks.ts';
import type { CatalogReader } from '../tracking/ports.ts';

/** What playing needs of other parts of the server; `wiring.ts` brings the ones that keep them. */

/** Files and their streams; kept by library. */
export interface MediaFiles {
  /** @throws AppError `not_found` */
  get(id: number): Promise<FileRow>;
  rowsOf(itemIds: readonly number[]): Promise<Map<number, FileRow[]>>;
  streams(fileIds: readonly number[]): Promise<Map<number, StreamRow[]>>;
}

/** Root folders: nothing outside of them is ever sent. */
export interface RootFolders {
  roots(): Promise<readonly { id: number; path: string }[]>;
}

/** Titles, pictures and neighbours; kept by catalog. */
export type Titles = Pick<CatalogReader, 'places' | 'episodesOf' | 'cards'>;

/** Where people stopped; kept by tracking. */
export interface Progress {
  resumePosition(accountId: string, itemId: number): Promise<number>;
  report(
    accountId: string,
    report: {
      itemId: number;
      positionMs: number;
      durationMs?: number;
      fileId?: number;
      audioIndex?: number | null;
      subtitleId?: string | null;
    },
  ): Promise<{ played: boolean }>;
}

/** How an account likes to hear and read; kept by identity. */
export type PreferencesOf = (accountId: string) => Promise<TrackPreferences>;

type PlaybackEvent = 'playback.started' | 'playback.progress' | 'playback.stopped';

/** Tells plugins; never rejects. */
export interface PlaybackHooks {
  emit<K extends PlaybackEvent>(name: K, payload: Events[K]): Promise<void>;
}
