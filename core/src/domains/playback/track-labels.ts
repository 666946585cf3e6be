import type { AudioFacts, SubtitleFacts } from './media-facts.ts';

const codecNames: Record<string, string> = {
  aac: 'AAC',
  ac3: 'Dolby Digital',
  eac3: 'Dolby Digital Plus',
  truehd: 'Dolby TrueHD',
  dts: 'DTS',
  flac: 'FLAC',
  mp3: 'MP3',
  opus: 'Opus',
  vorbis: 'Vorbis',
  pcm: 'PCM',
};

/** `5.1` for six channels. */
export function channelsLabel(channels: number): string {
  if (channels === 1) return 'Mono';
  if (channels === 2) return 'Stereo';
  return channels > 5 ? `${channels - 1}.1` : channels > 0 ? `${channels}.0` : '';
}

/** The name of a language of three letters in the reader's own; undefined where there is none. */
export function languageName(language: string, locale: string): string | undefined {
  if (!/^[a-z]{2,3}(-[a-z0-9]+)*$/i.test(language) || language === 'und') return undefined;
  const name = new Intl.DisplayNames([locale, 'en'], { type: 'language', fallback: 'none' }).of(language);
  return name && name.charAt(0).toLocaleUpperCase(locale) + name.slice(1);
}

const joined = (words: readonly (string | undefined)[]): string =>
  [...new Set(words.filter((word) => word !== undefined && word !== ''))].join(' · ');

/** `English · 5.1 · Dolby Digital`. @param number which track it is, for those that say nothing of themselves */
export function audioLabel(track: AudioFacts, number: number, locale: string): string {
  const language = languageName(track.language, locale);
  const codec = codecNames[track.codec] ?? track.codec.toUpperCase();
  return joined([
    language ?? (track.title ? undefined : `#${number}`),
    track.title,
    channelsLabel(track.channels),
    codec,
  ]);
}

/** `English · SDH`. */
export function subtitleLabel(track: SubtitleFacts, number: number, locale: string): string {
  const language = languageName(track.language, locale);
  const mark = (isSet: boolean, word: string): string | undefined =>
    isSet && !track.title.toLowerCase().includes(word.toLowerCase()) ? word : undefined;
  return joined([
    language ?? (track.title ? undefined : `#${number}`),
    track.title,
    mark(track.isForced, 'Forced'),
    mark(track.isHearingImpaired, 'SDH'),
  ]);
}
