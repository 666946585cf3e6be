import type { CsrfToken } from '#lib/api/client.ts';
import { ok, type Api } from '#lib/api/client.ts';
import { errorCode } from '#lib/api/problem.ts';

/** Where somebody is, as the server wants to know it. */
export interface Report {
  positionMs: number;
  paused: boolean;
  audioIndex: number | null;
  subtitleId: string | null;
}

export interface PlaybackReportsOptions {
  api: Api;
  csrf: CsrfToken;
  base: string;
  read: () => Report;
  /** The server cannot go on with the session; anything but a lost connection. */
  onRefused: (error: unknown) => void;
}

type Event = 'time' | 'pause' | 'seek' | 'stop';

const everyMs = 10_000;

/** Tells the server where somebody is: every ten seconds, at each pause and seek, and when they leave. */
export class PlaybackReports {
  readonly #options: PlaybackReportsOptions;
  #session: string | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(options: PlaybackReportsOptions) {
    this.#options = options;
  }

  begin(session: string): void {
    this.#session = session;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => void this.tell('time'), everyMs);
  }

  /** Never throws: a report that is lost is followed by the next. */
  async tell(event: Event): Promise<void> {
    const session = this.#session;
    if (!session) return;
    try {
      await ok(
        this.#options.api.POST('/api/v1/playback/{id}/progress', {
          params: { path: { id: session } },
          body: { ...this.#options.read(), event },
        }),
      );
    } catch (error) {
      if (session === this.#session && errorCode(error) !== 'unreachable') this.#options.onRefused(error);
    }
  }

  /** The last report; ends the session. Reaches the server even when the page goes away. */
  async end(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    clearInterval(this.#timer);
    if (!session) return;
    const { base, csrf, read } = this.#options;
    await fetch(`${base}/api/v1/playback/${session}/progress`, {
      method: 'POST',
      keepalive: true,
      headers: { 'content-type': 'application/json', ...csrf.headers() },
      body: JSON.stringify({ ...read(), paused: true, event: 'stop' }),
    }).catch(() => undefined); // unreachable: the server ends sessions it hears nothing of
  }

  /** Ends a session of which nothing was seen, without storing a position. */
  async drop(session: string): Promise<void> {
    if (session === this.#session) {
      this.#session = undefined;
      clearInterval(this.#timer);
    }
    await this.#options.api
      .DELETE('/api/v1/playback/{id}', { params: { path: { id: session } } })
      .catch(() => undefined); // the same
  }
}
