import { describe, expect, it } from 'vitest';
import { languageOf } from './languages.ts';
import type { AudioTrack, SubtitleTrack } from './playback.ts';
import { chooseAudio, chooseSubtitle } from './track-choice.ts';

const audio = (index: number, language: string): AudioTrack => ({
  index,
  language,
  codec: 'aac',
  title: '',
  channels: 2,
  default: index === 1,
  label: language,
});
const subtitle = (id: string, language: string, more: Partial<SubtitleTrack> = {}): SubtitleTrack => ({
  id,
  language,
  format: 'vtt',
  codec: 'subrip',
  title: '',
  label: id,
  forced: false,
  hearingImpaired: false,
  default: false,
  external: false,
  url: `/${id}`,
  ...more,
});

describe('languageOf', () => {
  it.each([
    ['eng', 'en'],
    ['en-GB', 'en'],
    ['ger', 'de'],
    ['deu', 'de'],
    ['FRE', 'fr'],
    ['und', ''],
    ['', ''],
    ['??', ''],
  ])('reads %s as %j', (tag, language) => expect(languageOf(tag)).toBe(language));
});

describe('chooseAudio', () => {
  const tracks = [audio(1, 'eng'), audio(2, 'fre')];
  it('stays with what plays when it is right or nothing better is there', () => {
    expect(chooseAudio(tracks, 1, ['en'])).toBeUndefined();
    expect(chooseAudio(tracks, 1, ['ja'])).toBeUndefined();
    expect(chooseAudio(tracks, 1, [])).toBeUndefined();
  });
  it('takes the first wished language that is there', () => {
    expect(chooseAudio(tracks, 1, ['ja', 'fr', 'en'])?.index).toBe(2);
  });
});

describe('chooseSubtitle', () => {
  const tracks = [
    subtitle('sdh', 'eng', { hearingImpaired: true }),
    subtitle('en', 'eng'),
    subtitle('de-forced', 'ger', { forced: true }),
    subtitle('de', 'deu'),
  ];
  it('shows forced subtitles of the language heard, and nothing else, unless asked', () => {
    expect(chooseSubtitle(tracks, 'deu', {})?.id).toBe('de-forced');
    expect(chooseSubtitle(tracks, 'eng', {})).toBeUndefined();
    expect(chooseSubtitle(tracks, 'deu', { subtitleMode: 'none' })).toBeUndefined();
  });
  it('takes a track the file marks as default', () => {
    expect(chooseSubtitle([subtitle('a', 'spa'), subtitle('b', 'ita', { default: true })], 'eng', {})?.id).toBe('b');
  });
  it('translates foreign sound only', () => {
    const preferences = { subtitleMode: 'foreign', audioLanguages: ['en'], subtitleLanguages: ['de', 'en'] } as const;
    expect(chooseSubtitle(tracks, 'eng', preferences)).toBeUndefined();
    expect(chooseSubtitle(tracks, 'jpn', preferences)?.id).toBe('de');
  });
  it('prefers plain tracks to those for the hard of hearing', () => {
    expect(chooseSubtitle(tracks, 'eng', { subtitleMode: 'always', subtitleLanguages: ['en'] })?.id).toBe('en');
  });
  it('follows what was chosen last', () => {
    expect(chooseSubtitle(tracks, 'deu', {}, { subtitle: null })).toBeUndefined();
    const like = { language: 'en', hearingImpaired: true, forced: false };
    expect(chooseSubtitle(tracks, 'deu', {}, { subtitle: like })?.id).toBe('sdh');
    expect(chooseSubtitle([subtitle('x', 'eng')], 'deu', {}, { subtitle: like })?.id).toBe('x');
  });
});
