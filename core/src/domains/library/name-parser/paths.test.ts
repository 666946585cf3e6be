import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';

describe('folders', () => {
  it.each([
    [
      'Harbour Lights/Season 1/Harbour Lights - S01E02 - Fog.mkv',
      { title: 'Harbour Lights', season: 1, episodes: [2] },
    ],
    ['Harbour Lights (2010)/Season 01/1x02.mkv', { title: 'Harbour Lights', year: 2010, season: 1, episodes: [2] }],
    [
      'Harbour Lights/Staffel 2/03 - Nebel.mkv',
      { title: 'Harbour Lights', season: 2, episodes: [3], episodeTitle: 'Nebel' },
    ],
    ['Harbour Lights/S02/E03.mkv', { title: 'Harbour Lights', season: 2, episodes: [3] }],
    ['Harbour Lights/Series 2/Episode 3.mkv', { title: 'Harbour Lights', season: 2, episodes: [3] }],
    [
      'Harbour Lights/Specials/Harbour Lights - S00E03 - Party.mkv',
      { title: 'Harbour Lights', season: 0, episodes: [3] },
    ],
    ['Harbour Lights/Specials/03 - Party.mkv', { title: 'Harbour Lights', season: 0, episodes: [3] }],
    ['Harbour Lights\\Season 1\\Harbour Lights 1x02.mkv', { title: 'Harbour Lights', season: 1, episodes: [2] }],
    ['Harbour Lights/Harbour Lights 12.mkv', { title: 'Harbour Lights', episodes: [12] }],
    ['Harbour Lights/02 - Fog.mkv', { title: 'Harbour Lights', episodes: [2] }],
    [
      '/srv/tv/Harbour Lights (2010)/Harbour.Lights.S01.1080p.WEB/harbour.lights.s01e02.mkv',
      { title: 'Harbour Lights', year: 2010, season: 1, episodes: [2] },
    ],
    [
      'D:\\TV Shows\\Harbour Lights\\Season 2009\\2009x03.mkv',
      { title: 'Harbour Lights', season: 2009, episodes: [3] },
    ],
    ['24/Season 01/24 S01E02.mkv', { title: '24', season: 1, episodes: [2] }],
    ['9-1-1/Season 1/9-1-1 - S01E02.mkv', { title: '9-1-1', season: 1, episodes: [2] }],
  ])('shows: %s', (path, expected) => {
    expect(parseName(path)).toMatchObject({ ...expected, type: 'episode' });
  });

  it.each([
    ['Paper Moons (2015)/Paper Moons.mkv', { title: 'Paper Moons', year: 2015 }],
    ['Paper Moons (2015)/movie.mkv', { title: 'Paper Moons', year: 2015 }],
    [
      'La Lune d’Été (2006)/La.Lune.d.Ete.FRENCH.DVDRip.XviD-GRP.avi',
      { title: 'La Lune d’Été', year: 2006, source: 'DVD' },
    ],
    [
      'downloads/Paper.Moons.2015.1080p.BluRay.x264-GRP/pm-1080.mkv',
      { title: 'Paper Moons', year: 2015, releaseGroup: 'GRP' },
    ],
    [
      'downloads/Paper.Moons.2015.1080p.BluRay.x264-GRP/0f8fad5bd9cb469fa16570867728950e.mkv',
      { title: 'Paper Moons', year: 2015 },
    ],
    ['Collection/Paper Moons (2015).mkv', { title: 'Paper Moons', year: 2015 }],
    ['Paper Moons (2015)/VIDEO_TS/VIDEO_TS.IFO', { title: 'Paper Moons', year: 2015 }],
    ['Room 237 Again (2012)/Room.237.Again.mkv', { title: 'Room 237 Again', year: 2012 }],
    ['Room 237 (2012)/Room.237.mkv', { title: 'Room 237', year: 2012 }],
  ])('films: %s', (path, expected) => {
    expect(parseName(path)).toMatchObject({ ...expected, episodes: [], type: 'movie' });
  });

  it('takes a slash with spaces or within brackets for part of a release name', () => {
    expect(parseName('Луна / Moon / Сезон: 2 / Серии: 3 [2021, WEBRip 720p]')).toMatchObject({
      title: 'Moon',
      season: 2,
      episodes: [3],
    });
    expect(parseName('Harbour Lights (2011/S01E07/HDTV/720p)')).toMatchObject({
      title: 'Harbour Lights',
      season: 1,
      episodes: [7],
    });
  });
});

describe('ids', () => {
  it.each([
    ['Paper Moons (2015) [tmdbid-12]', { tmdb: '12' }],
    ['Paper Moons (2015) [tmdb=12]', { tmdb: '12' }],
    ['Paper Moons (2015) {imdb-tt0000012}', { imdb: 'tt0000012' }],
    ['Paper Moons (2015) (imdbid=tt0000012)', { imdb: 'tt0000012' }],
    ['Paper Moons (2015) {tvdb-12} [tmdbid-13]', { tvdb: '12', tmdb: '13' }],
    ['Paper Moons 2015 [tt0000012] 1080p', { imdb: 'tt0000012' }],
    ['Paper Moons (2015) [tmdbid-12]/Paper Moons (2015).mkv', { tmdb: '12' }],
    ['Paper Moons (2015) [tmdbid-12]/Paper Moons [tmdbid-13].mkv', { tmdb: '13' }],
    ['Paper Moons (2015) [imdbid-12]', {}],
  ])('%s', (name, ids) => {
    expect(parseName(name)).toMatchObject({ title: 'Paper Moons', year: 2015 });
    expect(parseName(name).ids).toEqual(ids);
  });

  it('finds the ids of a show above its seasons', () => {
    expect(parseName('Harbour Lights [tvdbid-7]/Season 1/Harbour Lights S01E02.mkv').ids).toEqual({ tvdb: '7' });
  });
});

describe('stacks', () => {
  it.each([
    ['Paper Moons (2015)/Paper Moons (2015) cd1.avi', 1],
    ['Paper Moons (2015)/Paper Moons (2015) - disc b.avi', 2],
    ['Paper Moons (2015)/Paper Moons (2015)-part3.avi', 3],
    ['Paper Moons (2015)/Paper Moons (2015) Part 2.avi', 2],
    ['Paper Moons (2015)/Paper.Moons.pt4.avi', 4],
  ])('%s', (path, part) => {
    expect(parseName(path)).toMatchObject({ title: 'Paper Moons', year: 2015, part });
  });

  it('leaves the part of a title alone', () => {
    const parsed = parseName('Paper Moons Part 2.mkv');
    expect(parsed.title).toBe('Paper Moons Part 2');
    expect(parsed.part).toBeUndefined();
  });
});

describe('extras', () => {
  it.each([
    ['Paper Moons (2015)/trailers/Teaser.mkv', 'trailer'],
    ['Paper Moons (2015)/Behind the Scenes/Making.mkv', 'behindTheScenes'],
    ['Paper Moons (2015)/deleted_scenes/Boat.mkv', 'deletedScene'],
    ['Paper Moons (2015)/Featurettes/Boat.mkv', 'featurette'],
    ['Paper Moons (2015)/extras/Boat.mkv', 'other'],
    ['Paper Moons (2015)/theme-music/theme.mp3', 'themeMusic'],
    ['Paper Moons (2015)/Paper Moons (2015)-trailer.mkv', 'trailer'],
    ['Paper Moons (2015)/Paper Moons-sample.mkv', 'sample'],
    ['Paper Moons (2015)/Making-behindthescenes.mkv', 'behindTheScenes'],
    ['Paper Moons (2015)/Boat-deleted.mkv', 'deletedScene'],
    ['Paper Moons (2015)/Boat-short.mkv', 'short'],
    ['Paper.Moons.2015.1080p.x264-GRP/Sample/pm-sample.mkv', 'sample'],
  ])('%s', (path, extra) => {
    expect(parseName(path)).toMatchObject({ title: 'Paper Moons', year: 2015, extra });
  });

  it('does not take an episode of a show of that name for one', () => {
    expect(parseName('tv/Extras/Extras S01E02.mkv').extra).toBeUndefined();
  });
});

describe('versions', () => {
  it.each([
    ['Paper Moons (2015)/Paper Moons (2015) - 2160p.mkv', '2160p'],
    ['Paper Moons (2015) [tmdbid-1]/Paper Moons (2015) [tmdbid-1] - Night Cut.mkv', 'Night Cut'],
    ['Paper Moons (2015)/Paper Moons (2015) [Directors Cut].mkv', "Director's Cut"],
    ['Paper Moons (2015)/Paper Moons (2015) - 1080p DC.mkv', "1080p Director's Cut"],
    ['Paper Moons (2015)/Paper Moons (2015) - DC Comics Cut.mkv', 'DC Comics Cut'],
    ['Paper Moons (2015)/Paper Moons (2015).mkv', undefined],
  ])('%s', (path, version) => {
    expect(parseName(path)).toMatchObject({ title: 'Paper Moons', year: 2015 });
    expect(parseName(path).version).toBe(version);
  });
});
