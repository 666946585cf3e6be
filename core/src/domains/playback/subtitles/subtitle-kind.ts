import path from 'node:path';
import type { SubtitleFacts } from '../media-facts.ts';

/** How a browser shows a track: text, text with styles and fonts, pictures. */
export type SubtitleFormat = 'vtt' | 'ass' | 'pgs';

const byCodec: Record<string, SubtitleFormat> = {
  subrip: 'vtt',
  srt: 'vtt',
  mov_text: 'vtt',
  webvtt: 'vtt',
  text: 'vtt',
  microdvd: 'vtt',
  ass: 'ass',
  ssa: 'ass',
  hdmv_pgs_subtitle: 'pgs',
};
const byExtension: Record<string, SubtitleFormat> = {
  '.srt': 'vtt',
  '.vtt': 'vtt',
  '.sub': 'vtt',
  '.txt': 'vtt',
  '.ass': 'ass',
  '.ssa': 'ass',
  '.sup': 'pgs',
};

/** Undefined for kinds that no browser can be shown (VobSub, DVB, teletext). */
export function formatOf({ codec, externalPath }: SubtitleFacts): SubtitleFormat | undefined {
  if (externalPath === undefined) return byCodec[codec];
  // Beside the film the extension says more than what the scan called it; a `.sub` with an `.idx` holds pictures.
  if (codec === 'dvd_subtitle') return undefined;
  return byExtension[path.extname(externalPath).toLowerCase()];
}

const pictureCodecs = new Set(['dvd_subtitle', 'dvb_subtitle', 'xsub']);

/** Why no browser can be shown a track. */
export const unshownReason = ({ codec }: SubtitleFacts): string =>
  pictureCodecs.has(codec)
    ? 'These subtitles are pictures of a kind that browsers cannot show, as DVDs and broadcasts have them. Put text subtitles (.srt) beside the film.'
    : 'Subtitles of this kind cannot be shown in a browser. Put text subtitles (.srt) beside the film.';

/** Name of a track in addresses of this session: `stream:3`, `file:12`. */
export const subtitleId = (track: SubtitleFacts): string =>
  track.externalPath === undefined ? `stream:${track.index}` : `file:${track.streamId}`;

const suffixes: Record<SubtitleFormat, string> = { vtt: 'vtt', ass: 'ass', pgs: 'sup' };

/** Last part of a track's address: `stream-3.vtt`. */
export const subtitleFileName = (track: SubtitleFacts, format: SubtitleFormat): string =>
  `${subtitleId(track).replace(':', '-')}.${suffixes[format]}`;

export const subtitleType: Record<SubtitleFormat, string> = {
  vtt: 'text/vtt; charset=utf-8',
  ass: 'text/x-ssa; charset=utf-8',
  pgs: 'application/octet-stream',
};
