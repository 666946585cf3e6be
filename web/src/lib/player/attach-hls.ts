import Hls, { type ErrorData } from 'hls.js/light';
import { empty, type AttachedSource, type OnFault, type Source } from './media-source.ts';
import { faultOfStatus } from './recovery.ts';

/** Plays HLS through Media Source Extensions. */
export function attachHls(video: HTMLVideoElement, { url, startMs }: Source, onFault: OnFault): AttachedSource {
  const hls = new Hls({
    startPosition: startMs / 1000,
    // Fragmented MP4 needs no repacking, so a worker would only copy bytes.
    enableWorker: false,
    maxBufferLength: 40,
    maxMaxBufferLength: 80,
    backBufferLength: 40,
    // A segment may have to be converted first; the server waits for a minute.
    fragLoadPolicy: { default: loadPolicy },
    manifestLoadPolicy: { default: loadPolicy },
    playlistLoadPolicy: { default: loadPolicy },
  });
  let repairs = 0;
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.NETWORK_ERROR) return onFault(networkFault(data), data.frag?.url ?? data.url);
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && !isUnsupported(data) && repairs++ < 1)
      return hls.recoverMediaError();
    onFault('decode');
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    hold() {
      video.pause();
      hls.stopLoad();
    },
    retry() {
      if (hls.levels.length === 0) hls.loadSource(url);
      hls.startLoad(video.currentTime || startMs / 1000);
    },
    detach() {
      hls.destroy();
      empty(video);
    },
  };
}

const loadPolicy = {
  maxTimeToFirstByteMs: 65_000,
  maxLoadTimeMs: 120_000,
  timeoutRetry: { maxNumRetry: 1, retryDelayMs: 0, maxRetryDelayMs: 0 },
  errorRetry: { maxNumRetry: 2, retryDelayMs: 500, maxRetryDelayMs: 2000 },
};

const isUnsupported = ({ details }: ErrorData): boolean =>
  details === Hls.ErrorDetails.BUFFER_ADD_CODEC_ERROR ||
  details === Hls.ErrorDetails.BUFFER_INCOMPATIBLE_CODECS_ERROR ||
  details === Hls.ErrorDetails.MANIFEST_INCOMPATIBLE_CODECS_ERROR;

function networkFault({ response }: ErrorData) {
  const fault = faultOfStatus(response?.code ?? 0);
  // A playlist that cannot be read came through the network all the same.
  return fault === 'decode' ? 'network' : fault;
}
