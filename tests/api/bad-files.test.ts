import { spawnSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem, listArtwork } from '../../core/src/domains/catalog/catalog.schema.ts';
import { getLibrary } from '../../core/src/domains/library/library.schema.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { addLibrary, fileNamed, filesOf, itemsOf, scan, titled } from './library-setup.ts';

const folder = temporaryFolder('vitascope-bad');
const root = path.join(folder, 'films');
const secret = 'nobody outside may read this';
const longest = 'ш'.repeat(120);

/** A folder with a file that is no film, and with these files beside it. */
function film(name: string, beside: Record<string, string | Buffer> = {}, content = `no film: ${name}`): string {
  const place = path.join(root, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, `${name}.mkv`), content);
  for (const [file, text] of Object.entries(beside)) writeFileSync(path.join(place, file), text);
  return place;
}

describe(`bad files in a library on ${testDialect()}`, () => {
  let server: RunningServer;
  let admin: Client;
  let libraryId = 0;

  beforeAll(async () => {
    writeFileSync(path.join(folder, 'secret.jpg'), secret);
    film('Empty (2001)', {}, '');
    film('Text (2002)');
    mkdirSync(path.join(root, 'Pipe (2003)'));
    spawnSync('mkfifo', [path.join(root, 'Pipe (2003)/Pipe (2003).mkv')]);
    symlinkSync(path.join(root, 'nowhere.mkv'), path.join(root, 'Pipe (2003)/Dangling (2003).mkv'));
    symlinkSync(root, path.join(film('Loop (2004)'), 'again'));
    symlinkSync(path.join(root, 'Loop (2004)'), path.join(root, 'Loop (2004)/itself'));
    film('沉默的港口 (2005)');
    film(`${longest} (2006)`);
    film('Combining é́ \u202e ﷽ 👩‍🚀 (2007)');
    const laughs = Array.from({ length: 12 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('');
    film('Entities (2008)', {
      'movie.nfo': `<?xml version="1.0"?><!DOCTYPE movie [<!ENTITY l0 "ha">${laughs}<!ENTITY file SYSTEM "file://${folder}/secret.jpg">]><movie><title>Entities &amp; more</title><year>2008</year><plot>&l12;&file;</plot></movie>`,
    });
    film('Junk (2009)', {
      'movie.nfo': Buffer.concat([
        Buffer.from('<movie><title>Junk Inside</title><year>2009</year>'),
        Buffer.alloc(8 << 20, '<x>\u0000\u00ff</'),
      ]),
    });
    film('Outside (2010)', {
      'movie.nfo': `<movie><title>Outside</title><year>2010</year><thumb aspect="poster">../../secret.jpg</thumb><fanart><thumb>file://${folder}/secret.jpg</thumb></fanart></movie>`,
    });
    symlinkSync(path.join(folder, 'secret.jpg'), path.join(root, 'Outside (2010)/poster.jpg'));
    film('Picture (2011)', { 'poster.jpg': 'no picture at all' });
    if (ffmpegAvailable()) {
      await makeMedia('truncated-mkv', path.join(root, 'Truncated (2012)/Truncated (2012).mkv'));
      await makeMedia('h264-aac-mp4', path.join(root, 'Mislabelled (2013)/Mislabelled (2013).mkv'));
    }
    server = await startServer({ env: { VITASCOPE_VALIDATE_RESPONSES: '1' } });
    admin = await new Client(server.url).setUp();
    libraryId = (await addLibrary(admin, { name: 'Bad', type: 'movies', folders: [root] })).id;
  });
  afterAll(async () => {
    await server.stop();
    removeFolder(folder);
  });

  const client = { videoCodecs: ['avc1.640034'], audioCodecs: ['mp4a.40.2'], containers: ['mp4'] };
  const playing = async (title: string) =>
    admin.post('/api/v1/playback', { itemId: (await titled(admin, title)).id, client });

  it('an empty file is shown with its problem, and is not played', async () => {
    expect((await fileNamed(admin, 'Empty (2001).mkv')).problem).toMatch(/empty/);
    expectProblem(await playing('Empty'), 422, 'media_unreadable');
  });

  it('a file that is something else is shown with its problem, and is not played', async () => {
    expect((await fileNamed(admin, 'Text (2002).mkv')).problem).toMatch(/not a media file/);
    expect((await playing('Text')).status).toBeGreaterThanOrEqual(415);
  });

  it('a pipe and a dangling link are passed over: nothing waits for them', async () => {
    const names = (await filesOf(admin)).map(({ fileName }) => fileName);
    expect(names).not.toContain('Pipe (2003).mkv');
    expect(names).not.toContain('Dangling (2003).mkv');
  });

  it('a loop of links is walked once', async () => {
    expect((await filesOf(admin)).filter(({ fileName }) => fileName === 'Loop (2004).mkv')).toHaveLength(1);
  });

  it.each([
    ['in another script', '沉默的港口', 2005],
    ['as long as names can be', longest, 2006],
  ])('a name %s is a title', async (_, title, year) => {
    expect(await titled(admin, title)).toMatchObject({ year, fileCount: 1 });
    expect((await itemsOf(admin, { query: title.slice(0, 3) })).map((item) => item.title)).toContain(title);
  });

  it('a name with signs that combine, turn and stand for several is kept as it is', async () => {
    const file = await fileNamed(admin, 'Combining é́ \u202e ﷽ 👩‍🚀 (2007).mkv');
    expect(file).toMatchObject({ matchState: 'matched', item: { year: 2007 } });
  });

  it('an NFO with entities expands none of them, neither laughs nor files', async () => {
    const card = (await itemsOf(admin, { yearFrom: 2008, yearTo: 2008 }))[0];
    const detail = await admin.get(`/api/v1/items/${card?.id}`);
    expect(JSON.stringify(detail.body)).not.toMatch(/hahaha|nobody outside/);
    expect(card?.title).toMatch(/^Entities/);
  });

  it('an NFO with megabytes of junk costs its contents, not the scan', async () => {
    const [card] = await itemsOf(admin, { yearFrom: 2009, yearTo: 2009 });
    expect(card?.title).toMatch(/^Junk/);
    expect((await admin.call(getLibrary, { params: { id: libraryId } })).scanning).toBe(false);
  });

  it('artwork outside the root folder is not served, by no path and no link', async () => {
    const { id } = await titled(admin, 'Outside');
    const { items } = await admin.call(listArtwork, { params: { id } });
    expect(items).toEqual([]);
    const detail = await admin.call(getItem, { params: { id }, query: {} });
    expect(detail).toMatchObject({ poster: null, backdrop: null, fileCount: 1 });
  });

  it('a picture that is none is answered with an error, not with its bytes', async () => {
    const { poster } = await titled(admin, 'Picture');
    if (poster) expect((await admin.get(poster.url)).status).toBeGreaterThanOrEqual(400);
    expect((await titled(admin, 'Picture')).fileCount).toBe(1);
  });

  it.skipIf(!ffmpegAvailable())('a truncated file is shown with its problem (needs ffmpeg)', async () => {
    const file = await fileNamed(admin, 'Truncated (2012).mkv');
    expect(file).toMatchObject({ videoCodec: 'h264', problem: expect.stringMatching(/ends before/) });
  });

  it.skipIf(!ffmpegAvailable())('a mislabelled file is what it is, and plays (needs ffmpeg)', async () => {
    expect(await fileNamed(admin, 'Mislabelled (2013).mkv')).toMatchObject({ container: 'mp4', problem: '' });
    expect((await playing('Mislabelled')).body).toMatchObject({ mode: 'direct', mimeType: 'video/mp4' });
  });

  it('is scanned again in full without trouble', async () => {
    const before = (await filesOf(admin)).map(({ id, matchState }) => [id, matchState]);
    await scan(admin, libraryId, true);
    expect((await filesOf(admin)).map(({ id, matchState }) => [id, matchState])).toEqual(before);
    expect(server.logs()).not.toContain('failed: internal');
  });
});
