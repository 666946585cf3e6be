import { describe, expect, it } from 'vitest';
import { parseName } from './parse-name.ts';

describe('title and year', () => {
  it.each([
    ['Paper.Moons.2015.1080p.BluRay.x264-GRP', 'Paper Moons', 2015],
    ['Paper Moons (2015)', 'Paper Moons', 2015],
    ['paper_moons_2015_1080p', 'paper moons', 2015],
    ['2049.Paper.Moons.2015.1080p', '2049 Paper Moons', 2015],
    ['1917.2019.1080p', '1917', 2019],
    ['Paper.Moons.1999.2015.1080p', 'Paper Moons 1999', 2015],
    ['Paper Moons 1984 (2020) [2160p]', 'Paper Moons 1984', 2020],
    ['2015 - Paper Moons', 'Paper Moons', 2015],
    ['Paper Moons 2001-2011 Collection', 'Paper Moons', 2001],
    ['Leaving Port (1896) [DVD]', 'Leaving Port', 1896],
    ['1984', '1984', undefined],
    ['Paper Moons II (1979)', 'Paper Moons II', 1979],
    ['Paper Moons Part III (1990)', 'Paper Moons Part III', 1990],
    ['(500) Days of Rain (2009)', '(500) Days of Rain', 2009],
    ['[CUT] (2007)', 'CUT', 2007],
    ['A.Night.in.L.A.1987.1080p', 'A Night in L.A.', 1987],
    ['A.B.C.Letters.2015', 'A.B.C. Letters', 2015],
    ['Look.Up!.2018.720p', 'Look Up!', 2018],
    ['www.site.example.com - Paper.Moons.2015.1080p', 'Paper Moons', 2015],
    ['[ www.site.com ] Paper.Moons.2015.1080p', 'Paper Moons', 2015],
    ['Paper Moons 2015 x264-GRP mkv', 'Paper Moons', 2015],
  ])('%s', (name, title, year) => {
    const parsed = parseName(name);
    expect(parsed.title).toBe(title);
    expect(parsed.year).toBe(year);
  });

  it.each([
    ['Charlotte Webs Web (2006)', 'Charlotte Webs Web'],
    ['The.Cam.2018.1080p.WEB', 'The Cam'],
    ['The.Good.German.2006.GERMAN.720p', 'The Good German'],
    ['Uncut.Stones.2019.1080p', 'Uncut Stones'],
    ['The.Final.Cut.2004.1080p', 'The Final Cut'],
    ['Internal.Matters.1990.DVDRip', 'Internal Matters'],
    ['Real.Iron.2011.1080p', 'Real Iron'],
    ['This.is.Us.S01E01.HDTV', 'This is Us'],
  ])('leaves ordinary words to the title: %s', (name, title) => {
    expect(parseName(name).title).toBe(title);
  });

  it.each([
    ['Paper.Moons.GERMAN.EXTENDED.720p.BluRay.x264-GRP', 'Paper Moons'],
    ['Paper.Moons.EXTENDED.2013.1080p', 'Paper Moons'],
    ['Paper.Moons.CAM.x264', 'Paper Moons'],
    ['Paper Moons (Uncut) 1080p', 'Paper Moons'],
    ['[h265 - HEVC] Paper Moons 1080p', 'Paper Moons'],
    ['Paper.Moons.GERMAN.S02E05.720p', 'Paper Moons'],
    ['Paper.Moons.iNTERNAL.S02E05.720p', 'Paper Moons'],
  ])('gives the same words to the release where they stand beside its tags: %s', (name, title) => {
    expect(parseName(name).title).toBe(title);
  });
});

describe('scripts', () => {
  it.each([
    ['映画の夜 (2004)', '映画の夜', 2004],
    ['Бумажные луны (2015) BDRip', 'Бумажные луны', 2015],
    ['Бумажные луны / Paper Moons (2015) BDRip 1080p', 'Paper Moons', 2015],
    ['قمر من ورق (٢٠١٥)', 'قمر من ورق', 2015],
    ['कागज़ के चाँद (२०१५) 1080p', 'कागज़ के चाँद', 2015],
    ['Ｐａｐｅｒ Moons （２０１５）', 'Ｐａｐｅｒ Moons', 2015],
    ['종이 달.2015.1080p', '종이 달', 2015],
    ['Lune de papier à l’été (2015)', 'Lune de papier à l’été', 2015],
  ])('%s', (name, title, year) => {
    expect(parseName(name)).toMatchObject({ title, year });
  });
});

describe('editions and revisions', () => {
  it.each([
    ["Paper.Moons.2015.Director's.Cut.1080p", "Director's Cut"],
    ['Paper.Moons.Directors.Cut.2015.1080p', "Director's Cut"],
    ['Paper Moons (2015) Extended Edition', 'Extended Edition'],
    ['Paper.Moons.2015.UNRATED.1080p', 'Unrated'],
    ['Paper.Moons.2015.IMAX.2160p', 'IMAX'],
    ['Paper.Moons.2015.Theatrical.Cut.1080p', 'Theatrical'],
    ['Paper Moons 2015 50th Anniversary Edition', '50th Anniversary Edition'],
    ['Paper.Moons.2015.REMASTERED.1080p', 'Remastered'],
    ['Paper Moons (2015) {edition-Moonlight Cut}', 'Moonlight Cut'],
    ['Paper Moons (2015) {edition-directors cut}', "Director's Cut"],
  ])('%s', (name, edition) => {
    expect(parseName(name)).toMatchObject({ title: 'Paper Moons', year: 2015, edition });
  });

  it('counts propers and repacks', () => {
    expect(parseName('Paper.Moons.2015.1080p.x264-GRP').revision).toBeUndefined();
    expect(parseName('Paper.Moons.2015.PROPER.1080p.x264-GRP').revision).toBe(2);
    expect(parseName('Paper.Moons.2015.PROPER.REPACK.1080p.x264-GRP').revision).toBe(3);
  });
});
