import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDialects } from '../../kernel/database/database.testing.ts';
import { startTestServer } from '../../kernel/http/http-server.testing.ts';
import type { TestServer } from '../../kernel/http/http-server.testing.ts';
import { openLocalStorage } from '../../kernel/storage/local-storage.ts';
import { catalogRoutes } from './catalog.routes.ts';
import { createTestCatalog, entryOf } from './catalog.testing.ts';
import type { TestCatalog } from './catalog.testing.ts';
import { createPictureService } from './pictures/picture-service.ts';
import type { PictureService } from './pictures/picture-service.ts';

describe.each(testDialects)('catalog routes on %s', (dialect) => {
  let catalog: TestCatalog;
  let pictures: PictureService;
  let server: TestServer;
  let folder: string;
  let ids: number[];
  let showId: number;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'vitascope-catalog-'));
    catalog = await createTestCatalog(dialect);
    pictures = createPictureService({
      database: catalog.db.database,
      storage: await openLocalStorage(folder),
      folders: async () => [],
      log: { warn: () => undefined },
    });
    server = await startTestServer(catalogRoutes({ catalog: catalog.service, pictures }));
    ids = await catalog.add(
      {
        title: 'The Amber Sea',
        year: 1990,
        categories: ['Classics'],
        sources: ['Disc'],
        genres: ['Drama'],
        credits: [
          { name: 'Ana Kovač', role: 'actor', character: 'Mila', picture: { url: 'https://pictures.example/ana.jpg' } },
          { name: 'Jon Vale', role: 'director' },
        ],
        artwork: [{ kind: 'poster', url: 'https://pictures.example/amber.jpg' }],
      },
      { title: 'Blue Harbour', year: 2005, genres: ['Drama'], credits: [{ name: 'Ana Kovač', role: 'actor' }] },
    );
    const [show] = await catalog.apply(entryOf({ type: 'show', title: 'Tides', year: 2015 }));
    showId = show!.itemId;
    const episodes = await catalog.apply(
      ...[1, 2].map((episode) => ({
        showId,
        ...entryOf({ type: 'episode', title: `Wave ${episode}`, season: 1, episode, overview: 'Wet.' }),
      })),
    );
    await catalog.recount(...episodes.map(({ itemId }) => itemId));
  });
  afterAll(async () => {
    await server.close({ graceMs: 100 });
    await pictures.close();
    await catalog.remove();
    await rm(folder, { recursive: true });
  });

  it('lists, filters and pages', async () => {
    const all = await server.ask('/api/v1/items', { as: 'ben' });
    expect(all.json.items.map((item: { title: string }) => item.title)).toEqual([
      'The Amber Sea',
      'Blue Harbour',
      'Tides',
    ]);
    expect(all.json).toMatchObject({ page: 1, pageSize: 20, total: 3 });
    expect((await server.ask('/api/v1/movies?pageSize=1&page=2', { as: 'ben' })).json).toMatchObject({
      total: 2,
      items: [{ title: 'Blue Harbour' }],
    });
    expect((await server.ask('/api/v1/shows', { as: 'ben' })).json.items).toMatchObject([
      { title: 'Tides', episodeCount: 2, unwatchedCount: 2 },
    ]);
    expect((await server.ask('/api/v1/items?type=movie,show&genre=Drama&sort=year', { as: 'ben' })).json.total).toBe(2);
    expect((await server.ask('/api/v1/items/facets', { as: 'ben' })).json).toMatchObject({
      total: 3,
      genres: [{ name: 'Drama', count: 2 }],
    });
  });

  it.each([
    '/api/v1/items?pageSize=201',
    '/api/v1/items?page=0',
    '/api/v1/items?sort=colour',
    '/api/v1/items?type=person',
    '/api/v1/items?yearFrom=x',
    '/api/v1/items/abc',
    '/api/v1/search?query=',
    '/api/v1/search',
  ])('refuses %s', async (url) => {
    expect((await server.ask(url, { as: 'ben' })).status).toBe(400);
  });

  it('wants a caller, and an administrator for changes', async () => {
    expect((await server.ask('/api/v1/items')).status).toBe(401);
    expect(
      (await server.ask(`/api/v1/items/${ids[0]}`, { method: 'PATCH', as: 'ben', json: { title: 'No' } })).status,
    ).toBe(403);
    expect((await server.ask(`/api/v1/items/${ids[0]}`, { method: 'DELETE', as: 'ben' })).status).toBe(403);
  });

  it('describes a title, a show with a season, and a person', async () => {
    const { json: film } = await server.ask(`/api/v1/items/${ids[0]}`, { as: 'ben' });
    expect(film).toMatchObject({
      title: 'The Amber Sea',
      cast: [{ character: 'Mila' }],
      playTarget: { itemId: ids[0] },
    });
    expect(film.similar.map((item: { title: string }) => item.title)).toEqual(['Blue Harbour']);
    const { json: show } = await server.ask(`/api/v1/items/${showId}?season=1`, { as: 'ben' });
    expect(show.seasons).toHaveLength(1);
    expect(show.episodes).toMatchObject([
      { title: 'Wave 1', overview: 'Wet.' },
      { title: 'Wave 2', overview: 'Wet.' },
    ]);
    const { json: season } = await server.ask(`/api/v1/items/${show.seasons[0].id}`, { as: 'ben' });
    expect(season.episodes).toHaveLength(2);
    const { json: person } = await server.ask(`/api/v1/people/${film.cast[0].person.id}`, { as: 'ben' });
    expect(person).toMatchObject({
      name: 'Ana Kovač',
      credits: [{ item: { title: 'Blue Harbour' } }, { character: 'Mila' }],
    });
    expect((await server.ask('/api/v1/items/999999', { as: 'ben' })).status).toBe(404);
    expect((await server.ask('/api/v1/people/999999', { as: 'ben' })).status).toBe(404);
  });

  it('searches titles and people at once', async () => {
    const { json } = await server.ask('/api/v1/search?query=ana', { as: 'ben' });
    expect(json.people).toMatchObject([{ name: 'Ana Kovač' }]);
    expect(json.items).toHaveLength(2);
  });

  it('answers in the shape of the first design', async () => {
    const byCast = await server.ask('/api/media?name=kova%C4%8D', { as: 'ben' });
    expect(byCast.json).toMatchObject({
      total: 2,
      items: [{ categories: ['Classics'], sources: ['Disc'], cast: [{ name: 'Ana Kovač' }] }, {}],
    });
    expect(byCast.json.items[0].cast).toHaveLength(1);
    expect(
      (await server.ask('/api/v1/media?categories=Classics&cast=Ana%20Kova%C4%8D', { as: 'ben' })).json.total,
    ).toBe(1);
    expect((await server.ask('/api/v1/media?categories=Classics&sources=Tape', { as: 'ben' })).json.total).toBe(0);
    expect((await server.ask(`/api/v1/media/${ids[0]}`, { as: 'ben' })).json).toMatchObject({
      title: 'The Amber Sea',
      type: 'movie',
    });
    const cast = await server.ask('/cast', { as: 'ben' });
    expect(cast.json).toMatchObject([{ name: 'Ana Kovač', imageUrl: expect.stringContaining('/pictures/') }]);
  });

  it('edits and locks', async () => {
    const patch = (json: unknown) => server.ask(`/api/v1/items/${ids[1]}`, { method: 'PATCH', as: 'anna', json });
    const edited = await patch({ tagline: 'By the sea', genres: ['Family', 'Drama'] });
    expect(edited.json).toMatchObject({
      tagline: 'By the sea',
      genres: ['Drama', 'Family'],
      locked: ['tagline', 'genres'],
    });
    expect((await patch({ locked: ['tagline'] })).json.locked).toEqual(['tagline']);
    expect((await patch({ locked: ['everything'] })).json).toMatchObject({ error_code: 'validation_failed' });
    expect((await patch({ title: '' })).status).toBe(400);
    expect(
      (await server.ask('/api/v1/items/999999', { method: 'PATCH', as: 'anna', json: { title: 'x' } })).status,
    ).toBe(404);
  });

  it('takes a picture, uses it and serves it in sizes', async () => {
    const png = await sharp({ create: { width: 900, height: 1350, channels: 3, background: '#335577' } })
      .png()
      .toBuffer();
    const upload = (body: Buffer, type = 'image/png') =>
      server.ask(`/api/v1/items/${ids[0]}/artwork?kind=poster`, {
        method: 'POST',
        as: 'anna',
        body,
        headers: { 'content-type': type },
      });
    const answer = await upload(png);
    expect(answer.status).toBe(201);
    expect(answer.json.items[0]).toMatchObject({
      selected: true,
      locked: true,
      provider: 'manual',
      width: 900,
      height: 1350,
    });
    const { url } = answer.json.items[0];
    const served = await server.ask(`${url}?width=250`, { as: 'ben' });
    expect(served.status).toBe(200);
    expect(served.headers).toMatchObject({
      'content-type': 'image/webp',
      'cache-control': 'private, max-age=31536000, immutable',
    });
    const again = await server.ask(`${url}?width=250`, {
      as: 'ben',
      headers: { 'if-none-match': served.headers.etag! },
    });
    expect(again.status).toBe(304);
    expect((await upload(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml')).status).toBe(415);
    expect((await upload(png.subarray(0, 600))).status).toBe(422);
    expect((await upload(Buffer.alloc(0))).status).toBe(422);
    expect((await upload(png, 'text/plain')).status).toBe(415);
    const first = (await server.ask(`/api/v1/items/${ids[0]}/artwork`, { as: 'ben' })).json.items.find(
      (item: { selected: boolean }) => !item.selected,
    );
    const chosen = await server.ask(`/api/v1/items/${ids[0]}/artwork/${first.id}`, { method: 'PUT', as: 'anna' });
    expect(chosen.json.items[0].id).toBe(first.id);
    expect((await server.ask(`/api/v1/items/${ids[0]}/artwork/999999`, { method: 'PUT', as: 'anna' })).status).toBe(
      404,
    );
    expect((await server.ask('/api/v1/pictures/999999/x', { as: 'ben' })).status).toBe(404);
  });

  it('forgets only titles without files', async () => {
    const [wanted] = await catalog.apply(entryOf({ title: 'Wanted' }));
    expect((await server.ask(`/api/v1/items/${ids[0]}`, { method: 'DELETE', as: 'anna' })).status).toBe(409);
    expect((await server.ask(`/api/v1/items/${wanted!.itemId}`, { method: 'DELETE', as: 'anna' })).status).toBe(200);
    expect((await server.ask(`/api/v1/items/${wanted!.itemId}`, { as: 'anna' })).status).toBe(404);
    expect((await server.ask(`/api/v1/items/${ids[0]}/refresh`, { method: 'POST', as: 'anna' })).status).toBe(202);
  });
});
