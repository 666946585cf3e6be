import { mkdir, rm } from 'node:fs/promises';
import { AppError, notFound } from '../../kernel/errors.ts';
import type { Logger } from '../../kernel/log/logger.ts';
import type { PlaybackSettings } from './capabilities.ts';
import type { PlaybackSession, SessionFacts } from './playback-session.ts';

export interface PlaybackSessionsOptions {
  settings: PlaybackSettings;
  /** Folder for segments, of nobody else's. Emptied at start and at the end. */
  folder: () => string;
  logger: Logger;
  /** A session ended, whoever ended it. */
  onEnd(session: PlaybackSession): void;
}

const sweepMs = 5000;
/** Nothing asked for this long: ffmpeg ends, the session stays. */
const idleRunMs = 30_000;
/** Nothing heard for this long: the session ends. Browsers let pages in the background report once a minute only. */
const lostMs = 180_000;

/** Who is watching. Sessions live in memory: after a restart players open new ones. */
export class PlaybackSessions {
  readonly #options: PlaybackSessionsOptions;
  readonly #sessions = new Map<string, PlaybackSession>();
  #conversions = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PlaybackSessionsOptions) {
    this.#options = options;
  }

  /** Removes what an earlier run of the server left behind. */
  async start(): Promise<void> {
    await rm(this.#options.folder(), { recursive: true, force: true });
    await mkdir(this.#options.folder(), { recursive: true });
    this.#timer = setInterval(() => this.#sweep(), sweepMs);
    this.#timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all([...this.#sessions.values()].map((session) => this.end(session)));
    await rm(this.#options.folder(), { recursive: true, force: true });
  }

  /** Of an account that may not watch any more: its addresses answer nothing from now on. */
  endOf(accountId: string): Promise<void> {
    return this.#endWhere((facts) => facts.accountId === accountId);
  }

  /** Begun by somebody who has signed out there: those of the account's other logins go on. */
  endOfLogin(loginId: string): Promise<void> {
    return this.#endWhere((facts) => facts.loginId === loginId);
  }

  add(session: PlaybackSession): void {
    this.#sessions.set(session.facts.id, session);
  }

  list(): PlaybackSession[] {
    return [...this.#sessions.values()];
  }

  /** Sessions that convert right now. */
  get conversions(): number {
    return this.#conversions;
  }

  find(id: string): PlaybackSession | undefined {
    return this.#sessions.get(id);
  }

  /** A session of that account. @throws AppError `not_found` */
  get(id: string, accountId: string): PlaybackSession {
    const session = this.#sessions.get(id);
    if (session?.facts.accountId !== accountId) throw notFound('playback session', id);
    return session;
  }

  /**
   * Takes one of the places for conversions.
   * @returns how to give it back
   * @throws AppError `transcode_limit`
   */
  takePlace(): () => void {
    const { maxTranscodes } = this.#options.settings();
    if (this.#conversions >= maxTranscodes) this.#makeRoom();
    if (this.#conversions >= maxTranscodes) {
      throw new AppError('transcode_limit', `All ${maxTranscodes} conversions that may run at once are in use.`, {
        fix: 'Wait until somebody stops, or raise playback.maxTranscodes.',
        details: { limit: maxTranscodes },
      });
    }
    this.#conversions++;
    let isTaken = true;
    return () => {
      if (isTaken) this.#conversions--;
      isTaken = false;
    };
  }

  /** Whoever left without a word gives way; if they come back, their ffmpeg starts again. */
  #makeRoom(): void {
    const quiet = this.list()
      .filter(({ facts, isQuiet }) => isQuiet && facts.stream?.isRunning && facts.decision.mode !== 'remux')
      .toSorted((a, b) => a.lastRequest - b.lastRequest)[0];
    const released = quiet?.facts.stream?.release();
    if (released) this.#inBackground(released);
  }

  /** Ends a session; resolves when its ffmpeg is gone and its segments are removed. */
  async end(session: PlaybackSession): Promise<void> {
    if (!this.#sessions.delete(session.facts.id)) return;
    session.forget();
    this.#options.onEnd(session);
    await session.facts.stream?.close();
  }

  /** Their addresses answer nothing any more, even where ffmpeg or its files cannot be got rid of: whoever signs out is signed out. */
  async #endWhere(isMeant: (facts: SessionFacts) => boolean): Promise<void> {
    const meant = this.list().filter(({ facts }) => isMeant(facts));
    await Promise.all(meant.map((session) => this.#logged(this.end(session))));
  }

  #sweep(): void {
    const now = Date.now();
    for (const session of this.#sessions.values()) {
      const { stream } = session.facts;
      if (session.isSending) continue;
      if (now - session.lastContact > lostMs) this.#inBackground(this.end(session));
      else if (stream?.isRunning && now - session.lastRequest > idleRunMs) this.#inBackground(stream.release());
    }
  }

  #inBackground(work: Promise<void>): void {
    void this.#logged(work);
  }

  #logged(work: Promise<void>): Promise<void> {
    const { logger } = this.#options;
    return work.catch((error: unknown) => logger.error({ err: error }, 'A playback session could not be ended'));
  }
}
