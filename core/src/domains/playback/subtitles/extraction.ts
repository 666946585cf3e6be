import { open, rename, rm } from 'node:fs/promises';
import { StringDecoder } from 'node:string_decoder';
import { AppError } from '../../../kernel/errors.ts';
import { startChild, type Child } from '../child.ts';

/** Changes what a program writes while it comes. */
export interface TextChange {
  start: string;
  push(text: string): string;
  end(): string;
}

export interface ExtractionOptions {
  command: string;
  parameters: readonly string[];
  /** Where the whole of it lies in the end; until then it grows beside it. */
  target: string;
  change: TextChange | undefined;
}

/** Nobody reads along for this long: it is given up. */
const lonelyMs = 10_000;
const pieceBytes = 64 * 1024;

/**
 * A track on its way out of a film. A film of many gigabytes takes minutes to read: whoever wants the track reads along
 * from the beginning while it grows.
 */
export class Extraction {
  readonly #options: ExtractionOptions;
  readonly #part: string;
  readonly #child: Child;
  readonly #waiting = new Set<() => void>();
  readonly finished: Promise<void>;
  #written = 0;
  #state: 'running' | 'done' | 'failed' = 'running';
  #failure: AppError | undefined;
  #readers = 0;
  #lonely: NodeJS.Timeout | undefined;

  constructor(options: ExtractionOptions) {
    this.#options = options;
    this.#part = `${options.target}.part`;
    this.#child = startChild(options.command, options.parameters);
    this.finished = this.#work();
  }

  async stop(): Promise<void> {
    await this.#child.stop();
    await this.finished;
  }

  /** The bytes from the first to the last, as they come. @throws AppError when it fails on the way */
  async *read(signal: AbortSignal): AsyncGenerator<Buffer> {
    this.#readers++;
    clearTimeout(this.#lonely);
    let handle: Awaited<ReturnType<typeof open>> | undefined;
    try {
      let at = 0;
      for (;;) {
        while (at >= this.#written && this.#state === 'running' && !signal.aborted) await this.#change(signal);
        if (signal.aborted) return;
        if (this.#failure) throw this.#failure;
        if (at >= this.#written) return;
        handle ??= await this.#open();
        const { bytesRead, buffer } = await handle.read(Buffer.alloc(pieceBytes), 0, pieceBytes, at);
        at += bytesRead;
        yield buffer.subarray(0, bytesRead);
      }
    } finally {
      await handle?.close();
      if (--this.#readers === 0 && this.#state === 'running') this.#leave();
    }
  }

  /** It has its last name as soon as it is whole. */
  async #open() {
    try {
      return await open(this.#part, 'r');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return await open(this.#options.target, 'r');
    }
  }

  #leave(): void {
    this.#lonely = setTimeout(() => void this.#child.stop(), lonelyMs);
    this.#lonely.unref();
  }

  async #work(): Promise<void> {
    try {
      await this.#write();
      await rename(this.#part, this.#options.target);
      this.#state = 'done';
    } catch (error) {
      this.#state = 'failed';
      this.#failure = failureOf(error);
      await this.#child.stop();
      await rm(this.#part, { force: true });
    } finally {
      clearTimeout(this.#lonely);
      this.#wake();
    }
  }

  async #write(): Promise<void> {
    const { change } = this.#options;
    const decoder = new StringDecoder('utf8');
    const handle = await open(this.#part, 'w');
    const put = async (bytes: Buffer): Promise<void> => {
      for (let at = 0; at < bytes.length;) at += (await handle.write(bytes, at)).bytesWritten;
      this.#written += bytes.length;
      if (bytes.length > 0) this.#wake();
    };
    try {
      if (change) await put(Buffer.from(change.start));
      for await (const chunk of this.#child.stdout)
        await put(change ? Buffer.from(change.push(decoder.write(chunk as Buffer))) : (chunk as Buffer));
      const { code } = await this.#child.ended;
      if (code !== 0) throw new AppError('media_unreadable', 'ffmpeg could not read the subtitles out of this film.');
      if (change) await put(Buffer.from(change.push(decoder.end()) + change.end()));
    } finally {
      await handle.close();
    }
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      this.#waiting.add(done);
      signal.addEventListener('abort', done, { once: true });
    });
  }

  #wake(): void {
    for (const done of [...this.#waiting]) done();
  }
}

function failureOf(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return new AppError('storage_full', 'The disk that holds the data directory is full.', {
      fix: 'Free space there.',
      cause: error,
    });
  return new AppError('unavailable', 'The subtitles could not be read out of this film.', { cause: error });
}
