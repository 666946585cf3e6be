import { describe, expect, it } from 'vitest';
import { MediaData } from '@vitascope/sdk';
import { readNfo } from './read-nfo.ts';
import { writeNfo } from './write-nfo.ts';

const movie = { type: 'movie', name: 'Glass.Harbour.2014.1080p.mkv' } as const;
const read = (text: string) => readNfo(text, movie);

const full = `<?xml version="1.0" encoding="UTF-8" standalone="yes" ?>
<!-- made by hand -->
<movie>
  <title>Glass Harbour &amp; Sons</title>
  <originaltitle>Glashafen</originaltitle>
  <sorttitle>Glass Harbour</sorttitle>
  <ratings>
    <rating name="themoviedb" max="10"><value>6.1</value><votes>12</votes></rating>
    <rating name="imdb" max="10" default="true"><value>7,4</value><votes>1200</votes></rating>
  </ratings>
  <outline>Short.</outline>
  <plot><![CDATA[A harbour <made> of glass.]]></plot>
  <tagline>Mind the stones&#33;</tagline>
  <runtime>104</runtime>
  <mpaa>Rated PG-13</mpaa>
  <uniqueid type="tmdb" default="true">700001</uniqueid>
  <uniqueid type="imdb">tt7000010</uniqueid>
  <uniqueid type="wikidata">Q42</uniqueid>
  <genre>Drama / Mystery</genre><genre>Drama</genre>
  <country>Norway</country>
  <tag>sea</tag><tag>winter</tag>
  <studio>North Light</studio>
  <premiered>2014-03-09</premiered>
  <director>Ida Strand</director>
  <credits>Per Holm</credits>
  <actor><name>Second Person</name><role>The Mate</role><order>1</order></actor>
  <actor><name>First Person</name><role>The Captain</role><order>0</order><thumb>https://pictures.example/first.jpg</thumb><tmdbid>55</tmdbid></actor>
  <thumb aspect="poster" preview="x">https://pictures.example/poster.jpg</thumb>
  <thumb aspect="banner">art/banner.png</thumb>
  <fanart><thumb>https://pictures.example/fanart.jpg</thumb></fanart>
  <art><poster>poster.jpg</poster><fanart>/srv/films/elsewhere/fanart.jpg</fanart></art>
</movie>`;

describe('a movie', () => {
  it('is read with everything in it', () => {
    const { items, confidence, problem } = read(full);
    expect(items).toEqual([
      {
        type: 'movie',
        title: 'Glass Harbour & Sons',
        originalTitle: 'Glashafen',
        sortTitle: 'Glass Harbour',
        year: 2014,
        releaseDate: '2014-03-09',
        overview: 'A harbour <made> of glass.',
        tagline: 'Mind the stones!',
        contentRating: 'PG-13',
        rating: 74,
        runtimeMs: 6_240_000,
        ids: { tmdb: '700001', imdb: 'tt7000010', wikidata: 'Q42' },
        genres: ['Drama', 'Mystery'],
        studios: ['North Light'],
        countries: ['Norway'],
        tags: ['sea', 'winter'],
        credits: [
          {
            name: 'First Person',
            role: 'actor',
            character: 'The Captain',
            ids: { tmdb: '55' },
            picture: { url: 'https://pictures.example/first.jpg' },
          },
          {
            name: 'Second Person',
            role: 'actor',
            character: 'The Mate',
            picture: { path: '.actors/Second_Person.jpg' },
          },
          { name: 'Ida Strand', role: 'director' },
          { name: 'Per Holm', role: 'writer' },
        ],
        artwork: [
          { kind: 'poster', url: 'https://pictures.example/poster.jpg' },
          { kind: 'banner', path: 'art/banner.png' },
          { kind: 'backdrop', url: 'https://pictures.example/fanart.jpg' },
          { kind: 'poster', path: 'poster.jpg' },
        ],
      },
    ]);
    expect([confidence, problem]).toEqual([1, undefined]);
    expect(MediaData.safeParse(items[0]).success).toBe(true);
  });

  it.each([
    ['<rating max="5">4</rating>', { rating: 80 }],
    ['<rating>8.25</rating>', { rating: 82.5 }],
    ['<rating>0</rating>', {}],
    ['<rating>11</rating>', {}],
    ['<runtime>1:45:30</runtime>', { runtimeMs: 6_330_000 }],
    ['<runtime>1h 35m</runtime>', { runtimeMs: 5_700_000 }],
    ['<runtime>95 min.</runtime>', { runtimeMs: 5_700_000 }],
    ['<runtime>long</runtime>', {}],
    ['<year>2001</year><premiered>2002-13-45</premiered>', { year: 2001 }],
    ['<year>17</year>', {}],
    ['<id>tt7654321</id>', { ids: { imdb: 'tt7654321' } }],
    ['<tmdbid>77</tmdbid><imdb_id>tt7654321</imdb_id>', { ids: { tmdb: '77', imdb: 'tt7654321' } }],
    ['<uniqueid type="tmdb">../../etc</uniqueid><uniqueid type="imdb">none</uniqueid>', {}],
    ['<uniqueid>5</uniqueid><uniqueid type="__proto__">5</uniqueid>', {}],
    ['<status>Returning Series</status>', { status: 'continuing' }],
  ])('%s', (inner, expected) => {
    expect(read(`<movie><title>A</title>${inner}</movie>`).items).toEqual([{ type: 'movie', title: 'A', ...expected }]);
  });

  it('without a title has the name of its file, without an id is less certain', () => {
    expect(read('<movie><plot>x</plot></movie>')).toMatchObject({
      items: [{ title: 'Glass Harbour' }],
      confidence: 0.75,
    });
    expect(read('<movie><title>A</title><year>1990</year></movie>').confidence).toBe(0.9);
  });
});

describe('shows', () => {
  it('have seasons with posters of their own', () => {
    const text = `<tvshow><title>Tide Tables</title><id>90001</id><season>-1</season><status>Ended</status>
      <thumb aspect="poster" type="season" season="2">https://pictures.example/s2.jpg</thumb>
      <episodeguide>{"tmdb": "8812"}</episodeguide></tvshow>`;
    expect(readNfo(text, { type: 'show', name: 'Tide Tables' }).items).toEqual([
      {
        type: 'show',
        title: 'Tide Tables',
        status: 'ended',
        ids: { tvdb: '90001', tmdb: '8812' },
        artwork: [{ kind: 'poster', url: 'https://pictures.example/s2.jpg', season: 2 }],
      },
    ]);
    const season = readNfo('<season><seasonnumber>0</seasonnumber></season>', { type: 'season', name: 'Specials' });
    expect(season.items).toEqual([{ type: 'season', title: 'Specials', season: 0 }]);
  });

  it('may have several episodes in one file', () => {
    const one = (n: number) =>
      `<episodedetails><title>Part ${n}</title><showtitle>Tide Tables</showtitle><season>1</season><episode>${n}</episode><aired>2020-01-0${n}</aired><thumb>https://pictures.example/${n}.jpg</thumb></episodedetails>`;
    const { items, confidence } = readNfo(`<?xml version="1.0"?>\n${one(1)}\n${one(2)}`, {
      type: 'episode',
      name: 'x.mkv',
    });
    expect(items.map(({ title, season, episode, releaseDate }) => [title, season, episode, releaseDate])).toEqual([
      ['Part 1', 1, 1, '2020-01-01'],
      ['Part 2', 1, 2, '2020-01-02'],
    ]);
    expect(items[0]!.artwork).toEqual([{ kind: 'still', url: 'https://pictures.example/1.jpg' }]);
    expect(confidence).toBe(0.9);
  });
});

describe('files that are no clean XML', () => {
  it('may be nothing but an address', () => {
    expect(read('https://www.imdb.com/title/tt7000010/\r\n')).toEqual({
      items: [{ type: 'movie', title: 'Glass Harbour', ids: { imdb: 'tt7000010' } }],
      confidence: 1,
    });
    expect(read('https://www.themoviedb.org/movie/700001-glass-harbour').items[0]!.ids).toEqual({ tmdb: '700001' });
    expect(read('https://thetvdb.com/?tab=series&id=90001').items[0]!.ids).toEqual({ tvdb: '90001' });
  });

  it('may have an address or junk before and behind the XML', () => {
    const text = `\uFEFFjunk <b> &nonsense; <movie><title>A</title></movie>\nhttps://www.imdb.com/title/tt7000010/ <<<>>> ]]>`;
    expect(read(text).items).toEqual([{ type: 'movie', title: 'A', ids: { imdb: 'tt7000010' } }]);
    expect(read(`<movie><title>A</title></movie>${'\u0000\u0001x<>'.repeat(200_000)}`).items).toMatchObject([
      { title: 'A' },
    ]);
  });

  it('expand no entities', () => {
    const bomb = `<?xml version="1.0"?><!DOCTYPE movie [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY f SYSTEM "file:///etc/passwd">]>
      <movie><title>&b;</title><plot>&f;</plot><tagline>&lt;b&gt; &#x41;&#66; &#55296;</tagline></movie>`;
    expect(read(bomb).items).toMatchObject([{ title: '&b;', overview: '&f;', tagline: '<b> AB' }]);
  });

  it('say what is wrong with them', () => {
    expect(read('').problem).toContain('neither a description');
    expect(read('<movie><title>A</title>').problem).toContain('cut short');
    expect(read('<tvshow><title>A</title></tvshow>').problem).toBe('The NFO has a <tvshow> where a <movie> belongs.');
    expect(read(`${'x'.repeat(1_000_001)}<movie/>`).problem).toContain('neither a description');
    expect(
      read(`<movie>${'<a>'.repeat(80_000)}</movie>`).items.length +
        read(`<movie>${'<a>'.repeat(80_000)}</movie>`).problem!.length,
    ).toBeGreaterThan(0);
    expect(readNfo('<movie/>', { type: 'game', name: 'x' }).problem).toContain('game');
  });

  it('name no pictures outside their folder', () => {
    const thumbs = [
      '../../secret.jpg',
      'a/../../x.jpg',
      '/etc/shadow',
      'C:\\x.jpg',
      'file:///x.jpg',
      'sub/./ok.jpg',
      'a/../fine.jpg',
    ];
    const { items, problem } = read(
      `<movie><title>A</title>${thumbs.map((t) => `<thumb>${t}</thumb>`).join('')}</movie>`,
    );
    expect(items[0]!.artwork).toEqual([
      { kind: 'poster', path: 'sub/ok.jpg' },
      { kind: 'poster', path: 'fine.jpg' },
    ]);
    expect(problem).toBe('2 pictures lie outside the folder and were left out.');
  });
});

describe('writing', () => {
  it('gives what reading understands', () => {
    const data = { ...read(full).items[0]!, overview: 'Less < more & "quotes" \u0007' };
    const { path, text } = writeNfo(movie.name, data)!;
    expect(path).toBe('Glass.Harbour.2014.1080p.nfo');
    const back = read(text).items[0]!;
    expect({ ...back, artwork: back.artwork?.length }).toEqual({
      ...data,
      overview: 'Less < more & "quotes"',
      artwork: 4,
    });
  });
  it('names shows, seasons and episodes after their place', () => {
    expect(writeNfo('Tide Tables', { type: 'show', title: 'A' })!.path).toBe('tvshow.nfo');
    expect(writeNfo('Season 1', { type: 'season', title: 'A', season: 1 })!.text).toContain(
      '<seasonnumber>1</seasonnumber>',
    );
    const episode = writeNfo('T - S01E02.mkv', {
      type: 'episode',
      title: 'A',
      season: 1,
      episode: 2,
      releaseDate: '2020-01-02',
    })!;
    expect(episode.path).toBe('T - S01E02.nfo');
    expect(readNfo(episode.text, { type: 'episode', name: 'x' }).items).toMatchObject([
      { season: 1, episode: 2, releaseDate: '2020-01-02' },
    ]);
    expect(writeNfo('x', { type: 'person', title: 'A' })).toBeUndefined();
  });
});
