import { open, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { AppError } from '../../../kernel/errors.ts';
import { startChild, type Child } from '../child.ts';
import { offsetSeconds } from './ffmpeg-arguments.ts';
import { FragmentReader } from './fragment-reader.ts';
import { segmentAt, segmentEnd, type SegmentPlan } from './segment-plan.ts';

export interface SegmentRunOptions {
  command: string;
  parameters: readonly string[];
  plan: SegmentPlan;
  folder: string;
  /** The first segment that is wanted; earlier ones are thrown away. */
  first: number;
  /** How far ahead of the last asked-for segment it may work. */
  aheadMs: number;
  onSegment(segment: number): void;
  onInit(): void;
  /** Once, when nothing more comes. Without an error it came to the end of the film or was stopped. */
  onEnd(error?: AppError): void;
}

export const initName = 'init.mp4';
export const segmentName = (segment: number): string => `${segment}.m4s`;

/**
 * One ffmpeg that writes segments, from one of them to the end. It works ahead of the player by so much; then nobody reads
 * its output, which stops it without a signal.
 */
export class SegmentRun {
  readonly #options: SegmentRunOptions;
  readonly #child: Child;
  readonly #finished: Promise<void>;
  #current: number;
  #wanted: number;
  #stopped = false;
  #file: { segment: number; handle: FileHandle } | undefined;
  #makeRoom: (() => void) | undefined;

  constructor(options: SegmentRunOptions) {
    this.#options = options;
    this.#current = options.first;
    this.#wanted = options.first;
    this.#child = startChild(options.command, options.parameters);
    this.#finished = this.#work();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The segment that is written now, or next. */
  get current(): number {
    return this.#current;
  }

  /** It has worked as far ahead as it may and waits. */
  get isWaiting(): boolean {
    return this.#makeRoom !== undefined;
  }

  want(segment: number): void {
    this.#wanted = segment;
    this.#makeRoom?.();
  }

  /** Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#makeRoom?.();
    await this.#child.stop();
    await this.#finished;
  }

  async #work(): Promise<void> {
    let failure: AppError | undefined;
    try {
      await this.#read();
      failure = await this.#judge();
      await this.#close(failure === undefined);
    } catch (error) {
      failure = this.#stopped ? undefined : conversionFailure(error);
      await this.#child.stop();
      await this.#close(false);
    }
    this.#options.onEnd(this.#stopped ? undefined : failure);
  }

  async #read(): Promise<void> {
    const reader = new FragmentReader(offsetSeconds);
    let isDropping = true;
    for await (const chunk of this.#child.stdout) {
      for (const part of reader.push(chunk as Buffer)) {
        if (this.#stopped) return;
        if (part.kind === 'init') await this.#writeInit(part.bytes);
        else if (part.kind === 'fragment') {
          const segment = segmentAt(this.#options.plan, part.startMs);
          isDropping = segment < this.#options.first;
          if (!isDropping) await this.#enter(segment);
        }
        if (!isDropping && part.kind !== 'init') await this.#write(part.bytes);
      }
    }
  }

  /** What the end of the process means. */
  async #judge(): Promise<AppError | undefined> {
    const { code, signal } = await this.#child.ended;
    if (this.#stopped || code === 0) return undefined;
    return conversionFailed(this.#child.complaint(), signal);
  }

  async #writeInit(bytes: Buffer): Promise<void> {
    const target = path.join(this.#options.folder, initName);
    await writeFile(`${target}.part`, bytes);
    await rename(`${target}.part`, target);
    this.#options.onInit();
  }

  /** Several fragments may belong to one segment; the first of the next one completes it. */
  async #enter(segment: number): Promise<void> {
    if (this.#file?.segment === segment) return;
    await this.#close(true);
    this.#current = segment;
    await this.#room();
    if (this.#stopped) return;
    const handle = await open(this.#partPath(segment), 'w');
    this.#file = { segment, handle };
  }

  /** Waits until the player is near enough. */
  async #room(): Promise<void> {
    const { plan, aheadMs } = this.#options;
    const start = plan.starts[this.#current] ?? 0;
    while (!this.#stopped && start > segmentEnd(plan, this.#wanted) + aheadMs) {
      await new Promise<void>((resolve) => (this.#makeRoom = resolve));
      this.#makeRoom = undefined;
    }
  }

  async #write(bytes: Buffer): Promise<void> {
    const handle = this.#file?.handle;
    for (let at = 0; handle && at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
  }

  async #close(isWhole: boolean): Promise<void> {
    if (!this.#file) return;
    const { segment, handle } = this.#file;
    this.#file = undefined;
    await handle.close();
    if (!isWhole || this.#stopped) return await rm(this.#partPath(segment), { force: true });
    await rename(this.#partPath(segment), path.join(this.#options.folder, segmentName(segment)));
    this.#current = segment + 1;
    this.#options.onSegment(segment);
  }

  #partPath(segment: number): string {
    return path.join(this.#options.folder, `${segmentName(segment)}.${this.#child.pid ?? 0}.part`);
  }
}

function conversionFailed(complaint: string, signal: NodeJS.Signals | null): AppError {
  const last = complaint.split('\n').at(-1) ?? '';
  if (signal)
    return new AppError('unavailable', `ffmpeg was ended by ${signal} while it converted the film.`, {
      fix: 'Play again; when it happens often, look whether the machine runs out of memory.',
    });
  return new AppError('media_unreadable', `ffmpeg could not convert the film: ${withoutPaths(last)}.`, {
    fix: 'Check that the file plays elsewhere; the log has more.',
    cause: complaint,
  });
}

const withoutPaths = (text: string): string => text.replaceAll(/(file:)?\/\S+/g, 'the file').replace(/[.\s]+$/, '');

/** What an error while segments are made means for who waits for them. */
export function conversionFailure(error: unknown): AppError {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('storage_full', 'The disk for converted segments is full.', {
      fix: 'Free space in the data directory, or set playback.transcodeDir to another disk.',
      cause: error,
    });
  if (code === 'ENOENT' || code === 'EACCES')
    return new AppError('transcoder_missing', 'ffmpeg could not be started, or the folder for segments is gone.', {
      fix: 'Check playback.ffmpeg and playback.transcodeDir.',
      cause: error,
    });
  if (error instanceof AppError) return error;
  return new AppError('unavailable', 'What ffmpeg made of the film cannot be read.', {
    fix: 'Look into the log, and whether the installed ffmpeg is version 5 or newer.',
    cause: error,
  });
}
