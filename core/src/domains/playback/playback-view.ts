import type { z } from 'zod';
import { defaultAudio } from './choose-tracks.ts';
import type { MediaFacts } from './media-facts.ts';
import type { PlaybackSession } from './playback-session.ts';
import type { startPlayback } from './playback.schema.ts';
import type { StreamAddresses, StreamKind } from './stream-addresses.ts';
import { formatOf, subtitleFileName, subtitleId, unshownReason } from './subtitles/subtitle-kind.ts';
import { audioLabel, subtitleLabel } from './track-labels.ts';

export type StartedPlayback = z.input<NonNullable<(typeof startPlayback)['response']>>;

export interface MediaView {
  /** Path of the API with the base path: `/vita/api/v1`. */
  base: string;
  locale: string;
  addresses: StreamAddresses;
  /** There is an ffmpeg that takes pictures for the scrub bar. */
  canMakePictures: boolean;
}

type MediaPart = Pick<
  StartedPlayback,
  | 'url'
  | 'mimeType'
  | 'audioIndex'
  | 'audioTracks'
  | 'subtitleTracks'
  | 'unshownSubtitles'
  | 'subtitleId'
  | 'fonts'
  | 'thumbnails'
  | 'chapters'
  | 'creditsMs'
  | 'durationMs'
>;

/** What a player needs of the file of a session: addresses and tracks. */
export function viewMedia(
  session: PlaybackSession,
  { base, locale, addresses, canMakePictures }: MediaView,
): MediaPart {
  const { id, media, decision, accountId } = session.facts;
  const at = (kind: StreamKind): string =>
    addresses.query({ session: id, account: accountId, file: media.fileId, kind });
  const folder = `${base}/stream/${id}`;
  const [subtitles, fonts] = [at('subtitles'), at('fonts')];
  const isDirect = decision.mode === 'direct';
  return {
    url: isDirect ? `${folder}/file${at('file')}` : `${folder}/hls/index.m3u8${at('hls')}`,
    mimeType: isDirect ? mediaType(media) : 'application/vnd.apple.mpegurl',
    durationMs: Math.round(media.durationMs),
    audioIndex: decision.audioIndex,
    audioTracks: media.audio.map((track, i) => ({
      index: track.index,
      codec: track.codec,
      language: track.language,
      title: track.title,
      channels: track.channels,
      default: track === defaultAudio(media),
      label: audioLabel(track, i + 1, locale),
    })),
    subtitleId: decision.subtitle ? subtitleId(decision.subtitle) : null,
    subtitleTracks: media.subtitles.flatMap((track, i) => {
      const format = formatOf(track);
      if (!format) return [];
      return [
        {
          id: subtitleId(track),
          format,
          codec: track.codec,
          language: track.language,
          title: track.title,
          label: subtitleLabel(track, i + 1, locale),
          forced: track.isForced,
          hearingImpaired: track.isHearingImpaired,
          default: track.isDefault,
          external: track.externalPath !== undefined,
          url: `${folder}/subtitles/${subtitleFileName(track, format)}${subtitles}`,
        },
      ];
    }),
    unshownSubtitles: media.subtitles.flatMap((track, i) =>
      formatOf(track)
        ? []
        : [{ label: subtitleLabel(track, i + 1, locale), codec: track.codec, reason: unshownReason(track) }],
    ),
    fonts: media.fonts.map(({ index, name }) => ({ name, url: `${folder}/fonts/${index}${fonts}` })),
    ...(canMakePictures && media.video && { thumbnails: `${folder}/thumbnails/{ms}.jpg${at('thumbnails')}` }),
    chapters: media.chapters.map(({ startMs, title }) => ({ startMs: Math.max(0, startMs), title })),
    creditsMs: creditsOf(media),
  };
}

const types: Record<string, string> = {
  mp4: 'video/mp4',
  mov: 'video/quicktime',
  webm: 'video/webm',
  matroska: 'video/x-matroska',
  mpegts: 'video/mp2t',
  avi: 'video/x-msvideo',
  mp3: 'audio/mpeg',
  flac: 'audio/flac',
  ogg: 'audio/ogg',
};

export const mediaType = ({ container }: MediaFacts): string => types[container] ?? 'application/octet-stream';

const creditsTitle = /\b(end )?credits\b|\babspann\b|\bgénérique de fin\b|\bending\b|\boutro\b/i;

/** Where the credits begin: a chapter that says so, else the last part of a film. */
export function creditsOf({ chapters, durationMs }: Pick<MediaFacts, 'chapters' | 'durationMs'>): number {
  const chapter = chapters.findLast(({ title, startMs }) => creditsTitle.test(title) && startMs > durationMs / 2);
  if (chapter) return chapter.startMs;
  return Math.max(0, Math.round(durationMs - Math.min(90_000, Math.max(15_000, durationMs * 0.03))));
}
