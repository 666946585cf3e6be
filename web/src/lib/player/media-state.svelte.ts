import { stretchesOf, type Stretch } from './timeline.ts';

/** A video element as state: what it does, and the few things one asks of it. Milliseconds throughout. */
export class MediaState {
  timeMs = $state(0);
  durationMs = $state(0);
  paused = $state(true);
  ended = $state(false);
  /** Wants to play and cannot. */
  waiting = $state(false);
  seeking = $state(false);
  /** A frame of the present source has been shown. */
  hasPicture = $state(false);
  buffered = $state.raw<readonly Stretch[]>([]);
  volume = $state(1);
  muted = $state(false);
  rate = $state(1);
  width = $state(0);
  height = $state(0);
  #video: HTMLVideoElement | undefined;

  get video(): HTMLVideoElement | undefined {
    return this.#video;
  }

  /** Follows an element; returns the way to stop. */
  follow(video: HTMLVideoElement): () => void {
    this.#video = video;
    const ending = new AbortController();
    const on = (names: string, listener: () => void): void => {
      for (const name of names.split(' ')) video.addEventListener(name, listener, { signal: ending.signal });
    };
    on('timeupdate seeked', () => (this.timeMs = video.currentTime * 1000));
    on('durationchange', () => (this.durationMs = Number.isFinite(video.duration) ? video.duration * 1000 : 0));
    on('play pause ended emptied playing seeked', () => this.#readPlaying(video));
    on('waiting', () => (this.waiting = !video.paused));
    on('playing canplay', () => (this.waiting = false));
    on('seeking', () => (this.seeking = true));
    on('seeked emptied', () => (this.seeking = false));
    on('progress timeupdate emptied seeked', () => (this.buffered = stretchesOf(video.buffered)));
    on('volumechange', () => this.#readSound(video));
    on('ratechange', () => (this.rate = video.playbackRate));
    on('loadeddata playing', () => (this.hasPicture = true));
    on('emptied', () => (this.hasPicture = false));
    on('resize loadedmetadata', () => {
      this.width = video.videoWidth;
      this.height = video.videoHeight;
    });
    this.#readSound(video);
    return () => {
      ending.abort();
      this.#video = undefined;
    };
  }

  /** Another source comes: what the last one did is over before its events say so. */
  reset(startMs: number, durationMs: number): void {
    this.timeMs = startMs;
    this.durationMs = durationMs;
    this.ended = false;
    this.hasPicture = false;
    this.buffered = [];
  }

  /** Is the position there already, so that going to it costs nothing? */
  isBuffered(ms: number): boolean {
    return this.buffered.some(({ startMs, endMs }) => startMs <= ms && ms <= endMs);
  }

  /** Begins or goes on; answers false when the browser wants a click first. */
  async play(): Promise<boolean> {
    this.paused = false; // before its event says so: two quick clicks are not the same one twice
    try {
      await this.#video?.play();
      return true;
    } catch (error) {
      this.paused = this.#video?.paused ?? true;
      if (error instanceof DOMException && error.name === 'NotAllowedError') return false;
      // Another source came first, or it cannot be decoded: the error event tells.
      return true;
    }
  }

  pause(): void {
    this.#video?.pause();
    this.paused = true;
  }

  seek(ms: number): void {
    if (!this.#video) return;
    this.#video.currentTime = Math.max(0, ms / 1000);
    this.timeMs = Math.max(0, ms);
  }

  setVolume(volume: number): void {
    if (!this.#video) return;
    this.#video.volume = Math.min(1, Math.max(0, volume));
    this.#video.muted = false;
  }

  setMuted(muted: boolean): void {
    if (this.#video) this.#video.muted = muted;
  }

  setRate(rate: number): void {
    if (!this.#video) return;
    this.#video.defaultPlaybackRate = rate;
    this.#video.playbackRate = rate;
  }

  #readPlaying(video: HTMLVideoElement): void {
    this.paused = video.paused;
    this.ended = video.ended;
    if (video.paused) this.waiting = false;
  }

  #readSound(video: HTMLVideoElement): void {
    this.volume = video.volume;
    this.muted = video.muted;
  }
}
