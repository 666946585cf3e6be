import { ok } from '#lib/api/client.ts';
import type { App } from '#lib/app.svelte.ts';
import { browserProbe, findProfile } from './client-profile.ts';
import type { ClientProfile, Playback, StartWish } from './playback.ts';
import type { PlayerMemory } from './player-memory.svelte.ts';
import { limited } from './qualities.ts';
import { chooseAudio } from './track-choice.ts';

export type Wish = Pick<StartWish, 'itemId' | 'fileId' | 'audioIndex' | 'positionMs' | 'atLeast'>;

export interface SessionOpenerOptions {
  api: App['api'];
  memory: PlayerMemory;
  /** Languages in which the account would rather hear, the best first. */
  languages: () => readonly string[];
  /** Ends a session that nobody watched. */
  drop: (session: string) => Promise<void>;
}

/** Opens sessions for this browser, in the language that is wanted. */
export class SessionOpener {
  readonly #options: SessionOpenerOptions;
  #profile: Promise<ClientProfile> | undefined;

  constructor(options: SessionOpenerOptions) {
    this.#options = options;
  }

  /**
   * Undefined when the answer came after somebody changed their mind; the session is ended then.
   * @throws ApiError `transcoder_missing`, `transcode_limit`, `media_unreadable`, …
   */
  async open(wish: Wish, isWanted: () => boolean): Promise<Playback | undefined> {
    const { memory, languages, drop } = this.#options;
    const first = await this.#ask({ audioIndex: memory.audioOf(wish.itemId), ...wish }, isWanted);
    if (!first) return undefined;
    const remembered = memory.tracksOf(first.title)?.audioLanguage;
    const wished = [...(remembered === undefined ? [] : [remembered]), ...languages()];
    const better = chooseAudio(first.audioTracks, first.audioIndex, wished);
    if (!better) return first;
    await drop(first.sessionId);
    const again = { ...wish, fileId: first.fileId, positionMs: first.startMs, audioIndex: better.index };
    return this.#ask(again, isWanted);
  }

  async #ask(wish: Wish, isWanted: () => boolean): Promise<Playback | undefined> {
    const { api, memory, drop } = this.#options;
    this.#profile ??= findProfile(browserProbe());
    const client = limited(await this.#profile, memory.current.quality);
    const playback = await ok(api.POST('/api/v1/playback', { body: { ...wish, client } }));
    if (isWanted()) return playback;
    await drop(playback.sessionId);
    return undefined;
  }
}
