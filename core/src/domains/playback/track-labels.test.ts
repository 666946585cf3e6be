import { describe, expect, it } from 'vitest';
import { clientName } from './client-name.ts';
import { creditsOf } from './playback-view.ts';
import { audioLabel, channelsLabel, languageName, subtitleLabel } from './track-labels.ts';

const audio = { index: 1, codec: 'ac3', codecString: '', language: 'eng', title: '', channels: 6, isDefault: true };
const subtitle = {
  streamId: 1,
  index: 2,
  codec: 'subrip',
  language: 'deu',
  title: '',
  isDefault: false,
  isForced: false,
  isHearingImpaired: false,
  externalPath: undefined,
};

describe('names of tracks', () => {
  it.each([
    [{}, 'en', 'English · 5.1 · Dolby Digital'],
    [{}, 'de', 'Englisch · 5.1 · Dolby Digital'],
    [{ language: '', channels: 2, codec: 'aac' }, 'en', '#1 · Stereo · AAC'],
    [{ language: 'und', title: 'Director' }, 'en', 'Director · 5.1 · Dolby Digital'],
    [{ title: 'Commentary', channels: 1 }, 'en', 'English · Commentary · Mono · Dolby Digital'],
    [{ title: 'English' }, 'en', 'English · 5.1 · Dolby Digital'],
    [{ language: '../etc', codec: 'xyz', channels: 0 }, 'en', '#1 · XYZ'],
  ])('sound %j in %s', (change, locale, expected) => {
    expect(audioLabel({ ...audio, ...change }, 1, locale)).toBe(expected);
  });

  it.each([
    [{}, 'German'],
    [{ isForced: true }, 'German · Forced'],
    [{ isHearingImpaired: true, title: 'German SDH' }, 'German · German SDH'],
    [{ language: '' }, '#3'],
  ])('subtitles %j', (change, expected) => {
    expect(subtitleLabel({ ...subtitle, ...change }, 3, 'en')).toBe(expected);
  });

  it.each([
    [0, ''],
    [1, 'Mono'],
    [2, 'Stereo'],
    [4, '4.0'],
    [8, '7.1'],
  ])('%i channels', (channels, expected) => {
    expect(channelsLabel(channels)).toBe(expected);
  });

  it('knows no language it was not told', () => {
    expect(languageName('', 'en')).toBeUndefined();
    expect(languageName('qqq', 'en')).toBeUndefined();
  });
});

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox 140 · Linux'],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    'Safari 18 · macOS',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Safari/537.36 Edg/138.0.0.0',
    'Edge 138 · Windows',
  ],
  ['VLC/3.0.20 LibVLC/3.0.20', 'VLC/3.0.20 LibVLC/3.0.20'],
  ['', ''],
])('calls %s by its name', (header, expected) => {
  expect(clientName(header)).toBe(expected);
});

it.each([
  [[{ startMs: 6_900_000, title: 'End Credits' }], 7_200_000, 6_900_000],
  [[{ startMs: 60_000, title: 'Opening Credits' }], 7_200_000, 7_110_000],
  [[], 7_200_000, 7_110_000],
  [[], 1_300_000, 1_261_000],
  [[], 10_000, 0],
])('finds the credits by %j of %i ms', (chapters, durationMs, expected) => {
  expect(creditsOf({ chapters, durationMs })).toBe(expected);
});
