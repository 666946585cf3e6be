import { spawnSync } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readdirSync, rmSync, statfsSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount } from '../../core/src/domains/identity/identity.schema.ts';
import { getLibrary } from '../../core/src/domains/library/library.schema.ts';
import { startPlayback, stopPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { getJob } from '../../core/src/kernel/jobs/jobs.schema.ts';
import { addLibrary, itemsOf, scan, succeeded, titled } from '../api/library-setup.ts';
import { ffmpegAvailable, makeMedia } from '../fixtures/media.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { eventually } from '../harness/processes.ts';
import { expectProblem } from '../harness/problem.ts';
import { Random } from '../harness/random.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';

const folder = temporaryFolder('vitascope-full');
const disk = path.join(folder, 'disk');
const isSqlite = testDialect() === 'sqlite';
const films = 400;

/** A disk of its own, 32 MB small. Only root may make one, and not everywhere. */
function mountDisk(): boolean {
  mkdirSync(disk);
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', disk]).status === 0;
}
const isMounted = mountDisk();

/** Leaves nothing free. */
function fill(): void {
  const file = openSync(path.join(disk, 'filler'), 'a');
  try {
    for (const size of [1_048_576, 65_536, 4096]) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
      }
    }
  } finally {
    closeSync(file);
  }
}

const empty = (): void => rmSync(path.join(disk, 'filler'));
const freeBytes = (): number => statfsSync(disk).bfree * statfsSync(disk).bsize;

describe.skipIf(!isMounted || !ffmpegAvailable())(
  `a full disk on ${testDialect()} (needs root, tmpfs and ffmpeg)`,
  () => {
    const root = path.join(folder, 'films');
    const random = new Random(5);
    let server: RunningServer;
    let admin: Client;
    let viewer: Client;
    let libraryId = 0;
    let scanId = '';
    let logBefore = 0;
    const scanLog = (): string => server.logs().slice(logBefore);
    const client = {
      videoCodecs: ['avc1.640034'],
      audioCodecs: ['mp4a.40.2'],
      containers: ['mp4' as const, 'hls' as const],
    };
    const picture = (): Buffer => {
      const size = 160;
      const pixels = Buffer.from(Array.from({ length: size * size * 3 }, () => random.below(256)));
      return Buffer.concat([Buffer.from(`P6 ${size} ${size} 255\n`), pixels]);
    };
    let png = Buffer.alloc(0);
    const upload = async () => {
      const { id } = await titled(admin, 'Sound');
      const headers = { 'content-type': 'image/png' };
      return admin.send('POST', `/api/v1/items/${id}/artwork`, { query: { kind: 'poster' }, headers, body: png });
    };

    beforeAll(async () => {
      const made = spawnSync(
        'ffmpeg',
        ['-v', 'error', '-f', 'ppm_pipe', '-i', '-', '-f', 'image2pipe', '-c:v', 'png', '-'],
        { input: picture() },
      );
      png = made.stdout;
      await makeMedia('h264-ac3-mkv', path.join(root, 'Sound (2002)/Sound (2002).mkv'), { seconds: 60 });
      server = await startServer({ dataDir: disk });
      admin = await new Client(server.url).setUp();
      const account = { name: 'viewer', password: 'a password to look' };
      await admin.call(createAccount, { body: account });
      viewer = await new Client(server.url).login(account);
      libraryId = (await addLibrary(admin, { name: 'Films', type: 'movies', folders: [root] })).id;
      for (let number = 0; number < films; number++) {
        const place = path.join(root, `Film ${number} (1950)`);
        const plot = Array.from({ length: 900 }, () => random.below(1_000_000).toString(36)).join(' ');
        mkdirSync(place);
        writeFileSync(path.join(place, 'film.mkv'), `a file of its own: ${number}`);
        writeFileSync(
          path.join(place, 'movie.nfo'),
          `<movie><title>Title ${number}</title><year>1950</year><plot>${plot}</plot></movie>`,
        );
      }
    });
    afterAll(async () => {
      await server?.stop();
      spawnSync('umount', [disk]);
      removeFolder(folder);
    });

    it('refuses an upload with storage_full and says what to do', async () => {
      fill();
      expect(freeBytes()).toBe(0);
      const problem = expectProblem(await upload(), 507, 'storage_full');
      expect(problem.fix).toMatch(/space/i);
    });

    it('stops a conversion with storage_full', async () => {
      const { id } = await titled(admin, 'Sound');
      const started = await admin.post('/api/v1/playback', { itemId: id, client });
      if (started.status === 201) {
        const { url } = started.body as { url: string };
        const answer = await admin.get(url.replace('index.m3u8', '0.m4s'));
        expectProblem(answer, 507, 'storage_full');
      } else expectProblem(started, 507, 'storage_full');
    });

    it('holds a scan up with storage_full', async () => {
      // Enough for the job itself, not for what it finds.
      empty();
      const started = await admin.post(`/api/v1/libraries/${libraryId}/scan`, { full: true });
      fill();
      logBefore = server.logs().length;
      scanId = (started.body as { jobId: string }).jobId;
      // What cannot be written cannot be shown either: the log says why, and the job stays unfinished.
      if (isSqlite) {
        await eventually('The log saying why', () => (/storage_full/.test(scanLog()) ? true : undefined), {
          withinMs: 20_000,
        });
      }
      const { state } = await admin.call(getJob, { params: { id: scanId } });
      expect(isSqlite ? ['running', 'waiting', 'queued', 'failed'] : ['running', 'succeeded']).toContain(state);
    });

    it('serves on meanwhile, also whoever comes now', async () => {
      expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
      expect(await (await fetch(`${server.url}/health`)).json()).toMatchObject({
        status: 'degraded',
        checks: expect.arrayContaining([{ name: 'disk space', ok: false, critical: false }]),
      });
      const { id } = await titled(admin, 'Sound');
      // Nobody has seen this session yet: its first use would be written down.
      expect((await viewer.get(`/api/v1/items/${id}`)).status).toBe(200);
      expect(server.logs()).not.toContain('failed: internal');
    });

    it('goes on with the scan by itself when there is space', { timeout: 120_000 }, async () => {
      empty();
      await succeeded(admin, scanId, 100_000);
      expect(await admin.call(getLibrary, { params: { id: libraryId } })).toMatchObject({ fileCount: films + 1 });
    });

    it('works again when there is space: scan, upload, conversion', async () => {
      await scan(admin, libraryId);
      const titles =
        (await itemsOf(admin, { page: 1 })).length +
        (await itemsOf(admin, { page: 2 })).length +
        (await itemsOf(admin, { page: 3 })).length;
      expect(titles).toBe(films + 1);
      expect(await admin.call(getLibrary, { params: { id: libraryId } })).toMatchObject({
        fileCount: films + 1,
        missingCount: 0,
      });
      expect((await upload()).status).toBe(201);
      const { poster, id } = await titled(admin, 'Sound', { query: 'sound' });
      const shown = await admin.fetch('GET', poster?.url ?? '', { query: { width: 100 } });
      expect(
        Buffer.from(await shown.arrayBuffer())
          .subarray(0, 4)
          .toString(),
      ).toBe('RIFF');
      const session = await admin.call(startPlayback, { body: { itemId: id, client } });
      expect((await admin.get(session.url.replace('index.m3u8', '0.m4s'))).status).toBe(200);
      await admin.call(stopPlayback, { params: { id: session.sessionId } });
    });

    it.skipIf(!isSqlite)('left the database whole', async () => {
      await server.stop();
      const file = readdirSync(disk).find((name) => /\.(db|sqlite3?)$/.test(name)) ?? '';
      const database = new DatabaseSync(path.join(disk, file), { readOnly: true });
      expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }]);
      expect(database.prepare('select count(*) as count from media_files').get()).toEqual({ count: films + 1 });
      database.close();
      server = await startServer({ dataDir: disk });
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    });
  },
);
