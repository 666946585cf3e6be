import { PgsRenderer } from 'libpgs';
import workerUrl from 'libpgs/dist/libpgs.worker.js?url';
import { assertOk } from '#lib/api/client.ts';
import type { SubtitleTrack } from '../playback.ts';
import type { SubtitleRenderer, SubtitleStage } from './subtitles.svelte.ts';

/** Draws PGS, the pictures that discs carry as subtitles, in a worker. */
export async function renderPgs(track: SubtitleTrack, stage: SubtitleStage): Promise<SubtitleRenderer> {
  const { video, host, signal } = stage;
  const response = await assertOk(await fetch(track.url, { signal }));
  const sup = await response.arrayBuffer();
  const canvas = document.createElement('canvas');
  canvas.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;object-fit:contain';
  host.append(canvas);
  const renderer = new PgsRenderer({ canvas, workerUrl });
  await renderer.loadFromBuffer(sup);
  let frame = 0;
  const loop = (): void => {
    renderer.renderAtTimestamp(video.currentTime);
    frame = requestAnimationFrame(loop);
  };
  loop();
  return {
    destroy() {
      cancelAnimationFrame(frame);
      renderer.dispose();
      canvas.remove();
    },
  };
}
