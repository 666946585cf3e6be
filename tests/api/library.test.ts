import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  getItem,
  getPerson,
  listArtwork,
  listCast,
  listFacets,
  listItems,
  listMedia,
  search,
  selectArtwork,
  updateItem,
} from '../../core/src/domains/catalog/catalog.schema.ts';
import {
  browseFolders,
  createLibrary,
  deleteLibrary,
  getLibrary,
  ignoreFile,
  listCandidates,
  listLibraryFiles,
  listUnmatched,
  matchFile,
  rescan,
  scanLibrary,
} from '../../core/src/domains/library/library.schema.ts';
import { getJob } from '../../core/src/kernel/jobs/jobs.schema.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { openEvents } from './event-reader.ts';
import {
  addLibrary,
  copyDemo,
  fileNamed,
  filesOf,
  finished,
  itemsOf,
  scan,
  succeeded,
  titled,
} from './library-setup.ts';

const folder = temporaryFolder('vitascope-library');
const foreign = [
  ['Тихая гавань', 2001],
  ['静かな港', 2002],
  ['조용한 항구', 2003],
  ['الميناء الهادئ', 2004],
  ['It', 2005],
  ['Łódź nocą', 2006],
  ['π', 2007],
] as const;

const nfo = (title: string, year: number): string =>
  `<?xml version="1.0" encoding="UTF-8"?><movie><title>${title}</title><year>${year}</year></movie>`;

/** A folder of films that are described by their NFO files and play nothing. */
function writeFilm(root: string, name: string, title: string, year: number): string {
  const place = path.join(root, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, `${name}.mkv`), `${name}: no film, only a file of this size`);
  writeFileSync(path.join(place, 'movie.nfo'), nfo(title, year));
  return place;
}

describe(`a library on ${testDialect()}`, () => {
  let server: RunningServer;
  let admin: Client;
  let films = 0;
  let shows = 0;
  let mixed = 0;
  const mixedRoot = path.join(folder, 'Mixed');

  beforeAll(async () => {
    server = await startServer({ env: { VITASCOPE_VALIDATE_RESPONSES: '1' } });
    admin = await new Client(server.url).setUp();
    shows = (await addLibrary(admin, { name: 'Shows', type: 'shows', folders: [copyDemo('Shows', folder)] })).id;
    for (const [index, [title, year]] of foreign.entries())
      writeFilm(mixedRoot, `Foreign ${index} (${year})`, title, year);
    mixed = (await addLibrary(admin, { name: 'Mixed', type: 'mixed', folders: [mixedRoot] })).id;
  });
  afterAll(async () => {
    await server.stop();
    removeFolder(folder);
  });

  it('is scanned when it is made, and whoever listens hears how far it is', async () => {
    const root = copyDemo('Films', folder);
    const events = await openEvents(admin);
    expect(events.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const { library, jobId } = await admin.call(createLibrary, {
      body: { name: 'Films', type: 'movies', folders: [root], settings: { watch: false } },
    });
    films = library.id;
    await events.until(({ name, data }) => name === 'job.changed' && data.id === jobId && data.state === 'running');
    await events.until(({ name, data }) => name === 'job.changed' && data.id === jobId && data.state === 'succeeded');
    await events.until(({ name, data }) => name === 'library.changed' && data.libraryId === films);
    events.close();
    const job = await admin.call(getJob, { params: { id: jobId } });
    expect(job).toMatchObject({ state: 'succeeded', name: 'library.scan' });
    expect(job.done).toBe(job.total);
    const files = readdirSync(root, { recursive: true }).filter((name) => /\.(mp4|mkv)$/.test(String(name)));
    expect(await admin.call(getLibrary, { params: { id: films } })).toMatchObject({
      fileCount: files.length,
      itemCount: files.length,
      missingCount: 0,
      scanning: false,
    });
  });

  it('shows titles, texts and people from NFO files', async () => {
    const { id } = await titled(admin, 'A Quiet Arithmetic');
    const detail = await admin.call(getItem, { params: { id }, query: {} });
    expect(detail).toMatchObject({
      sortTitle: expect.stringMatching(/^quiet arithmetic$/i),
      year: 2018,
      tagline: 'Someone has been counting.',
      genres: ['Mystery', 'Thriller'],
      contentRating: 'PG',
      rating: 71,
    });
    expect(detail.cast[0]).toMatchObject({ person: { name: 'Rosalind Achterberg' }, character: 'Mrs. Haas' });
    expect(detail.files[0]).toMatchObject({ videoCodec: expect.stringMatching(/./), missing: false, role: 'main' });
    const person = await admin.call(getPerson, { params: { id: detail.cast[0]?.person.id ?? 0 } });
    expect(person.credits.map(({ item }) => item.title)).toContain('A Quiet Arithmetic');
  });

  it('serves posters as WebP in the size that is asked for, immutable', async () => {
    const { poster } = await titled(admin, 'Paper Orbit');
    expect(poster?.url).toMatch(/^\/api\/v1\/pictures\//);
    const answer = await admin.fetch('GET', poster?.url ?? '', { query: { width: 200 } });
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('image/webp');
    expect(answer.headers.get('cache-control')).toContain('immutable');
    expect(bytes.subarray(0, 4).toString() + bytes.subarray(8, 12).toString()).toBe('RIFFWEBP');
    const whole = await admin.fetch('GET', poster?.url ?? '');
    expect((await whole.arrayBuffer()).byteLength).toBeGreaterThan(bytes.byteLength);
    const etag = answer.headers.get('etag') ?? '';
    const again = await admin.fetch('GET', poster?.url ?? '', {
      query: { width: 200 },
      headers: { 'if-none-match': etag },
    });
    expect(again.status).toBe(304);
  });

  it('has shows with seasons and episodes', async () => {
    const show = await titled(admin, 'Signal Hill');
    const detail = await admin.call(getItem, { params: { id: show.id }, query: { season: 1 } });
    expect(detail.seasons.map(({ seasonNumber }) => seasonNumber)).toEqual([1, 2]);
    expect(detail.episodes.map(({ title }) => title)).toEqual(['Carrier Wave', 'Ground Loop', 'Dead Air']);
    expect(detail.playTarget).toMatchObject({ label: 'play', seasonNumber: 1, episodeNumber: 1 });
  });

  it('is listed with filters, sorts and pages', async () => {
    const years = (await itemsOf(admin, { type: 'movie', sort: 'year', order: 'desc' })).map(({ year }) => year ?? 0);
    expect(years.length).toBeGreaterThan(10);
    expect(years).toEqual(years.toSorted((a, b) => b - a));
    const [first, second] = await Promise.all(
      [1, 2].map((page) => admin.call(listItems, { query: { page, pageSize: 3, libraryId: films } })),
    );
    expect(first?.total).toBe(second?.total);
    expect(new Set([...(first?.items ?? []), ...(second?.items ?? [])].map(({ id }) => id)).size).toBe(6);
    const mysteries = await itemsOf(admin, { genre: 'Mystery', type: 'movie' });
    expect(mysteries.map(({ title }) => title)).toContain('A Quiet Arithmetic');
    expect((await itemsOf(admin, { yearFrom: 2018, yearTo: 2018, type: 'movie' })).map(({ year }) => year)).toEqual(
      expect.arrayContaining([2018]),
    );
    expect((await itemsOf(admin, { libraryId: shows })).map(({ title }) => title).sort()).toEqual([
      'Signal Hill',
      'The Night Orchard',
    ]);
    expect((await itemsOf(admin, { cast: 'Rosalind Achterberg' })).length).toBeGreaterThan(1);
  });

  it('counts facets under the filters', async () => {
    const facets = await admin.call(listFacets, { query: { libraryId: films } });
    const all = await itemsOf(admin, { libraryId: films });
    expect(facets.total).toBe(all.length);
    expect(facets.initials.reduce((sum, { count }) => sum + count, 0)).toBe(all.length);
    for (const { name, count } of facets.genres) {
      expect((await itemsOf(admin, { libraryId: films, genre: name })).length).toBe(count);
    }
  });

  it.each([
    ['гав', 'Тихая гавань'],
    ['ГАВАНЬ', 'Тихая гавань'],
    ['港', '静かな港'],
    ['静か', '静かな港'],
    ['항구', '조용한 항구'],
    ['الميناء', 'الميناء الهادئ'],
    ['it', 'It'],
    ['lodz', 'Łódź nocą'],
    ['π', 'π'],
    ['rosalind', 'A Quiet Arithmetic'],
    ['insurance clerk', 'A Quiet Arithmetic'],
  ])('finds "%s" in %s', async (query, title) => {
    expect((await itemsOf(admin, { query })).map((item) => item.title)).toContain(title);
    const { items, people } = await admin.call(search, { query: { query, limit: 50 } });
    expect([...items.map((item) => item.title), ...people.map(({ name }) => name)].length).toBeGreaterThan(0);
  });

  it.each(['I', 'it', 'π', '港'])('begins the search for "%s" with what is called so', async (query) => {
    const { items } = await admin.call(search, { query: { query, limit: 10 } });
    expect(items[0]?.title.toLowerCase()).toContain(query.toLowerCase());
  });

  it("answers the seeds' own paths: /api/media and /cast", async () => {
    const { items, total } = await admin.call(listMedia, { query: { name: 'rosalind' } });
    expect(items.length).toBe(total);
    expect(items.map(({ title }) => title)).toContain('A Quiet Arithmetic');
    const alias = await admin.get('/api/media', { query: { name: 'Quiet', cast: 'Priya Venn' } });
    expect((alias.body as { items: { title: string }[] }).items.map(({ title }) => title)).toEqual([
      'A Quiet Arithmetic',
    ]);
    const cast = await admin.get('/cast', { headers: { accept: 'application/json' } });
    expect(cast.body).toEqual(await admin.call(listCast, {}));
    expect((cast.body as { name: string }[]).map(({ name }) => name)).toContain('Priya Venn');
  });

  describe('the review queue', () => {
    const names = ['zzqx.mkv', 'zzqy.mkv', 'zzqz.mkv', 'zzqw.mkv'];
    const at = (name: string): string => path.join(mixedRoot, name);

    beforeAll(async () => {
      for (const name of names) writeFileSync(at(name), `${name} ${'.'.repeat(200)}`);
      await scan(admin, mixed);
    });

    it('lists what has no certain match, with what the name was understood as', async () => {
      const { items } = await admin.call(listUnmatched, { query: { sort: 'name', libraryId: mixed } });
      expect(items.map(({ fileName }) => fileName)).toEqual(names.toSorted());
      expect(items[0]).toMatchObject({ matchState: 'unmatched', item: null, parsed: { title: expect.any(String) } });
      expect((await admin.call(getLibrary, { params: { id: mixed } })).unmatchedCount).toBe(names.length);
    });

    it('offers candidates for other words', async () => {
      const { id } = await fileNamed(admin, 'zzqx.mkv');
      const { items } = await admin.call(listCandidates, { params: { id }, query: { query: 'Paper Orbit' } });
      expect(items[0]).toMatchObject({ title: 'Paper Orbit', type: 'movie', itemId: expect.any(Number) });
    });

    it('a manual match to an existing title survives rename and rescan', async () => {
      const { id } = await fileNamed(admin, 'zzqx.mkv');
      const film = await titled(admin, 'Paper Orbit');
      const matched = await admin.call(matchFile, { params: { id }, body: { mediaId: film.id } });
      expect(matched).toMatchObject({ matchState: 'matched', matchSource: 'manual', item: { title: 'Paper Orbit' } });
      mkdirSync(at('moved here'));
      renameSync(at('zzqx.mkv'), at('moved here/Something Quite Different (1950).mkv'));
      await scan(admin, mixed);
      await scan(admin, mixed, true);
      const after = await fileNamed(admin, 'Something Quite Different (1950).mkv');
      expect(after).toMatchObject({
        id,
        matchState: 'matched',
        matchSource: 'manual',
        item: { id: film.id },
        missing: false,
      });
      expect((await itemsOf(admin)).map(({ title }) => title)).not.toContain('Something Quite Different');
    });

    it('a manual match to a new typed film makes it', async () => {
      const { id } = await fileNamed(admin, 'zzqy.mkv');
      const create = { type: 'movie' as const, title: 'Typed by Hand', year: 1987 };
      await admin.call(matchFile, { params: { id }, body: { create } });
      expect(await titled(admin, 'Typed by Hand')).toMatchObject({ year: 1987, fileCount: 1 });
      await scan(admin, mixed, true);
      expect(await titled(admin, 'Typed by Hand')).toMatchObject({ year: 1987, fileCount: 1 });
      const again = await admin.post(`/api/v1/library/${id}/match`, { create: { type: 'movie', title: 'Other' } });
      expectProblem(again, 409, 'conflict');
      expectProblem(await admin.post(`/api/v1/library/${id}/match`, {}), 400, 'validation_failed');
    });

    it('one file can be several episodes of a new show', async () => {
      const { id } = await fileNamed(admin, 'zzqz.mkv');
      const create = { type: 'show' as const, title: 'A Typed Show' };
      expectProblem(await admin.post(`/api/v1/library/${id}/match`, { create }), 400, 'validation_failed');
      await admin.call(matchFile, { params: { id }, body: { create, season: 2, episodes: [3, 4] } });
      const show = await titled(admin, 'A Typed Show');
      const { episodes } = await admin.call(getItem, { params: { id: show.id }, query: { season: 2 } });
      expect(episodes.map(({ episodeNumber, fileCount }) => [episodeNumber, fileCount])).toEqual([
        [3, 1],
        [4, 1],
      ]);
    });

    it('a file is left out until it is taken in again', async () => {
      const { id } = await fileNamed(admin, 'zzqw.mkv');
      await admin.call(ignoreFile, { params: { id }, body: { ignored: true } });
      await scan(admin, mixed, true);
      expect((await admin.call(listUnmatched, { query: {} })).items).toEqual([]);
      expect(await fileNamed(admin, 'zzqw.mkv')).toMatchObject({ matchState: 'ignored' });
      await admin.call(ignoreFile, { params: { id }, body: { ignored: false } });
      expect((await admin.call(listUnmatched, { query: {} })).items.map(({ fileName }) => fileName)).toEqual([
        'zzqw.mkv',
      ]);
    });
  });

  it('lists files with filters and is rescanned by folder: GET /library, POST /library/rescan', async () => {
    const page = await admin.call(listLibraryFiles, {
      query: { libraryId: films, matchState: 'matched', mediaType: 'movie', pageSize: 2 },
    });
    expect(page.items).toHaveLength(2);
    expect(page.total).toBeGreaterThan(5);
    const named = await filesOf(admin, { query: 'paper orbit' });
    expect(named.some(({ fileName }) => fileName === 'Paper Orbit (2019).mp4')).toBe(true);
    const all = await admin.call(rescan, { body: {} });
    expect(all.jobIds).toHaveLength(3);
    for (const id of all.jobIds) await succeeded(admin, id);
    const one = await admin.call(rescan, { body: { paths: [mixedRoot] } });
    expect(one.accepted).toBe(1);
    await succeeded(admin, one.jobId);
    const nowhere = await admin.post('/api/v1/library/rescan', { paths: ['/nowhere/at/all'] });
    expect([400, 404]).toContain(nowhere.status);
    expectProblem(await new Client(server.url).get('/api/v1/library'), 401, 'unauthenticated');
  });

  it('hides paths from those who do not administer', async () => {
    await admin.post('/api/v1/accounts', { name: 'viewer', password: 'a password to look' });
    const viewer = await new Client(server.url).login({ name: 'viewer', password: 'a password to look' });
    const answer = await viewer.get('/api/v1/library', { query: { pageSize: 200 } });
    expect(answer.status).toBe(200);
    expect(JSON.stringify(answer.body).includes(folder)).toBe(false);
    const { id } = await titled(viewer, 'Paper Orbit');
    expect(JSON.stringify((await viewer.get(`/api/v1/items/${id}`)).body)).not.toContain(folder);
  });

  it('keeps what a person edited through a full rescan, also where the NFO changes', async () => {
    const { id } = await titled(admin, '静かな港');
    await admin.call(updateItem, { params: { id }, body: { title: 'The Quiet Harbour', overview: 'By hand.' } });
    writeFileSync(path.join(mixedRoot, 'Foreign 1 (2002)/movie.nfo'), nfo('Changed on disk', 1999));
    await scan(admin, mixed, true);
    const detail = await admin.call(getItem, { params: { id }, query: {} });
    expect(detail).toMatchObject({ title: 'The Quiet Harbour', overview: 'By hand.', year: 1999 });
    expect(detail.locked.sort()).toEqual(['overview', 'title']);
    expect(detail.provenance).toMatchObject({ title: 'manual' });
    await admin.call(updateItem, { params: { id }, body: { locked: [] } });
    await scan(admin, mixed, true);
    expect((await admin.call(getItem, { params: { id }, query: {} })).title).toBe('Changed on disk');
  });

  it('takes an uploaded picture, keeps the choice through a full rescan, and goes back to another', async () => {
    const { id, poster } = await titled(admin, 'Nocturne for Two Lighthouses');
    const upload = await admin.send('POST', `/api/v1/items/${id}/artwork`, {
      query: { kind: 'poster' },
      headers: { 'content-type': 'image/svg+xml' },
      body: '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="30"><script>1</script></svg>',
    });
    expect(upload.status).toBeGreaterThanOrEqual(400);
    const webp = await admin.fetch('GET', poster?.url ?? '', { query: { width: 200 } });
    const bytes = new Uint8Array(await webp.arrayBuffer());
    const made = await admin.send('POST', `/api/v1/items/${id}/artwork`, {
      query: { kind: 'poster' },
      headers: { 'content-type': 'image/webp' },
      body: bytes,
    });
    expect(made.status).toBe(201);
    const mine = (await titled(admin, 'Nocturne for Two Lighthouses')).poster?.id;
    expect(mine).not.toBe(poster?.id);
    await scan(admin, films, true);
    expect((await titled(admin, 'Nocturne for Two Lighthouses')).poster?.id).toBe(mine);
    await admin.call(selectArtwork, { params: { id, artworkId: poster?.id ?? 0 } });
    const { items } = await admin.call(listArtwork, { params: { id } });
    expect(items.filter(({ kind, selected }) => kind === 'poster' && selected)).toMatchObject([
      { id: poster?.id, locked: true },
    ]);
  });

  describe('a root folder that goes away deletes nothing:', () => {
    const root = path.join(folder, 'Removable');
    const away = path.join(folder, 'Unplugged');
    const count = 400;
    let id = 0;
    const titles = async (): Promise<number> => (await admin.call(listItems, { query: { libraryId: id } })).total;
    const state = async () => admin.call(getLibrary, { params: { id } });

    beforeAll(async () => {
      for (let number = 0; number < count; number++)
        writeFilm(root, `Removable ${number} (1990)`, `Removable ${number}`, 1990);
      id = (await addLibrary(admin, { name: 'Removable', type: 'movies', folders: [root] })).id;
    });

    it('unmounted before the scan, an empty mount point in its place', async () => {
      renameSync(root, away);
      for (const gone of [true, false]) {
        if (!gone) mkdirSync(root);
        const { jobId } = await admin.call(scanLibrary, { params: { id }, body: {} });
        const job = await finished(admin, jobId);
        expect(job).toMatchObject({ state: 'failed', error: { code: 'root_unavailable' } });
        expect(await state()).toMatchObject({ fileCount: count, missingCount: 0, folders: [{ available: false }] });
        expect(await titles()).toBe(count);
      }
      rmSync(root, { recursive: true });
      renameSync(away, root);
      await scan(admin, id);
      expect(await state()).toMatchObject({ fileCount: count, missingCount: 0, folders: [{ available: true }] });
    });

    it('vanishing in mid-scan', async () => {
      const outcomes: string[] = [];
      // A scan may be over before the folder is away; then the next one is caught.
      for (let attempt = 0; attempt < 10 && !outcomes.includes('root_unavailable'); attempt++) {
        const events = await openEvents(admin);
        const { jobId } = await admin.call(scanLibrary, { params: { id }, body: { full: true } });
        await events.until(({ name, data }) => name === 'job.changed' && data.id === jobId && data.state === 'running');
        renameSync(root, away);
        events.close();
        const job = await finished(admin, jobId);
        outcomes.push(job.error?.code ?? job.state);
        expect(await state()).toMatchObject({ missingCount: 0, fileCount: count });
        expect(await titles()).toBe(count);
        renameSync(away, root);
      }
      expect(outcomes).toContain('root_unavailable');
      await scan(admin, id);
      expect(await state()).toMatchObject({ missingCount: 0, fileCount: count, folders: [{ available: true }] });
    }, 120_000);

    it('one missing file is marked, stays known, and comes back', async () => {
      const place = path.join(root, 'Removable 7 (1990)');
      renameSync(place, path.join(folder, 'aside'));
      await scan(admin, id);
      expect(await state()).toMatchObject({ missingCount: 1 });
      renameSync(path.join(folder, 'aside'), place);
      await scan(admin, id);
      expect(await state()).toMatchObject({ missingCount: 0, fileCount: count });
      expect(await titles()).toBe(count);
    });
  });

  it('that is deleted leaves every file where it is', async () => {
    const before = readdirSync(mixedRoot, { recursive: true }).sort();
    await admin.call(deleteLibrary, { params: { id: mixed } });
    expect(readdirSync(mixedRoot, { recursive: true }).sort()).toEqual(before);
    expectProblem(await admin.get(`/api/v1/libraries/${mixed}`), 404, 'not_found');
    expect((await itemsOf(admin)).map(({ title }) => title)).not.toContain('Тихая гавань');
    expect(await titled(admin, 'Paper Orbit')).toMatchObject({ fileCount: 1 });
  });

  it('takes only folders that are there, are folders and are free', async () => {
    const file = path.join(folder, 'a file');
    writeFileSync(file, '');
    for (const wrong of [path.join(folder, 'nowhere'), file, 'relative']) {
      const answer = await admin.post('/api/v1/libraries', { name: 'Wrong', type: 'movies', folders: [wrong] });
      const { errors } = expectProblem(answer, 400, 'validation_failed') as { errors: { path: string }[] };
      expect(errors[0]?.path).toBe('body.folders.0');
    }
    for (const taken of [path.join(folder, 'Films'), server.dataDir]) {
      const body = { name: 'Taken', type: 'movies', folders: [taken] };
      expectProblem(await admin.post('/api/v1/libraries', body), 409, 'conflict');
    }
  });

  it('is chosen by browsing the folders of the server', async () => {
    const listing = await admin.call(browseFolders, { query: { path: folder } });
    expect(listing.folders.map(({ name }) => name)).toEqual(expect.arrayContaining(['Films', 'Shows']));
    expect(listing.parent).toBe(path.dirname(folder));
    expectProblem(await admin.get('/api/v1/folders', { query: { path: '/no/such/folder' } }), 400, 'validation_failed');
  });

  it.skipIf(!ffmpegAvailable())('that is watched notices a new film by itself (needs ffmpeg)', async () => {
    const root = path.join(folder, 'Watched');
    mkdirSync(root);
    await addLibrary(admin, {
      name: 'Watched',
      type: 'movies',
      folders: [root],
      settings: { watch: true, settleSeconds: 1 },
    });
    const events = await openEvents(admin);
    const target = path.join(root, 'Brand New Film (2024)/Brand New Film (2024).mp4');
    await makeMedia('h264-aac-mp4', target);
    expect(existsSync(target)).toBe(true);
    await events.until(({ name, data }) => name === 'library.changed' && (data.itemIds as number[]).length > 0, 25_000);
    events.close();
    expect(await titled(admin, 'Brand New Film')).toMatchObject({ year: 2024, resolution: expect.any(String) });
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
