import type { z } from 'zod';
import type { Queries } from '../../kernel/database/database.ts';
import type { SqlFragment } from '../../kernel/database/sql-fragment.ts';
import type { FileView, ItemDetail, PlayStateView } from './catalog.schema.ts';

/** What the catalogue needs of other parts of the server; `wiring.ts` brings the ones that keep them. */

export type PlayState = z.output<typeof PlayStateView>;
export type FileDescription = z.output<typeof FileView>;
export type ItemDescription = z.input<typeof ItemDetail>;
export type PlayTarget = NonNullable<ItemDescription['playTarget']>;
export type WatchedKind = 'watched' | 'unwatched' | 'inProgress';

/** A film, or an episode of a show, that can be played: it has a file. */
export interface PlayableItem {
  id: number;
  seasonNumber: number | null;
  episodeNumber: number | null;
}

/** What accounts did with items; kept by tracking. */
export interface PlayStateReader {
  /** States of those items that the account has touched. */
  statesFor(accountId: string, itemIds: readonly number[]): Promise<ReadonlyMap<number, PlayState>>;
  /**
   * A condition on `media_items i`, for lists and counts; `unwatched` is all that is not `watched`. With `touchedItems` the one place where a statement of the catalogue holds another
   * domain's SQL, because a page of 100,000 titles cannot be filtered outside the database.
   */
  watchedCondition(accountId: string, kind: WatchedKind): SqlFragment;
  /** A select of the ids (column `id`) of all items that have any state of the account, however old. */
  touchedItems(accountId: string): SqlFragment;
  /** What a play button starts among `playable`, which are in order of playing, specials last. */
  playTarget(accountId: string, playable: readonly PlayableItem[]): Promise<PlayTarget | null>;
  /** Changes whenever any state of the account changes; answers kept for another value are stale. */
  revision(accountId: string): number;
}

/** Files of items; kept by library. */
export interface FileReader {
  /** Present and missing files of each item, main files first. Paths only for administrators. */
  filesOf(
    itemIds: readonly number[],
    options: { paths: boolean },
  ): Promise<ReadonlyMap<number, readonly FileDescription[]>>;
}

/** What the files of one item add up to. Extras do not count. */
export interface FileSummary {
  /** Present main files and parts. */
  fileCount: number;
  /** Label of the best one: `4K`, `1080p` …, or empty. */
  resolution: string;
  durationMs: number | null;
  /** When the first of them was found. */
  addedAt: number | null;
  libraryIds: readonly number[];
}

/** Sums up files inside a transaction of the catalogue; kept by library, used by the scan too. */
export interface FileSummaries {
  /** Items without present files may be left out. */
  summarise(queries: Queries, itemIds: readonly number[]): Promise<ReadonlyMap<number, FileSummary>>;
}

/** Says which titles without files have to stay, for example because somebody watched them. */
export interface ItemKeeper {
  kept(queries: Queries, itemIds: readonly number[]): Promise<ReadonlySet<number>>;
}

/** Lets plugins add to what is shown of a title (hook `catalog.present`). */
export type PresentItem = (detail: ItemDescription) => Promise<ItemDescription>;

/** Starts reading the metadata of a title again; kept by library. */
export type RefreshItem = (itemId: number, accountId: string) => Promise<{ jobId: string }>;

/** Reads a picture from the internet, at most `maxBytes`. */
export type FetchPicture = (url: string, options: { maxBytes: number; signal: AbortSignal }) => Promise<Uint8Array>;

/** The folders that pictures of the file system may lie in. */
export type PictureFolders = () => Promise<readonly string[]>;
