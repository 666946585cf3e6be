import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';

describe('picture, sound and source', () => {
  it('reads a full release name', () => {
    expect(parseName('Paper.Moons.2015.2160p.AMZN.WEB-DL.DDP5.1.Atmos.DV.HDR10.H.265-GRP')).toEqual({
      title: 'Paper Moons',
      year: 2015,
      episodes: [],
      resolution: '2160p',
      source: 'WEB-DL',
      service: 'Amazon',
      audioCodec: 'DD+',
      hdr: ['Dolby Vision', 'HDR10'],
      videoCodec: 'H.265',
      releaseGroup: 'GRP',
      type: 'movie',
      ids: {},
    });
  });

  it.each([
    ['Paper.Moons.2015.1080i.HDTV', '1080i'],
    ['Paper Moons 2015 [1920x804]', '1080p'],
    ['Paper Moons 2015 1280*720', '720p'],
    ['Paper.Moons.2015.4K.HDR', '2160p'],
    ['[Grp] Night Parade - 03 (848x480)', '480p'],
    ['Paper.Moons.2015.480p.DVDRip', '480p'],
  ])('resolution: %s', (name, resolution) => {
    expect(parseName(name).resolution).toBe(resolution);
  });

  it.each([
    ['Paper.Moons.2015.1080p.WEBRip.x264', 'WEBRip'],
    ['Paper.Moons.2015.1080p.WEB.h264', 'WEB-DL'],
    ['Paper.Moons.2015.Blu-ray.1080p', 'BluRay'],
    ['Paper.Moons.2015.1080p.BluRay.REMUX.AVC', 'BluRay Remux'],
    ['Paper.Moons.2015.BDRip', 'BluRay'],
    ['Paper.Moons.2015.DVD9.PAL', 'DVD'],
    ['Harbour.Lights.S01E02.PDTV.x264', 'PDTV'],
    ['Paper.Moons.2015.HDTS.x264', 'Telesync'],
    ['Paper.Moons.2015.TS.x264', 'Telesync'],
    ['Paper Moons (2015) cam xvid', 'CAM'],
    ['Paper.Moons.2015.DVDSCR.XviD', 'Screener'],
  ])('source: %s', (name, source) => {
    expect(parseName(name).source).toBe(source);
  });

  it.each([
    ['Paper.Moons.2015.x264', 'H.264'],
    ['Paper.Moons.2015.H.265', 'H.265'],
    ['Paper.Moons.2015.HEVC', 'H.265'],
    ['Paper.Moons.2015.1080p.AV1', 'AV1'],
    ['Paper.Moons.2015.DVDRip.XviD', 'XviD'],
    ['Paper.Moons.2015.MPEG-2', 'MPEG-2'],
  ])('video: %s', (name, videoCodec) => {
    expect(parseName(name).videoCodec).toBe(videoCodec);
  });

  it.each([
    ['Paper.Moons.2015.1080p.DTS-HD.MA.5.1', 'DTS-HD MA'],
    ['Paper.Moons.2015.1080p.TrueHD.7.1', 'TrueHD'],
    ['Paper.Moons.2015.1080p.AAC2.0', 'AAC'],
    ['Paper.Moons.2015.1080p.DD5.1', 'DD'],
    ['Paper.Moons.2015.1080p.FLAC', 'FLAC'],
  ])('sound: %s', (name, audioCodec) => {
    expect(parseName(name).audioCodec).toBe(audioCodec);
  });

  it('reads stereoscopic layouts, languages and countries', () => {
    expect(parseName('Paper Moons (2015) 3D HSBS 1080p').threeD).toBe('SBS');
    expect(parseName('Paper.Moons.2015.German.French.1080p').languages).toEqual(['de', 'fr']);
    expect(parseName('The.Harbour.US.S01E01.HDTV')).toMatchObject({ title: 'The Harbour', country: 'US' });
  });
});

describe('release groups', () => {
  it.each([
    ['Paper.Moons.2015.1080p.x264-GRP', 'GRP'],
    ['Paper.Moons.2015.1080p.x264-GRP[tracker]', 'GRP'],
    ['Paper.Moons.2015.1080p.x264-GRP-Obfuscated', 'GRP'],
    ['Paper.Moons.2015.1080p.x264-D-R4IN', 'D-R4IN'],
    ['Paper.Moons.2015.1080p.BluRay.AVC-E.N.D', 'E.N.D'],
    ['Paper Moons (2015) (1080p BluRay x265 Somebody) [TeamX]', 'TeamX'],
    ['Paper Moons (2015) (1080p BluRay x265 Somebody)', 'Somebody'],
    ['[Grp-Subs] Night Parade - 03 [1080p][ABCD1234]', 'Grp-Subs'],
    ['Paper.Moons.2015.DVDRip.by.Somebody', 'Somebody'],
    ['Paper.Moons.2015.1080p.x264.SomeBody', 'SomeBody'],
    ['Paper.Moons.2015.1080p.WEB-DL', undefined],
    ['Harbour Lights - S01E01 - Pilot [HDTV-720p]', undefined],
    ['Harbour.Lights.S03.720p.HDTV.x264-SCENE', 'SCENE'],
  ])('%s', (name, group) => {
    expect(parseName(name).releaseGroup).toBe(group);
  });
});
