import { errorCode } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import { attachSource } from './attach-source.ts';
import type { AttachedSource } from './media-source.ts';
import { findHeadline, type Headline } from './headline.ts';
import { MediaState } from './media-state.svelte.ts';
import type { AudioTrack, Mode, Playback, SubtitleTrack } from './playback.ts';
import { PlaybackReports } from './playback-reports.ts';
import { failureOf, refusalOf, unreachable, type PlayerFailure } from './player-failure.ts';
import type { PlayerMemory } from './player-memory.svelte.ts';
import { recoveryFrom, type Fault } from './recovery.ts';
import { Seeker } from './seeker.svelte.ts';
import { SessionOpener, type Wish as SessionWish } from './session-opener.ts';
import { partAt, partOffset } from './timeline.ts';
import { rememberedSubtitle } from './track-choice.ts';

type Wish = Omit<SessionWish, 'itemId' | 'atLeast'>;
type PlayerApp = Pick<App, 'api' | 'csrf' | 'base' | 'session'>;

/** Advancing this far without a fault forgives the earlier ones. */
const forgivenAfterMs = 10_000;

/** What a report may be answered with when the session cannot go on. */
const endings = new Set([
  'media_unreadable',
  'media_unsupported',
  'storage_full',
  'transcoder_missing',
  'transcode_limit',
]);

/**
 * Plays a title: opens sessions, gives the element its source, recovers from faults, reports. Positions are those of the
 * whole film, however many parts it lies in.
 */
export class Player {
  phase = $state<'opening' | 'ready' | 'failed'>('opening');
  playback = $state.raw<Playback>();
  failure = $state.raw<PlayerFailure>();
  /** What it is called, as soon as that is known. */
  headline = $state.raw<Headline>();
  /** Why it does not go on at the moment, when that is the network. */
  trouble = $state<'none' | 'reconnecting' | 'offline'>('none');
  /** The browser wants a click before it makes a sound. */
  needsClick = $state(false);
  subtitleId = $state<string | null>(null);
  readonly media = new MediaState();
  readonly memory: PlayerMemory;
  readonly #app: PlayerApp;
  readonly #reports: PlaybackReports;
  readonly #seeker: Seeker;
  readonly #sessions: SessionOpener;
  #source: AttachedSource | undefined;
  #itemId = 0;
  /** What this browser could not decode of this title is not tried again. */
  #atLeast: Mode | undefined;
  #turn = 0;
  /** Another source goes on playing, or stays paused, as the one before it did. */
  #plays = true;
  #faults = { network: 0, reopened: 0, atMs: 0 };
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(app: PlayerApp, memory: PlayerMemory) {
    this.#app = app;
    this.memory = memory;
    this.#reports = new PlaybackReports({
      ...app,
      read: () => ({
        positionMs: Math.round(this.#sourceMs),
        paused: this.media.paused,
        audioIndex: this.playback?.audioIndex ?? null,
        subtitleId: this.subtitleId,
      }),
      onRefused: (error) => this.#refused(error),
    });
    this.#seeker = new Seeker(this.media, () => void this.#reports.tell('seek'));
    this.#sessions = new SessionOpener({
      api: app.api,
      memory,
      drop: (session) => this.#reports.drop(session),
    });
  }

  get offsetMs(): number {
    return this.playback ? partOffset(this.playback.parts, this.playback.fileId) : 0;
  }

  get timeMs(): number {
    return this.offsetMs + (this.#seeker.targetMs ?? this.media.timeMs);
  }

  get totalMs(): number {
    const parts = this.playback?.parts ?? [];
    if (parts.length > 1) return parts.reduce((sum, part) => sum + part.durationMs, 0);
    return this.playback?.durationMs || this.media.durationMs;
  }

  get subtitle(): SubtitleTrack | undefined {
    return this.playback?.subtitleTracks.find(({ id }) => id === this.subtitleId);
  }

  /** What the element plays is at the film's end, not at that of a part. */
  get hasEnded(): boolean {
    return (
      this.phase === 'ready' &&
      this.media.ended &&
      this.playback?.fileId === (this.playback?.parts.at(-1)?.fileId ?? this.playback?.fileId)
    );
  }

  /** Opens a title where it was left, or at `positionMs`; an earlier one is ended first. */
  async open(itemId: number, { fileId, positionMs }: Pick<Wish, 'fileId' | 'positionMs'> = {}): Promise<void> {
    this.#itemId = itemId;
    this.#atLeast = undefined;
    this.#plays = true;
    this.#faults = { network: 0, reopened: 0, atMs: 0 };
    await this.#start({ fileId, positionMs });
  }

  /** Leaves: the last report is sent and the session ends. */
  leave(): void {
    this.#turn++;
    clearTimeout(this.#retryTimer);
    void this.#reports.end();
    this.#seeker.cancel();
    this.#source?.detach();
    this.#source = undefined;
  }

  /** Opens the same again where it stopped, after a failure or a page that was put to sleep. */
  async again(): Promise<void> {
    this.#atLeast = undefined;
    this.#faults = { network: 0, reopened: 0, atMs: 0 };
    await this.#start(this.playback ? this.#here() : {});
  }

  async togglePlay(): Promise<void> {
    if (this.phase !== 'ready') return;
    if (!this.media.paused) return this.media.pause();
    if (this.hasEnded) this.seek(0);
    this.needsClick = !(await this.media.play());
  }

  /** Goes to a position of the whole film, into another part if it lies there. */
  seek(ms: number): void {
    if (!this.playback) return;
    const to = Math.min(Math.max(0, ms), Math.max(0, this.totalMs - 500));
    const part = partAt(this.playback.parts, to);
    if (part && part.fileId !== this.playback.fileId)
      void this.#reopen({ fileId: part.fileId, positionMs: Math.round(part.positionMs) });
    else this.#seeker.seek(to - this.offsetMs);
  }

  skip(seconds: number): void {
    this.seek(this.timeMs + seconds * 1000);
  }

  async selectAudio(track: AudioTrack): Promise<void> {
    if (!this.playback || track.index === this.playback.audioIndex) return;
    this.memory.keepTracks(this.playback.title, { audioLanguage: track.language });
    this.memory.keepAudio(this.#itemId, track.index);
    await this.#reopen({ ...this.#here(), audioIndex: track.index });
  }

  selectSubtitle(track: SubtitleTrack | null): void {
    this.subtitleId = track?.id ?? null;
    if (!this.playback) return;
    this.memory.keepTracks(this.playback.title, { subtitle: track && describe(track) });
    void this.#reports.tell('time');
  }

  async selectVersion(fileId: number): Promise<void> {
    if (fileId !== this.playback?.fileId) await this.#reopen({ fileId, positionMs: Math.round(this.#sourceMs) });
  }

  async selectQuality(id: string): Promise<void> {
    this.memory.keep({ quality: id });
    await this.#reopen();
  }

  /** The connection is there again: no need to wait for the next attempt. */
  reconnect(): void {
    if (this.trouble === 'none') return;
    clearTimeout(this.#retryTimer);
    this.#retryNow();
  }

  /** Follows an element for as long as the player is on the page. */
  follow(video: HTMLVideoElement): () => void {
    const unfollow = this.media.follow(video);
    const { volume, muted, rate } = this.memory.current;
    video.volume = volume;
    video.muted = muted;
    this.media.setRate(rate);
    const ending = new AbortController();
    const { signal } = ending;
    video.addEventListener('timeupdate', () => this.#advanced(), { signal });
    video.addEventListener('pause', () => !video.ended && void this.#reports.tell('pause'), { signal });
    video.addEventListener('ended', () => this.#ended(), { signal });
    video.addEventListener('volumechange', () => this.memory.keep({ volume: video.volume, muted: video.muted }), {
      signal,
    });
    return () => {
      ending.abort();
      unfollow();
    };
  }

  get #sourceMs(): number {
    return this.#seeker.targetMs ?? this.media.timeMs;
  }

  #here(): Wish {
    const { fileId, audioIndex } = this.playback ?? {};
    return { fileId, audioIndex: audioIndex ?? undefined, positionMs: Math.round(this.#sourceMs) };
  }

  /** Opens another session for the same title. */
  async #reopen(wish: Wish = this.#here()): Promise<void> {
    if (this.phase === 'ready') this.#plays = !this.media.paused || this.media.ended;
    await this.#start(wish);
  }

  async #start(wish: Wish): Promise<void> {
    const turn = ++this.#turn;
    clearTimeout(this.#retryTimer);
    this.phase = 'opening';
    this.failure = undefined;
    const reported = this.#reports.end();
    this.#source?.hold();
    try {
      // The old session gives its place back before the new one asks for one.
      await reported;
      this.#seeker.cancel();
      const playback = await this.#sessions.open(
        { itemId: this.#itemId, atLeast: this.#atLeast, ...wish },
        () => turn === this.#turn,
      );
      if (playback) await this.#begin(playback, turn);
    } catch (error) {
      if (turn === this.#turn) this.#fail(failureOf(error));
    }
  }

  async #begin(playback: Playback, turn: number): Promise<void> {
    const isSameTitle = this.playback?.itemId === playback.itemId && this.playback.fileId === playback.fileId;
    this.#source?.detach();
    this.#source = undefined;
    this.playback = playback;
    this.headline = playback;
    if (!isSameTitle) this.subtitleId = this.#subtitleFor(playback);
    this.#reports.begin(playback.sessionId);
    const { video } = this.media;
    if (!video) return;
    this.media.reset(playback.startMs, playback.durationMs);
    const { url, mode, startMs, mimeType } = playback;
    const source = { url, isHls: mode !== 'direct', startMs, hasPicture: mimeType.startsWith('video/') };
    const attached = await attachSource(video, source, (fault, url) => this.#recover(fault, url));
    if (turn !== this.#turn) return attached.detach();
    this.#source = attached;
    this.trouble = 'none';
    this.phase = 'ready';
    this.media.setRate(this.memory.current.rate);
    if (this.#plays) this.needsClick = !(await this.media.play());
  }

  #recover(fault: Fault, url?: string): void {
    if (!this.playback) return;
    const recovery = recoveryFrom(fault, { mode: this.playback.mode, ...this.#faults });
    switch (recovery.do) {
      case 'retry':
        this.#faults.network++;
        this.trouble = navigator.onLine ? 'reconnecting' : 'offline';
        this.#retryTimer = setTimeout(() => this.#retryNow(), recovery.afterMs);
        return;
      case 'reopen':
        this.#faults.reopened++;
        return void this.#reopen();
      case 'heavier':
        this.#atLeast = recovery.mode;
        return void this.#reopen();
      case 'fail':
        return void this.#giveUp(fault, url);
    }
  }

  #retryNow(): void {
    this.#source?.retry();
  }

  async #giveUp(fault: Fault, url?: string): Promise<void> {
    const turn = this.#turn;
    const failure = fault === 'network' ? unreachable() : await refusalOf(url);
    if (turn === this.#turn) this.#fail(failure);
  }

  /** A report came back with more than "no such session". */
  #refused(error: unknown): void {
    const code = errorCode(error) ?? '';
    if (code === 'not_found' || code === 'gone') this.#recover('gone');
    else if (endings.has(code)) this.#fail(failureOf(error));
    else console.warn('progress was not stored', error);
  }

  #fail(failure: PlayerFailure): void {
    this.#turn++;
    this.#source?.detach();
    this.#source = undefined;
    this.failure = failure;
    this.trouble = 'none';
    this.phase = 'failed';
    void this.#reports.end();
    if (this.headline?.itemId !== this.#itemId) void this.#nameIt();
  }

  /** A title that cannot be opened has a name all the same. */
  async #nameIt(): Promise<void> {
    const id = this.#itemId;
    const found = await findHeadline(this.#app.api, id);
    if (found && id === this.#itemId) this.headline = found;
  }

  #advanced(): void {
    if (this.media.timeMs - this.#faults.atMs < forgivenAfterMs && this.media.timeMs >= this.#faults.atMs) {
      if (this.trouble !== 'none' && !this.media.waiting) this.trouble = 'none';
      return;
    }
    this.#faults = { network: 0, reopened: 0, atMs: this.media.timeMs };
    this.trouble = 'none';
  }

  /** One part after the other; what follows the last is the page's business. */
  #ended(): void {
    const { parts = [], fileId } = this.playback ?? {};
    const next = parts[parts.findIndex((part) => part.fileId === fileId) + 1];
    if (next && parts.some((part) => part.fileId === fileId)) void this.#reopen({ fileId: next.fileId, positionMs: 0 });
    else void this.#reports.tell('pause');
  }

  #subtitleFor(playback: Playback): string | null {
    const remembered = rememberedSubtitle(playback, this.memory.tracksOf(playback.title));
    return remembered === undefined ? playback.subtitleId : (remembered?.id ?? null);
  }
}

const describe = ({ language, hearingImpaired, forced }: SubtitleTrack) => ({ language, hearingImpaired, forced });
