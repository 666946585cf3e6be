import type { Playback, SubtitleTrack } from '../playback.ts';
import type { Cue } from './webvtt.ts';

/** What draws one track; made when it is chosen, thrown away with it. */
export interface SubtitleRenderer {
  destroy(): void;
}

export interface SubtitleStage {
  video: HTMLVideoElement;
  /** Lies over the picture; renderers that draw pictures put their canvas here. */
  host: HTMLElement;
  fonts: Playback['fonts'];
  signal: AbortSignal;
  /** Called with the text cues that show now, by renderers of text. */
  show(cues: readonly Cue[]): void;
}

type Render = (track: SubtitleTrack, stage: SubtitleStage) => Promise<SubtitleRenderer>;

/** Each format brings its own code, fetched when it is first needed. */
const renderers: Record<SubtitleTrack['format'], () => Promise<Render>> = {
  vtt: async () => (await import('./text-renderer.ts')).renderText,
  ass: async () => (await import('./ass-renderer.ts')).renderAss,
  pgs: async () => (await import('./pgs-renderer.ts')).renderPgs,
};

/** The subtitle that shows, if any. */
export class Subtitles {
  state = $state<'off' | 'loading' | 'ready' | 'failed'>('off');
  /** Text cues of this moment. */
  cues = $state.raw<readonly Cue[]>([]);
  #renderer: SubtitleRenderer | undefined;
  #loading: AbortController | undefined;

  /** Shows a track, or none. Never throws: a subtitle that fails leaves the film playing. */
  async show(track: SubtitleTrack | undefined, stage: Pick<SubtitleStage, 'video' | 'host' | 'fonts'>): Promise<void> {
    this.clear();
    if (!track) return;
    const own = (this.#loading = new AbortController());
    this.state = 'loading';
    try {
      const render = await renderers[track.format]();
      const renderer = await render(track, {
        ...stage,
        signal: own.signal,
        show: (cues) => {
          if (!own.signal.aborted) this.cues = cues;
        },
      });
      if (own.signal.aborted) return renderer.destroy();
      this.#renderer = renderer;
      this.state = 'ready';
    } catch (error) {
      if (own.signal.aborted) return;
      console.warn(`subtitle ${track.label}`, error);
      this.state = 'failed';
    }
  }

  clear(): void {
    this.#loading?.abort();
    this.#renderer?.destroy();
    this.#renderer = undefined;
    this.cues = [];
    this.state = 'off';
  }
}
