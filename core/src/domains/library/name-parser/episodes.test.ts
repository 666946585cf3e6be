import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';

describe('numbering written in full', () => {
  it.each([
    ['Harbour.Lights.S02E05.720p.HDTV.x264-GRP', 2, [5]],
    ['Harbour.Lights.S02E05E06.720p.HDTV.x264-GRP', 2, [5, 6]],
    ['Harbour.Lights.S02E05-E08.1080p', 2, [5, 6, 7, 8]],
    ['Harbour.Lights.S02E05-08.1080p', 2, [5, 6, 7, 8]],
    ['Harbour.Lights.S02E05-06-07.HDTV', 2, [5, 6, 7]],
    ['Harbour Lights - S02E05 - S02E07 - S02E09 - Names', 2, [5, 7, 9]],
    ['Harbour.Lights.S02E05+06.HDTV', 2, [5, 6]],
    ['Harbour.Lights.S02.E05.1080p', 2, [5]],
    ['Harbour_Lights-s02-e05', 2, [5]],
    ['Harbour Lights 2x05', 2, [5]],
    ['Harbour Lights - [02x05x06] - Names', 2, [5, 6]],
    ['Harbour Lights Season 2 Episode 5', 2, [5]],
    ['Harbour Lights Series 2 Episode 5', 2, [5]],
    ['Harbour.Lights.Staffel.2.Folge.05.German', 2, [5]],
    ['Harbour Lights Temporada 2 [HDTV][Cap.205_207]', 2, [5, 6, 7]],
    ['Harbour.Lights.T02XE05.HDTV', 2, [5]],
    ['Harbour LightsS02E05.1080p', 2, [5]],
    ['Harbour.Lights.S2019E05.1080p', 2019, [5]],
    ['Harbour.Lights.S02E05a.1080p', 2, [5]],
    ['Маяк. Сезон 2. Серия 5', 2, [5]],
    ['灯台 第2季 第05集', 2, [5]],
    ['Harbour.Lights.3of6.HDTV.x264-GRP', 1, [3]],
    ['Harbour.Lights.Part.Two.720p.HDTV.x264-GRP', 1, [2]],
    ['Harbour Lights [2.05] Fog', 2, [5]],
    ['Маяк 2 сезон 5-7 серия', 2, [5, 6, 7]],
    ['등대 2기 05화', 2, [5]],
    ['[Grp] Night Parade 3rd Season 05 [720p]', 3, [5]],
  ])('%s', (name, season, episodes) => {
    expect(parseName(name)).toMatchObject({ season, episodes, type: 'episode' });
  });

  it.each([
    'Harbour.Lights.S02E05.The.Fog.Horn.720p.HDTV.x264-GRP',
    'Harbour Lights 2x05 The Fog Horn',
    'Harbour Lights - S02E05 - The Fog Horn [WEBDL-1080p]-GRP',
  ])('takes title and episode title apart: %s', (name) => {
    expect(parseName(name)).toMatchObject({ title: 'Harbour Lights', episodeTitle: 'The Fog Horn' });
  });

  it('does not read a picture size, a codec or a part number as episodes', () => {
    expect(parseName('Harbour.Lights.S02E05.x265-GRP').episodes).toEqual([5]);
    expect(parseName('Harbour.Lights.1920x804.x264-GRP').episodes).toEqual([]);
    expect(parseName('Harbour-Lights-S02E05-77120435-3').episodes).toEqual([5]);
  });

  it('keeps the number counted through all seasons', () => {
    expect(parseName('[Grp] Night Parade - 17 (S02E05) [1080p]')).toMatchObject({
      title: 'Night Parade',
      season: 2,
      episodes: [5],
      absoluteEpisode: 17,
    });
  });
});

describe('seasons', () => {
  it.each([
    ['Harbour.Lights.S02.1080p.BluRay.x264-GRP', 2],
    ['Harbour Lights Season 2 Complete', 2],
    ['Harbour Lights 2nd Season', 2],
    ['Harbour Lights 4º Temporada Completa', 4],
    ['Harbour.Lights.SAISON.3.FRENCH.HDTV', 3],
    ['Harbour.Lights.S02.EXTRAS.DVDRip', 2],
    ['Harbour.Lights.S02D3.DVDR', 2],
  ])('%s', (name, season) => {
    expect(parseName(name)).toMatchObject({ title: 'Harbour Lights', season, episodes: [], type: 'episode' });
  });

  it.each([
    ['Harbour.Lights.S01-S03.BluRay', [1, 2, 3]],
    ['Harbour.Lights.S01-S02-S03.BluRay', [1, 2, 3]],
    ['Harbour Lights Seasons 1 to 4 720p', [1, 2, 3, 4]],
    ['Harbour Lights Season 1,2,3', [1, 2, 3]],
    ['Harbour Lights Seasons 1 & 2', [1, 2]],
    ['Harbour Lights Season 1 2 3 4', [1, 2, 3, 4]],
  ])('lists the seasons of a pack and names none alone: %s', (name, seasons) => {
    const parsed = parseName(name);
    expect(parsed).toMatchObject({ title: 'Harbour Lights', seasons, episodes: [] });
    expect(parsed.season).toBeUndefined();
  });

  it('knows a whole series as television', () => {
    expect(parseName('Harbour.Lights.Complete.Series.DVDRip.x264-GRP')).toMatchObject({
      title: 'Harbour Lights',
      type: 'episode',
    });
  });
});

describe('numbers told by their place', () => {
  it.each([
    ['[Grp] Night Parade - 03 [1080p]', 'Night Parade', [3]],
    ['[Grp] Night Parade - 03v2 (720p) [ABCD1234]', 'Night Parade', [3]],
    ['[Grp]_Night_Parade_103_[720p]', 'Night Parade', [103]],
    ['[Grp] Night Parade [04][720p]', 'Night Parade', [4]],
    ['[Grp] Night Parade - 01-04 [Batch]', 'Night Parade', [1, 2, 3, 4]],
    ['[Grp] Night Parade - 01 ~ 04 [1080p]', 'Night Parade', [1, 2, 3, 4]],
    ['[Grp] Parade 86 - Night 12 - 05 [1080p]', 'Parade 86 - Night 12', [5]],
    ['[Grp] Night Parade #05', 'Night Parade', [5]],
    ['[字幕组][夜行][Night Parade][05][1080P][简体]', 'Night Parade', [5]],
    ['[Grp] 夜行 / Night Parade - 05 [1080p]', 'Night Parade', [5]],
    ['[Grp] Night Parade - ２４ [1080p]', 'Night Parade', [24]],
    ['Night Parade - 049 - The Meeting', 'Night Parade', [49]],
    ['03-Night.Parade', 'Night Parade', [3]],
  ])('%s', (name, title, episodes) => {
    expect(parseName(name)).toMatchObject({ title, episodes, type: 'episode' });
  });

  it('counts a lone number through all seasons unless a season is told', () => {
    expect(parseName('[Grp] Night Parade - 103 [1080p]').absoluteEpisode).toBe(103);
    expect(parseName('[Grp] Night Parade S2 - 03 [1080p]')).toMatchObject({ season: 2, episodes: [3] });
  });

  it('reads season and episode as one number only in a broadcast or in the folder of that season', () => {
    expect(parseName('Harbour.Lights.205.HDTV.XviD-GRP')).toMatchObject({ season: 2, episodes: [5] });
    expect(parseName('Harbour Lights/Season 2/205 - Fog.mkv')).toMatchObject({ season: 2, episodes: [5] });
    expect(parseName('Harbour Lights/Season 1/Harbour Lights - 1234.mkv')).toMatchObject({
      season: 1,
      episodes: [1234],
    });
  });

  it.each([
    'Area 51.mkv',
    'Sector 9 (2009).mkv',
    '12 Quiet Men.mkv',
    'Paper Moons 2 (2001).mkv',
    'Paper.Moons.13.1080p.BluRay.mkv',
    '300.mkv',
  ])('leaves the number of a film alone: %s', (name) => {
    expect(parseName(name)).toMatchObject({ episodes: [], type: 'movie' });
  });

  it('leaves an episode that is part of a film title alone', () => {
    expect(parseName('Space - Episode 4 - The Hope (1977).mkv')).toMatchObject({
      title: 'Space - Episode 4 - The Hope',
      year: 1977,
      type: 'movie',
    });
  });
});

describe('days', () => {
  it.each([
    ['Evening.Talk.2024.05.01.Guest.720p.WEB.h264-GRP', '2024-05-01'],
    ['Evening Talk 01.05.2024', '2024-05-01'],
    ['Evening Talk - 2024-05-01 - Guest', '2024-05-01'],
    ['Evening_Talk_05.17.2019_hdtv', '2019-05-17'],
    ['Evening Talk 20240501', '2024-05-01'],
    ['Evening Talk 1st May 2024', '2024-05-01'],
    ['Evening Talk May 1, 2024', '2024-05-01'],
    ['Evening.Talk.240501.720p.HDTV', '2024-05-01'],
  ])('%s', (name, date) => {
    expect(parseName(name)).toMatchObject({ title: 'Evening Talk', date, type: 'episode' });
  });

  it('refuses days that do not exist', () => {
    expect(parseName('Evening.Talk.2023.02.30.HDTV').date).toBeUndefined();
  });
});
