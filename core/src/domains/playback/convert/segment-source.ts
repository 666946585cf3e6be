import type { AppError } from '../../../kernel/errors.ts';
import type { SegmentPlan } from './segment-plan.ts';

/** Makes the segments of one session, when they are asked for. */
export interface SegmentSource {
  readonly plan: SegmentPlan;
  /** Why nothing more comes, if so. */
  readonly failure: AppError | undefined;
  /** Something works on segments right now. */
  readonly isRunning: boolean;
  /** Starts ahead of the first request. @throws AppError `transcode_limit` */
  begin(segment: number): void;
  /** The path of the header. @param near the segment to begin with where nothing was made yet */
  init(near: number, signal: AbortSignal): Promise<string>;
  /**
   * The path of a segment.
   * @throws AppError `not_found`, `storage_full`, `media_unreadable`, `transcode_limit`, `cancelled`, `timeout`
   */
  segment(segment: number, signal: AbortSignal): Promise<string>;
  /** Ends what works; the next request starts it again. */
  release(): Promise<void>;
  /** Ends everything and removes the segments. */
  close(): Promise<void>;
}
