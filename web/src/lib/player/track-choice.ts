import { languageOf } from './languages.ts';
import type { AudioTrack, Playback, SubtitleTrack } from './playback.ts';

/** What somebody chose for a title, so that its other episodes follow. */
export interface RememberedTracks {
  audioLanguage?: string;
  /** Null: none. */
  subtitle?: { language: string; hearingImpaired: boolean; forced: boolean } | null;
}

/** The sound track to change to; undefined when the one that plays is right, or nothing was chosen. */
export function rememberedAudio(
  { audioTracks, audioIndex }: Pick<Playback, 'audioTracks' | 'audioIndex'>,
  remembered: RememberedTracks | undefined,
): AudioTrack | undefined {
  if (remembered?.audioLanguage === undefined) return undefined;
  const wish = languageOf(remembered.audioLanguage);
  const fitting = audioTracks.filter(({ language }) => languageOf(language) === wish);
  return fitting.some(({ index }) => index === audioIndex) ? undefined : fitting[0];
}

/** The subtitle that was chosen before; null for none, undefined where nothing was chosen or nothing is like it. */
export function rememberedSubtitle(
  { subtitleTracks }: Pick<Playback, 'subtitleTracks'>,
  remembered: RememberedTracks | undefined,
): SubtitleTrack | null | undefined {
  const like = remembered?.subtitle;
  return like ? similarTrack(subtitleTracks, like) : like;
}

function similarTrack(
  tracks: readonly SubtitleTrack[],
  like: NonNullable<RememberedTracks['subtitle']>,
): SubtitleTrack | undefined {
  const language = languageOf(like.language);
  return tracks
    .filter((track) => languageOf(track.language) === language)
    .toSorted((a, b) => difference(a, like) - difference(b, like))[0];
}

const difference = (track: SubtitleTrack, like: NonNullable<RememberedTracks['subtitle']>): number =>
  Number(track.forced !== like.forced) * 2 + Number(track.hearingImpaired !== like.hearingImpaired);
