import type { PlayerMemory } from './player-memory.svelte.ts';

/** How much of the screen the picture has. */
export class Screen {
  fullscreen = $state(false);
  pictureInPicture = $state(false);
  readonly #memory: PlayerMemory;
  #video: HTMLVideoElement | undefined;

  constructor(memory: PlayerMemory) {
    this.#memory = memory;
  }

  /** Edge to edge; otherwise the picture stands beside chapters and what comes next. */
  get theater(): boolean {
    return this.#memory.current.theater;
  }

  get mayFullscreen(): boolean {
    return document.fullscreenEnabled || (this.#video !== undefined && 'webkitEnterFullscreen' in this.#video);
  }

  get mayPictureInPicture(): boolean {
    return document.pictureInPictureEnabled;
  }

  follow(video: HTMLVideoElement): () => void {
    this.#video = video;
    const ending = new AbortController();
    const { signal } = ending;
    const read = (): void => {
      this.fullscreen = document.fullscreenElement !== null;
    };
    document.addEventListener('fullscreenchange', read, { signal });
    video.addEventListener('enterpictureinpicture', () => (this.pictureInPicture = true), { signal });
    video.addEventListener('leavepictureinpicture', () => (this.pictureInPicture = false), { signal });
    read();
    return () => {
      ending.abort();
      if (document.pictureInPictureElement === video) ignoreRefusal(document.exitPictureInPicture());
    };
  }

  toggleTheater(): void {
    this.#memory.keep({ theater: !this.theater });
  }

  /** The whole page, so that menus and messages show there too; a phone that only knows videos shows its own player. */
  toggleFullscreen(): void {
    if (document.fullscreenElement) return ignoreRefusal(document.exitFullscreen());
    if (document.fullscreenEnabled) return ignoreRefusal(document.documentElement.requestFullscreen());
    const phone = this.#video as (HTMLVideoElement & { webkitEnterFullscreen?: () => void }) | undefined;
    phone?.webkitEnterFullscreen?.();
  }

  leaveFullscreen(): void {
    if (document.fullscreenElement) ignoreRefusal(document.exitFullscreen());
  }

  togglePictureInPicture(): void {
    if (document.pictureInPictureElement) return ignoreRefusal(document.exitPictureInPicture());
    if (this.#video && this.mayPictureInPicture) ignoreRefusal(this.#video.requestPictureInPicture());
  }
}

/** Browsers refuse without a click or before there is a picture; the button simply does nothing then. */
function ignoreRefusal(asked: Promise<unknown>): void {
  asked.catch((error: unknown) => console.info('screen', error));
}
