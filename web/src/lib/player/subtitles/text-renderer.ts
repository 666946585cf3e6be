import { assertOk } from '#lib/api/client.ts';
import type { SubtitleTrack } from '../playback.ts';
import type { SubtitleRenderer, SubtitleStage } from './subtitles.svelte.ts';
import { cuesAt, parseWebVtt, type Cue } from './webvtt.ts';

/** Fetches a WebVTT track and tells its cues frame by frame; the overlay draws them. */
export async function renderText(track: SubtitleTrack, stage: SubtitleStage): Promise<SubtitleRenderer> {
  const response = await assertOk(await fetch(track.url, { signal: stage.signal }));
  const cues = parseWebVtt(await response.text());
  const { video } = stage;
  let shown: Cue[] = [];
  let frame = 0;

  const update = (): void => {
    const now = cuesAt(cues, video.currentTime * 1000);
    if (now.length === shown.length && now.every((cue, i) => cue === shown[i])) return;
    shown = now;
    stage.show(now);
  };
  const loop = (): void => {
    update();
    frame = requestAnimationFrame(loop);
  };
  loop();
  return { destroy: () => cancelAnimationFrame(frame) };
}
