import type { MediaEntry } from '@vitascope/sdk';
import { rename, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { createLibraryHarness, nobody, type LibraryHarness } from './library.testing.ts';

const harbour: MediaEntry = {
  type: 'movie',
  id: 'h',
  title: 'Glass Harbour',
  year: 2011,
  overview: 'Fog.',
  ids: { tmdb: '77' },
};
const orchard = {
  at: ['shelf'],
  entry: { type: 'show', id: 'o', title: 'Winter Orchard', year: 2020, overview: 'Snow.' } as MediaEntry,
  children: [
    { type: 'season', id: 's1', title: 'The first winter', season: 1 },
    { type: 'episode', id: 'e1', title: 'Frost', season: 1, episode: 1 },
    { type: 'episode', id: 'e2', title: 'Thaw', season: 1, episode: 2 },
  ] as MediaEntry[],
};

describe.each(testDialects)('the review queue on %s', (dialect) => {
  let harness: LibraryHarness;
  beforeEach(async () => {
    harness = await createLibraryHarness(dialect);
  });
  afterEach(() => harness.close());
  const move = async (from: string, to: string): Promise<void> => {
    await mkdir(join(harness.media, to, '..'), { recursive: true });
    await rename(join(harness.media, from), join(harness.media, to));
  };
  const match = async (path: string, body: object) =>
    harness.ask(`POST /library/${await harness.fileId(path)}/match`, body);
  const rescan = async (full = true): Promise<void> => {
    for (const { id } of await harness.domain.libraries.list()) await harness.scan(id, { full });
    await harness.idle();
  };

  it('lists files that nobody could identify, with what their names were understood as', async () => {
    await harness.film('b/Second thing.mp4', 'two');
    await harness.film('a/First thing.mp4', 'one');
    await harness.film('Glass Harbour (2011).mp4');
    const id = await harness.library();
    const { json } = await harness.ask('GET /library/unmatched?sort=name&pageSize=1');
    expect(json).toMatchObject({
      total: 2,
      page: 1,
      pageSize: 1,
      items: [
        {
          fileName: 'First thing.mp4',
          path: join(harness.media, 'a/First thing.mp4'),
          libraryId: id,
          matchState: 'unmatched',
          item: null,
          parsed: { title: 'First thing', year: null, season: null, episodes: [] },
          reasons: [{ text: 'The name gives the title "First thing"', weight: 0.4 }],
        },
      ],
    });
    expect((await harness.ask('GET /library/unmatched?query=second')).json.items).toHaveLength(1);
    expect((await harness.ask(`GET /library/unmatched?libraryId=${id + 1}`)).json.total).toBe(0);
    const all = (await harness.ask('GET /library?matchState=matched&mediaType=movie', undefined, { as: 'ben' })).json;
    expect(all).toMatchObject({ total: 1, items: [{ path: null, item: { title: 'Glass Harbour' } }] });
  });

  it('matches a file to a title that is there, for good: rescan, rename and move change nothing', async () => {
    await harness.film('Glass Harbour (2011).mp4', 'one');
    await harness.film('mystery.mp4', 'two');
    await harness.library();
    const { id } = (await harness.ask('GET /library?matchState=matched')).json.items[0].item;
    const matched = await match('mystery.mp4', { mediaId: id });
    expect(matched).toMatchObject({
      status: 200,
      json: {
        matchState: 'matched',
        matchSource: 'manual',
        matchConfidence: 1,
        item: { id, fileCount: 2 },
        reasons: [{ text: 'Chosen by hand' }],
      },
    });
    await rescan();
    await move('mystery.mp4', 'Another Film (1999).mp4');
    await rescan(false);
    await move('Another Film (1999).mp4', 'deep/below/Third (2001).mp4');
    await rescan();
    expect(await harness.rows()).toEqual({
      'Glass Harbour (2011).mp4': 'matched auto Glass Harbour',
      'deep/below/Third (2001).mp4': 'matched manual Glass Harbour',
    });
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×2']);
  });

  it('makes a typed title, and lets it go with its last file', async () => {
    await harness.film('mystery.mp4', 'one');
    await harness.film('riddle.mp4', 'two');
    await harness.library();
    const made = await match('mystery.mp4', { create: { type: 'movie', title: 'Teh Harbour', year: 2011 } });
    expect(made.json.item).toMatchObject({ type: 'movie', title: 'Teh Harbour', year: 2011, fileCount: 1 });
    await rescan();
    expect(await harness.rows()).toMatchObject({ 'mystery.mp4': 'matched manual Teh Harbour' });
    const again = await match('mystery.mp4', { create: { type: 'movie', title: 'The Harbour', year: 2011 } });
    expect(again).toMatchObject({ status: 409, json: { error_code: 'conflict' } });
    const forced = await match('mystery.mp4', {
      create: { type: 'movie', title: 'The Harbour', year: 2011 },
      force: true,
    });
    expect(forced.json.item.title).toBe('The Harbour');
    await match('riddle.mp4', { create: { type: 'movie', title: 'The Harbour', year: 2011 } });
    expect(await harness.titles()).toEqual(['movie The Harbour 2011 ×2']);
  });

  it('moves a file that was taken for something else, and leaves its neighbours alone', async () => {
    await harness.film('x/Glass Harbour (2011).mp4', 'one');
    await harness.film('x/Nine Tides (2018).mp4', 'two');
    await harness.library();
    const { json } = await match('x/Nine Tides (2018).mp4', { create: { type: 'movie', title: 'Ten Tides' } });
    expect(json.item.title).toBe('Ten Tides');
    expect(await harness.rows()).toEqual({
      'x/Glass Harbour (2011).mp4': 'matched auto Glass Harbour',
      'x/Nine Tides (2018).mp4': 'matched manual Ten Tides',
    });
    expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×1', 'movie Ten Tides ×1']);
  });

  it('puts files into a show by season and episodes, several in one file too', async () => {
    await harness.film('one.mp4', 'one');
    await harness.film('two.mp4', 'two');
    await harness.film('Show - S02E05.mp4', 'three');
    await harness.library('movies');
    const nowhere = await match('one.mp4', { create: { type: 'show', title: 'Winter Orchard', year: 2020 } });
    expect(nowhere).toMatchObject({ status: 400, json: { errors: [{ path: 'body.episodes' }] } });
    expect(await harness.titles()).toEqual([]);
    const first = await match('one.mp4', {
      create: { type: 'show', title: 'Winter Orchard', year: 2020 },
      season: 1,
      episodes: [1, 2],
    });
    expect(first.json.item).toMatchObject({
      type: 'episode',
      seasonNumber: 1,
      episodeNumber: 1,
      show: { title: 'Winter Orchard' },
    });
    const showId = first.json.item.show.id;
    await match('two.mp4', { mediaId: showId, season: 0, episodes: [7] });
    await match('Show - S02E05.mp4', { mediaId: showId });
    await rescan();
    expect(await harness.rows()).toEqual({
      'one.mp4': 'matched manual Episode 1 S1E1 + Episode 2 S1E2',
      'two.mp4': 'matched manual Episode 7 S0E7',
      'Show - S02E05.mp4': 'matched manual Episode 5 S2E5',
    });
    expect(await harness.titles()).toEqual(['show Winter Orchard 2020 ×4']);
    const season = await harness.host.database.first<{ id: number }>(
      `select id from media_items where type = 'season' and season_number = 2`,
    );
    const moved = await match('two.mp4', { mediaId: season!.id, episodes: [6], force: true });
    expect(moved.json.item).toMatchObject({ seasonNumber: 2, episodeNumber: 6 });
    const gone = await harness.host.database.first(`select id from media_items where season_number = 0`);
    expect(gone).toBeUndefined();
  });

  it('takes candidates of the catalogue and of connections, best first, and describes what is chosen', async () => {
    await harness.shelf({ titles: [{ at: ['shelf', 'archive'], entry: harbour }, orchard], down: ['archive'] });
    await harness.film('Glass Harbour.mp4', 'one');
    await harness.film('Glass Harbours (1950).mp4', 'two');
    await harness.library('movies');
    await harness.domain.review.unmatch(await harness.fileId('Glass Harbour.mp4'), {
      accountId: nobody,
      paths: true,
    });
    await harness.idle();
    const id = await harness.fileId('Glass Harbour.mp4');
    const { json } = await harness.ask(`GET /library/${id}/candidates?type=movie&year=2011`);
    expect(json.items).toMatchObject([
      {
        provider: 'Shelf',
        itemId: null,
        entryId: 'h',
        title: 'Glass Harbour',
        year: 2011,
        overview: 'Fog.',
        score: 0.98,
      },
      { provider: 'Vitascope', connectionId: null, title: 'Glass Harbours', year: 1950 },
    ]);
    expect(json.items[0].reasons[0]).toEqual({ text: 'The same title', weight: 0.6 });
    expect(json.failures).toEqual([{ provider: 'Archive', message: expect.stringContaining('archive is down') }]);
    const { connectionId, entryId, type } = json.items[0];
    const matched = await match('Glass Harbour.mp4', { candidate: { connectionId, entryId, type } });
    expect(matched.json.item).toMatchObject({ title: 'Glass Harbour', year: 2011 });
    const detail = await harness.catalog.detail(matched.json.item.id, { accountId: nobody, paths: false });
    expect(detail).toMatchObject({ overview: 'Fog.', externalIds: { tmdb: '77' }, provenance: { overview: 'Shelf' } });
    const known = (await harness.ask(`GET /library/${id}/candidates?query=Glass+Harbour&type=movie`)).json.items;
    expect(known.map(({ provider, title }: { provider: string; title: string }) => [provider, title])).toEqual([
      ['Vitascope', 'Glass Harbour'],
      ['Vitascope', 'Glass Harbours'],
    ]);
    await rescan();
    expect((await harness.rows())['Glass Harbour.mp4']).toBe('matched manual Glass Harbour');
  });

  it('matches to a show at a connection, with its episodes described', async () => {
    await harness.shelf({ titles: [orchard] });
    await harness.film('thing.mp4');
    await harness.library('shows');
    await harness.idle();
    const id = await harness.fileId('thing.mp4');
    const { items } = (await harness.ask(`GET /library/${id}/candidates?query=winter&type=show`)).json;
    const { connectionId, entryId } = items[0];
    const candidate = { connectionId, entryId, type: 'show' };
    expect((await match('thing.mp4', { candidate })).status).toBe(400);
    const { json } = await match('thing.mp4', { candidate, season: 1, episodes: [2] });
    expect(json.item).toMatchObject({ title: 'Thaw', show: { title: 'Winter Orchard' } });
    expect(
      (await match('thing.mp4', { candidate: { ...candidate, entryId: 'x' }, season: 1, episodes: [1], force: true }))
        .status,
    ).toBe(404);
  });

  it('leaves files out and takes them in again', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    const id = await harness.fileId('Glass Harbour (2011).mp4');
    const ignored = await harness.ask(`POST /library/${id}/ignore`, { ignored: true });
    expect(ignored.json).toMatchObject({ matchState: 'ignored', item: null });
    expect(await harness.titles()).toEqual([]);
    await rescan();
    expect(await harness.rows()).toEqual({ 'Glass Harbour (2011).mp4': 'ignored manual' });
    expect((await harness.ask('GET /library/unmatched')).json.total).toBe(0);
    expect((await harness.ask(`POST /library/${id}/ignore`, { ignored: false })).json.matchState).toBe('unmatched');
    await harness.idle();
    expect(await harness.rows()).toEqual({ 'Glass Harbour (2011).mp4': 'matched auto Glass Harbour' });
  });

  it('takes a match back until somebody makes another', async () => {
    await harness.film('Glass Harbour (2011).mp4');
    await harness.library();
    const id = await harness.fileId('Glass Harbour (2011).mp4');
    expect((await harness.ask(`DELETE /library/${id}/match`)).json).toMatchObject({
      matchState: 'unmatched',
      item: null,
      matchConfidence: 0,
    });
    await rescan();
    expect(await harness.rows()).toEqual({ 'Glass Harbour (2011).mp4': 'unmatched manual' });
    expect(await harness.titles()).toEqual([]);
    expect((await match('Glass Harbour (2011).mp4', { create: { type: 'movie', title: 'Other' } })).status).toBe(200);
  });

  it('makes what was taken for an extra the film itself, where the film has no other file', async () => {
    await harness.film('Short things/behind-trailer.mp4');
    await harness.library();
    const { json } = await match('Short things/behind-trailer.mp4', {
      create: { type: 'movie', title: 'Behind, trailer' },
    });
    expect(json).toMatchObject({ role: 'main', item: { fileCount: 1 } });
  });

  it.each([
    ['nothing', {}, 400],
    ['two things', { mediaId: 1, create: { type: 'movie', title: 'x' } }, 400],
    ['a title that is not there', { mediaId: 999_999 }, 404],
    ['a connection that is not there', { candidate: { connectionId: nobody, entryId: 'x', type: 'movie' } }, 503],
    ['an episode at a connection', { candidate: { connectionId: nobody, entryId: 'x', type: 'episode' } }, 400],
    ['an empty title', { create: { type: 'movie', title: '  ' } }, 400],
  ])('refuses %s, and changes nothing', async (_, body, status) => {
    await harness.film('mystery.mp4');
    await harness.library();
    expect((await match('mystery.mp4', body)).status).toBe(status);
    expect((await harness.ask('POST /library/999999/match', { mediaId: 1 })).status).toBe(404);
    expect(await harness.rows()).toEqual({ 'mystery.mp4': 'unmatched' });
  });

  it('gives two people who match one file at once one answer', async () => {
    await harness.film('mystery.mp4');
    await harness.library();
    const answers = await Promise.all(
      ['One', 'Two', 'Three'].map((title) => match('mystery.mp4', { create: { type: 'movie', title } })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect(await harness.titles()).toHaveLength(1);
  });

  describe('a whole title', () => {
    const itemOf = async (path: string): Promise<{ id: number; show: { id: number } }> =>
      (await harness.ask(`GET /library/${await harness.fileId(path)}`)).json.item;

    it('goes to another film, with all its files, for good', async () => {
      await harness.film('Nine Tides (2018)/Nine Tides (2018).mp4', 'one');
      await harness.film('Nine Tides (2018)/Nine Tides (2018) - 4K.mp4', 'two');
      await harness.film('Glass Harbour (2011).mp4', 'three');
      await harness.library();
      const wrong = await itemOf('Nine Tides (2018)/Nine Tides (2018).mp4');
      const right = await itemOf('Glass Harbour (2011).mp4');
      expect((await harness.ask(`POST /items/${wrong.id}/identify`, { mediaId: right.id })).json).toEqual({
        itemId: right.id,
      });
      await rescan();
      expect(await harness.titles()).toEqual(['movie Glass Harbour 2011 ×3']);
    });

    it('becomes what a connection knows: a show with all its episodes', async () => {
      await harness.film('Wintry (1990)/Wintry S01E01.mp4', 'one');
      await harness.film('Wintry (1990)/Wintry S01E02.mp4', 'two');
      await harness.library('shows');
      await harness.shelf({ titles: [orchard] });
      await harness.idle();
      const { show } = await itemOf('Wintry (1990)/Wintry S01E01.mp4');
      const [connection] = harness.host.providers.list().filter(({ kind }) => kind === 'shelf');
      const candidate = { connectionId: connection!.id, entryId: 'o', type: 'show' };
      const { json } = await harness.ask(`POST /items/${show.id}/identify`, { candidate });
      expect(json.itemId).not.toBe(show.id);
      await rescan();
      expect(await harness.rows()).toEqual({
        'Wintry (1990)/Wintry S01E01.mp4': 'matched manual Frost S1E1',
        'Wintry (1990)/Wintry S01E02.mp4': 'matched manual Thaw S1E2',
      });
      expect(await harness.titles()).toEqual(['show Winter Orchard 2020 ×2']);
    });

    it('refuses what does not fit', async () => {
      await harness.film('Wintry (1990)/Wintry S01E01.mp4', 'one');
      await harness.film('Glass Harbour (2011).mp4', 'two');
      await harness.library('mixed');
      const episode = await itemOf('Wintry (1990)/Wintry S01E01.mp4');
      const film = await itemOf('Glass Harbour (2011).mp4');
      for (const [id, body, status] of [
        [film.id, { mediaId: episode.show.id }, 400],
        [film.id, {}, 400],
        [film.id, { mediaId: 999_999 }, 404],
        [episode.id, { mediaId: film.id }, 400],
        [999_999, { mediaId: film.id }, 404],
      ] as const) {
        expect((await harness.ask(`POST /items/${id}/identify`, body)).status).toBe(status);
      }
    });
  });
});
