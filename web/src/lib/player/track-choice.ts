import { languageOf } from './languages.ts';
import type { AudioTrack, SubtitleTrack } from './playback.ts';

/** How an account likes to hear and read; all of it may be unset. */
export interface TrackPreferences {
  audioLanguages?: readonly string[];
  subtitleLanguages?: readonly string[];
  subtitleMode?: 'none' | 'forced' | 'foreign' | 'always';
}

/** What somebody chose for a title, so that its other episodes follow. */
export interface RememberedTracks {
  audioLanguage?: string;
  /** Null: none. */
  subtitle?: { language: string; hearingImpaired: boolean; forced: boolean } | null;
}

/** The sound track to change to; undefined when the one that plays is right. */
export function chooseAudio(
  tracks: readonly AudioTrack[],
  playing: number | null,
  wished: readonly string[],
): AudioTrack | undefined {
  const current = tracks.find(({ index }) => index === playing);
  for (const wish of wished.map(languageOf)) {
    if (current && languageOf(current.language) === wish) return undefined;
    const found = tracks.find(({ language }) => languageOf(language) === wish);
    if (found) return found;
  }
  return undefined;
}

/** The subtitle to begin with; undefined for none. */
export function chooseSubtitle(
  tracks: readonly SubtitleTrack[],
  audioLanguage: string,
  preferences: TrackPreferences,
  remembered?: RememberedTracks,
): SubtitleTrack | undefined {
  if (remembered?.subtitle === null) return undefined;
  if (remembered?.subtitle) {
    const again = similarTrack(tracks, remembered.subtitle);
    if (again) return again;
  }
  const heard = languageOf(audioLanguage);
  const { subtitleMode, subtitleLanguages = [], audioLanguages = [] } = preferences;
  const forced = tracks.find((track) => track.forced && (!heard || languageOf(track.language) === heard));
  switch (subtitleMode) {
    case 'none':
      return undefined;
    case 'always':
      return inLanguages(tracks, subtitleLanguages) ?? fullTracks(tracks)[0] ?? forced;
    case 'foreign':
      return understands(heard, audioLanguages, subtitleLanguages)
        ? forced
        : (inLanguages(tracks, subtitleLanguages) ?? forced);
    case 'forced':
      return forced;
    default:
      return forced ?? tracks.find((track) => track.default && !track.forced);
  }
}

function understands(heard: string, audioLanguages: readonly string[], subtitleLanguages: readonly string[]): boolean {
  const spoken = audioLanguages.length > 0 ? audioLanguages : subtitleLanguages;
  return !heard || spoken.length === 0 || spoken.some((language) => languageOf(language) === heard);
}

const fullTracks = (tracks: readonly SubtitleTrack[]) =>
  tracks.filter(({ forced }) => !forced).toSorted((a, b) => Number(a.hearingImpaired) - Number(b.hearingImpaired));

function inLanguages(tracks: readonly SubtitleTrack[], languages: readonly string[]): SubtitleTrack | undefined {
  for (const wish of languages.map(languageOf)) {
    const found = fullTracks(tracks).find(({ language }) => languageOf(language) === wish);
    if (found) return found;
  }
  return undefined;
}

function similarTrack(tracks: readonly SubtitleTrack[], like: NonNullable<RememberedTracks['subtitle']>) {
  const language = languageOf(like.language);
  return tracks
    .filter((track) => languageOf(track.language) === language)
    .toSorted((a, b) => difference(a, like) - difference(b, like))[0];
}

const difference = (track: SubtitleTrack, like: NonNullable<RememberedTracks['subtitle']>): number =>
  Number(track.forced !== like.forced) * 2 + Number(track.hearingImpaired !== like.hearingImpaired);
