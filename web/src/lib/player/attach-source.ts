import type { Fault } from './recovery.ts';
import { faultOfStatus } from './recovery.ts';
import { empty, type AttachedSource, type OnFault, type Source } from './media-source.ts';

/** Gives a video element something to play. Faults after that are told, not thrown. */
export async function attachSource(video: HTMLVideoElement, source: Source, onFault: OnFault): Promise<AttachedSource> {
  if (source.isHls && 'MediaSource' in window) {
    const { attachHls } = await import('./attach-hls.ts');
    return attachHls(video, source, onFault);
  }
  return attachFile(video, source, onFault);
}

/** A file with byte ranges, or a playlist where the browser plays those by itself. */
function attachFile(video: HTMLVideoElement, { url, startMs, hasPicture }: Source, onFault: OnFault): AttachedSource {
  const ending = new AbortController();
  let position = startMs / 1000;
  const load = (): void => {
    video.src = url;
    // Before there are metadata this sets where playing begins.
    if (position > 0) video.currentTime = position;
  };
  video.addEventListener('timeupdate', () => (position = video.currentTime || position), { signal: ending.signal });
  video.addEventListener(
    'error',
    () => {
      const code = video.error?.code;
      if (code === MediaError.MEDIA_ERR_NETWORK) return onFault('network');
      if (code === MediaError.MEDIA_ERR_DECODE) return onFault('decode');
      if (code === MediaError.MEDIA_ERR_SRC_NOT_SUPPORTED) void faultOf(url, ending.signal).then(tell);
    },
    { signal: ending.signal },
  );
  const tell = (fault: Fault): void => {
    if (!ending.signal.aborted) onFault(fault, url);
  };
  // Some browsers play the sound of a film whose picture they cannot decode, and call it success.
  video.addEventListener(
    'loadeddata',
    () => {
      if (hasPicture && video.videoWidth === 0) onFault('decode');
    },
    { signal: ending.signal },
  );
  load();
  return {
    hold() {
      video.pause();
      ending.abort();
    },
    retry() {
      load();
      void video.play().catch(() => undefined); // the error event tells, and a refused start leaves it paused
    },
    detach() {
      ending.abort();
      empty(video);
    },
  };
}

/** Elements say "not supported" of missing files too: one byte tells which it is. */
async function faultOf(url: string, signal: AbortSignal): Promise<Fault> {
  try {
    const { status } = await fetch(url, { headers: { range: 'bytes=0-0' }, signal });
    return faultOfStatus(status);
  } catch {
    return 'network';
  }
}
