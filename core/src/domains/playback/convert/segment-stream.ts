import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../kernel/errors.ts';
import type { SegmentSource } from './segment-source.ts';
import { initName, segmentName, SegmentRun } from './segment-run.ts';
import { segmentEnd, type SegmentPlan } from './segment-plan.ts';

export interface SegmentStreamOptions {
  plan: SegmentPlan;
  folder: string;
  command: string;
  /** Arguments of a run that begins with this segment. */
  argumentsFrom(segment: number): readonly string[];
  /** Before a run: throws `transcode_limit` when there are too many. Returns how to give the place back. */
  takePlace(): () => void;
  /** ffmpeg failed; every request from now on is told the same. */
  onFailure(failure: AppError): void;
}

/** How far ffmpeg works ahead of the player. */
const aheadMs = 60_000;
/** A segment that ffmpeg will reach within this is waited for; one further off is jumped to. */
const nearMs = 8000;
/** Kept behind the player, for a short step back. */
const behindMs = 30_000;
const longestWaitMs = 60_000;

interface Wish {
  isThere(): boolean;
  /** The run will come to it soon. */
  reaches(run: SegmentRun): boolean;
  /** It is worth a run of its own. */
  isWanted(): boolean;
  segment: number;
  signal: AbortSignal;
}

/**
 * The segments of one session on disk: made when they are asked for, by one ffmpeg at a time, which is started anew
 * wherever the player jumps to.
 */
export class SegmentStream implements SegmentSource {
  readonly #options: SegmentStreamOptions;
  readonly #ready = new Set<number>();
  readonly #waiting = new Set<() => void>();
  #hasInit = false;
  #run: SegmentRun | undefined;
  #failure: AppError | undefined;
  #newest = 0;
  #turn: Promise<void> = Promise.resolve();
  #giveBack: (() => void) | undefined;
  #closed = false;

  constructor(options: SegmentStreamOptions) {
    this.#options = options;
  }

  get plan(): SegmentPlan {
    return this.#options.plan;
  }

  /** Why nothing more comes, if so. */
  get failure(): AppError | undefined {
    return this.#failure;
  }

  get pid(): number | undefined {
    return this.#run?.pid;
  }

  get isRunning(): boolean {
    return this.#run !== undefined;
  }

  /** ffmpeg has worked as far ahead as it may. */
  get isResting(): boolean {
    return this.#run?.isWaiting ?? true;
  }

  /**
   * Starts ffmpeg ahead of the first request.
   * @throws AppError `transcode_limit`
   */
  begin(segment: number): void {
    this.#giveBack ??= this.#options.takePlace();
    // What goes wrong is kept and answers the first request.
    void this.#startAt(segment, () => true).catch((error: unknown) => {
      this.#failure ??= error instanceof AppError ? error : undefined;
    });
  }

  /** The path of the header. @param near the segment to begin with where nothing runs yet */
  async init(near: number, signal: AbortSignal): Promise<string> {
    const isWanted = (): boolean => !this.#run;
    // It is the same wherever a run begins.
    await this.#until({ isThere: () => this.#hasInit, reaches: () => true, isWanted, segment: near, signal });
    return path.join(this.#options.folder, initName);
  }

  /**
   * The path of a segment, made if need be.
   * @throws AppError `not_found`, `storage_full`, `media_unreadable`, `transcode_limit`, `cancelled`, `timeout`
   */
  async segment(segment: number, signal: AbortSignal): Promise<string> {
    if (!(segment in this.plan.starts)) throw new AppError('not_found', `There is no segment ${segment}.`);
    const request = ++this.#newest;
    const reaches = (run: SegmentRun): boolean => {
      const isNear = this.#reaches(run, segment);
      if (isNear) run.want(segment);
      return isNear;
    };
    // Only the newest request decides where ffmpeg works: whoever asked before has jumped on since.
    const isWanted = (): boolean => request === this.#newest;
    await this.#until({ isThere: () => this.#ready.has(segment), reaches, isWanted, segment, signal });
    this.#run?.want(segment);
    await this.#forgetBehind(segment);
    return path.join(this.#options.folder, segmentName(segment));
  }

  /** Ends ffmpeg; the next request starts it again. */
  async release(): Promise<void> {
    const run = this.#run;
    this.#run = undefined;
    this.#leavePlace();
    this.#wake();
    await run?.stop();
  }

  /** Ends everything and removes the segments. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.release();
    await this.#turn;
    await this.release();
    await rm(this.#options.folder, { recursive: true, force: true });
  }

  async #until({ isThere, reaches, isWanted, segment, signal }: Wish): Promise<void> {
    const deadline = AbortSignal.any([signal, AbortSignal.timeout(longestWaitMs)]);
    let starts = 0;
    while (!isThere()) {
      if (this.#closed) throw new AppError('gone', 'The session has ended.');
      if (this.#failure) throw this.#failure;
      if (signal.aborted) throw new AppError('cancelled', 'The client left.');
      if (deadline.aborted) throw new AppError('timeout', 'The segment was not converted in time.');
      if (this.#run && reaches(this.#run)) await this.#change(deadline);
      else if (!isWanted()) throw new AppError('cancelled', 'The player has gone somewhere else.');
      else if (starts++ > 1) throw missing(segment, this.plan);
      else await this.#startAt(segment, isWanted);
    }
  }

  #reaches(run: SegmentRun, segment: number): boolean {
    const { starts } = this.plan;
    const [there, here] = [starts[segment] ?? 0, starts[run.current] ?? Infinity];
    return segment >= run.current && (segment - run.current <= 1 || there - here <= nearMs);
  }

  /** Resolves with the next segment, the end of a run, or the end of patience. */
  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      if (signal.aborted) done();
      else signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }

  /** One after the other: two jumps at once must not start two. */
  #startAt(segment: number, isWanted: () => boolean): Promise<void> {
    const turn = this.#turn.then(() => (isWanted() ? this.#start(segment) : undefined));
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #start(segment: number): Promise<void> {
    if (this.#closed || (this.#run && this.#reaches(this.#run, segment))) return;
    if (this.#run) await this.release();
    this.#giveBack ??= this.#options.takePlace();
    try {
      await mkdir(this.#options.folder, { recursive: true });
    } catch (cause) {
      this.#leavePlace();
      throw new AppError('storage_full', 'The folder for converted segments cannot be made.', {
        fix: 'Check the space and the permissions of playback.transcodeDir.',
        cause,
      });
    }
    const run: SegmentRun = new SegmentRun({
      command: this.#options.command,
      parameters: this.#options.argumentsFrom(segment),
      plan: this.plan,
      folder: this.#options.folder,
      first: segment,
      aheadMs,
      onInit: () => {
        this.#hasInit = true;
        this.#wake();
      },
      onSegment: (made) => {
        this.#ready.add(made);
        this.#wake();
      },
      onEnd: (failure) => this.#ended(run, failure),
    });
    this.#run = run;
  }

  #ended(run: SegmentRun, failure: AppError | undefined): void {
    if (this.#run !== run) return;
    this.#run = undefined;
    this.#failure = failure;
    if (failure) this.#options.onFailure(failure);
    this.#leavePlace();
    this.#wake();
  }

  #leavePlace(): void {
    this.#giveBack?.();
    this.#giveBack = undefined;
  }

  async #forgetBehind(segment: number): Promise<void> {
    const { starts } = this.plan;
    const from = (starts[segment] ?? 0) - behindMs;
    const to = segmentEnd(this.plan, segment) + aheadMs * 2;
    for (const each of [...this.#ready]) {
      if (segmentEnd(this.plan, each) >= from && (starts[each] ?? 0) <= to) continue;
      this.#ready.delete(each);
      await rm(path.join(this.#options.folder, segmentName(each)), { force: true });
    }
  }
}

function missing(segment: number, plan: SegmentPlan): AppError {
  const at = Math.round((plan.starts[segment] ?? 0) / 1000);
  return new AppError('media_unreadable', `The file has nothing to play at ${at} s: it ends early or is damaged.`, {
    fix: 'Copy the file again.',
    details: { positionMs: plan.starts[segment] },
  });
}
