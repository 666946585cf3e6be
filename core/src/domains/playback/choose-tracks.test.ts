import { describe, expect, it } from 'vitest';
import { chooseTracks, type TrackPreferences, type TrackWish } from './choose-tracks.ts';
import type { AudioFacts, SubtitleFacts } from './media-facts.ts';

const audio = (index: number, language: string, isDefault = false): AudioFacts => ({
  index,
  language,
  isDefault,
  codec: 'aac',
  codecString: 'mp4a.40.2',
  title: '',
  channels: 2,
});
const subtitle = (index: number, language: string, more: Partial<SubtitleFacts> = {}): SubtitleFacts => ({
  streamId: index,
  index,
  language,
  codec: 'subrip',
  title: '',
  isDefault: false,
  isForced: false,
  isHearingImpaired: false,
  externalPath: undefined,
  ...more,
});

describe('the sound to begin with', () => {
  const tracks = [audio(1, 'jpn'), audio(2, 'eng', true), audio(3, 'deu'), audio(4, 'deu')];
  const heard = (wish: TrackWish, from = tracks) => chooseTracks({ audio: from, subtitles: [] }, wish).audio?.index;
  const liking = (...audioLanguages: string[]): TrackWish => ({ preferences: { audioLanguages } });

  it.each<[string, TrackWish, number]>([
    ['the one that is asked for', { audioIndex: 1, ...liking('de') }, 1],
    ['the first of the language that is wished most', liking('fr', 'de', 'en'), 3],
    ['the same whatever the tag is', liking('de-AT'), 3],
    ['the same whatever the code is', liking('ger'), 3],
    [
      'the language chosen for another episode before those of the account',
      { audioLanguage: 'jpn', ...liking('de') },
      1,
    ],
    ['those of the account where this file lacks it', { audioLanguage: 'kor', ...liking('de') }, 3],
    ['the default where no wish can be met', liking('fr', '??'), 2],
    ['the default where nobody wishes', {}, 2],
    ['the default where the one asked for is not there', { audioIndex: 99 }, 2],
  ])('is %s', (_, wish, index) => expect(heard(wish)).toBe(index));

  it('is the one that the file marks, among those of one language', () => {
    expect(heard(liking('en'), [audio(1, 'eng'), audio(2, 'eng', true)])).toBe(2);
  });

  it('is the first where the file marks none, and none where there is none', () => {
    expect(heard({}, [audio(5, ''), audio(6, '')])).toBe(5);
    expect(heard(liking('de'), [])).toBeUndefined();
  });

  it('comes with how well it meets the wish', () => {
    const rank = (wish: TrackWish) => chooseTracks({ audio: tracks, subtitles: [] }, wish).languageRank;
    expect([rank(liking('de', 'en')), rank(liking('fr', 'en')), rank(liking('fr')), rank({})]).toEqual([0, 1, 1, 0]);
  });
});

describe('the subtitle to begin with', () => {
  const tracks = [
    subtitle(1, 'eng', { isHearingImpaired: true }),
    subtitle(2, 'eng'),
    subtitle(3, 'deu', { isForced: true }),
    subtitle(4, 'deu'),
  ];
  const read = (language: string, preferences: TrackPreferences = {}, from = tracks) =>
    chooseTracks({ audio: [audio(0, language)], subtitles: from }, { preferences }).subtitle?.index;

  it('is as the file marks it, for who did not say: forced for the sound that is heard, else its default', () => {
    expect(read('deu')).toBe(3);
    expect(read('eng')).toBeUndefined();
    expect(read('eng', {}, [subtitle(1, 'spa'), subtitle(2, 'ita', { isDefault: true })])).toBe(2);
  });

  it('is forced for an unknown sound, or where nobody knows its language', () => {
    expect(read('')).toBe(3);
    expect(read('eng', {}, [subtitle(1, '', { isForced: true })])).toBe(1);
  });

  it.each<[string, TrackPreferences, number | undefined]>([
    ['none', { subtitleMode: 'none' }, undefined],
    ['only what is forced', { subtitleMode: 'forced', subtitleLanguages: ['en'] }, 3],
    ['always, in the language wished most', { subtitleMode: 'always', subtitleLanguages: ['fr', 'en'] }, 2],
    ['always, in any language where no wish can be met', { subtitleMode: 'always', subtitleLanguages: ['fr'] }, 2],
    ['foreign, where German is', { subtitleMode: 'foreign', audioLanguages: ['en'], subtitleLanguages: ['en'] }, 2],
    ['foreign, where German is not', { subtitleMode: 'foreign', audioLanguages: ['de', 'en'] }, 3],
    ['foreign, where only what is read tells', { subtitleMode: 'foreign', subtitleLanguages: ['de'] }, 3],
    ['foreign, where nothing tells', { subtitleMode: 'foreign' }, 3],
  ])('beside German sound: %s', (_, preferences, index) => expect(read('deu', preferences)).toBe(index));

  it('goes with the sound that is chosen for the account', () => {
    const sounds = [audio(0, 'eng', true), audio(9, 'deu')];
    const preferences = { audioLanguages: ['de'] };
    expect(chooseTracks({ audio: sounds, subtitles: tracks }, { preferences }).subtitle?.index).toBe(3);
  });

  it('is for the hard of hearing only where there is no other', () => {
    const wish: TrackPreferences = { subtitleMode: 'always', subtitleLanguages: ['en'] };
    expect(read('deu', wish)).toBe(2);
    expect(read('deu', wish, tracks.slice(0, 1))).toBe(1);
  });

  it('is one that a browser can be shown', () => {
    const pictures = [
      subtitle(1, 'eng', { codec: 'dvd_subtitle' }),
      subtitle(2, 'eng', { codec: 'hdmv_pgs_subtitle' }),
    ];
    expect(read('deu', { subtitleMode: 'always', subtitleLanguages: ['en'] }, pictures)).toBe(2);
  });
});
