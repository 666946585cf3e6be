import { normaliseLanguage } from '../library/probe/language.ts';
import type { AudioFacts, MediaFacts, SubtitleFacts } from './media-facts.ts';
import { formatOf } from './subtitles/subtitle-kind.ts';

/** How an account likes to hear and read; languages as BCP 47 or ISO 639 tags, the best first. */
export interface TrackPreferences {
  audioLanguages?: readonly string[] | undefined;
  subtitleLanguages?: readonly string[] | undefined;
  /** Unset: as the file marks its tracks. */
  subtitleMode?: 'none' | 'forced' | 'foreign' | 'always' | undefined;
}

export interface TrackWish {
  /** A stream of this very file; counts before everything else. */
  audioIndex?: number | undefined;
  /** Chosen for another episode; counts before what the account prefers. */
  audioLanguage?: string | undefined;
  preferences?: TrackPreferences | undefined;
}

export interface ChosenTracks {
  /** Undefined without any sound. */
  audio: AudioFacts | undefined;
  /** Undefined for none. */
  subtitle: SubtitleFacts | undefined;
  /** Which of the wished languages is heard, 0 for the best; as many as there are when it is none of them. */
  languageRank: number;
}

type Tracks = Pick<MediaFacts, 'audio' | 'subtitles'>;

/** The sound track that plays where nobody has a wish: the one marked as default, else the first. */
export const defaultAudio = ({ audio }: Pick<MediaFacts, 'audio'>): AudioFacts | undefined =>
  audio.find((track) => track.isDefault) ?? audio[0];

/**
 * The sound and the subtitle to begin with: what is asked for, then the account's languages, then the file's own marks.
 * Only subtitles that a browser can be shown are chosen.
 */
export function chooseTracks(media: Tracks, { audioIndex, audioLanguage, preferences = {} }: TrackWish): ChosenTracks {
  const asked = media.audio.find(({ index }) => index === audioIndex);
  const wishes = languagesOf([
    ...(audioLanguage === undefined ? [] : [audioLanguage]),
    ...(preferences.audioLanguages ?? []),
  ]);
  const languageRank = asked ? 0 : rankOf(media.audio, wishes);
  const audio = asked ?? inLanguage(media.audio, wishes[languageRank]) ?? defaultAudio(media);
  const shown = media.subtitles.filter((track) => formatOf(track) !== undefined);
  return { audio, subtitle: chooseSubtitle(shown, audio, preferences), languageRank };
}

const languagesOf = (tags: readonly string[]): string[] =>
  tags.map(normaliseLanguage).filter((language) => language !== undefined);

const languageOf = ({ language }: { language: string }): string => normaliseLanguage(language) ?? '';

function rankOf(tracks: readonly AudioFacts[], wishes: readonly string[]): number {
  const found = wishes.findIndex((wish) => tracks.some((track) => languageOf(track) === wish));
  return found === -1 ? wishes.length : found;
}

function inLanguage(tracks: readonly AudioFacts[], wish: string | undefined): AudioFacts | undefined {
  const spoken = tracks.filter((track) => languageOf(track) === wish);
  return spoken.find((track) => track.isDefault) ?? spoken[0];
}

function chooseSubtitle(
  tracks: readonly SubtitleFacts[],
  audio: AudioFacts | undefined,
  { subtitleMode, subtitleLanguages = [], audioLanguages = [] }: TrackPreferences,
): SubtitleFacts | undefined {
  const heard = audio && languageOf(audio);
  const wishes = languagesOf(subtitleLanguages);
  const understood = languagesOf(audioLanguages.length > 0 ? audioLanguages : subtitleLanguages);
  const forced = forcedOf(tracks, heard);
  switch (subtitleMode) {
    case 'none':
      return undefined;
    case 'forced':
      return forced;
    case 'foreign':
      return isForeign(heard, understood) ? (firstIn(tracks, wishes) ?? forced) : forced;
    case 'always':
      return firstIn(tracks, wishes) ?? fullOf(tracks)[0] ?? forced;
    default:
      return forced ?? tracks.find((track) => track.isDefault && !track.isForced);
  }
}

/** Forced subtitles translate what is not in the language heard; those of another language are for another sound track. */
function forcedOf(tracks: readonly SubtitleFacts[], heard: string | undefined): SubtitleFacts | undefined {
  const forced = tracks.filter((track) => track.isForced);
  if (!heard) return forced[0];
  return forced.find((track) => languageOf(track) === heard) ?? forced.find((track) => languageOf(track) === '');
}

/** Of a language that nobody knows, nobody can say that it is foreign. */
const isForeign = (heard: string | undefined, understood: readonly string[]): boolean =>
  !!heard && understood.length > 0 && !understood.includes(heard);

/** Plain ones before those for the hard of hearing. */
const fullOf = (tracks: readonly SubtitleFacts[]): SubtitleFacts[] =>
  tracks
    .filter((track) => !track.isForced)
    .toSorted((a, b) => Number(a.isHearingImpaired) - Number(b.isHearingImpaired));

function firstIn(tracks: readonly SubtitleFacts[], wishes: readonly string[]): SubtitleFacts | undefined {
  const full = fullOf(tracks);
  for (const wish of wishes) {
    const found = full.find((track) => languageOf(track) === wish);
    if (found) return found;
  }
  return undefined;
}
