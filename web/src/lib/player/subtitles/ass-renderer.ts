import JASSUB from 'jassub';
import defaultFont from 'jassub/dist/default.woff2?url';
import { assertOk } from '#lib/api/client.ts';
import type { SubtitleTrack } from '../playback.ts';
import type { SubtitleRenderer, SubtitleStage } from './subtitles.svelte.ts';

/** Draws ASS with its styles, by libass in a worker. Fonts come from the film and from the package; from nowhere else. */
export async function renderAss(track: SubtitleTrack, stage: SubtitleStage): Promise<SubtitleRenderer> {
  const { video, host, fonts, signal } = stage;
  const response = await assertOk(await fetch(track.url, { signal }));
  const subContent = await response.text();
  const canvas = document.createElement('canvas');
  canvas.style.position = 'absolute';
  host.append(canvas);
  const renderer = new JASSUB({
    video,
    canvas,
    subContent,
    // The package would load its own font once a cue has asked for it, too late for a film that is paused.
    fonts: [...fonts.map(({ url }) => url), defaultFont].map((url) => new URL(url, location.href).href),
    queryFonts: false,
  });
  await renderer.ready;
  // While paused no frame comes that would draw it.
  const draw = (): void => {
    if (video.videoWidth === 0) return;
    void renderer.manualRender(
      {
        expectedDisplayTime: performance.now(),
        width: video.videoWidth,
        height: video.videoHeight,
        mediaTime: video.currentTime,
      },
      true,
    );
  };
  draw();
  video.addEventListener('seeked', draw);
  return {
    destroy() {
      video.removeEventListener('seeked', draw);
      void renderer.destroy();
    },
  };
}
