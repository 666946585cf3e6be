import { describe, expect, it } from 'vitest';
import { languageOf } from './languages.ts';
import type { AudioTrack, SubtitleTrack } from './playback.ts';
import { rememberedAudio, rememberedSubtitle } from './track-choice.ts';

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

describe('rememberedAudio', () => {
  const playback = { audioTracks: [audio(1, 'eng'), audio(2, 'fre')], audioIndex: 1 };
  it('stays with what plays when it is right, nothing better is there, or nothing was chosen', () => {
    expect(rememberedAudio(playback, { audioLanguage: 'en' })).toBeUndefined();
    expect(rememberedAudio(playback, { audioLanguage: 'ja' })).toBeUndefined();
    expect(rememberedAudio(playback, {})).toBeUndefined();
    expect(rememberedAudio(playback, undefined)).toBeUndefined();
  });
  it('takes the language that was chosen', () => {
    expect(rememberedAudio(playback, { audioLanguage: 'fr' })?.index).toBe(2);
  });
});

describe('rememberedSubtitle', () => {
  const like = { language: 'en', hearingImpaired: true, forced: false };
  const tracks = [subtitle('sdh', 'eng', { hearingImpaired: true }), subtitle('en', 'eng')];
  it('follows what was chosen last, none included', () => {
    expect(rememberedSubtitle({ subtitleTracks: tracks }, { subtitle: like })?.id).toBe('sdh');
    expect(rememberedSubtitle({ subtitleTracks: tracks }, { subtitle: null })).toBeNull();
  });
  it('takes what comes nearest, and nothing of another language', () => {
    expect(rememberedSubtitle({ subtitleTracks: [subtitle('x', 'eng')] }, { subtitle: like })?.id).toBe('x');
    expect(rememberedSubtitle({ subtitleTracks: [subtitle('y', 'ger')] }, { subtitle: like })).toBeUndefined();
    expect(rememberedSubtitle({ subtitleTracks: tracks }, undefined)).toBeUndefined();
  });
});
