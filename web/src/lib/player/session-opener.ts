import { ok } from '#lib/api/client.ts';
import type { App } from '#lib/app.svelte.ts';
import { browserProbe, findProfile } from './client-profile.ts';
import type { ClientProfile, Playback, StartWish } from './playback.ts';
import type { PlayerMemory } from './player-memory.svelte.ts';
import { limited } from './qualities.ts';
import { rememberedAudio } from './track-choice.ts';

export type Wish = Pick<StartWish, 'itemId' | 'fileId' | 'audioIndex' | 'positionMs' | 'atLeast'>;

export interface SessionOpenerOptions {
  api: App['api'];
  memory: PlayerMemory;
  /** Ends a session that nobody watched. */
  drop: (session: string) => Promise<void>;
}

/** Opens sessions for this browser. The server chooses by what the account prefers; what was chosen here for a title goes before. */
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
    const { memory, drop } = this.#options;
    const first = await this.#ask({ audioIndex: memory.audioOf(wish.itemId), ...wish }, isWanted);
    if (!first) return undefined;
    const better = rememberedAudio(first, memory.tracksOf(first.title));
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
