import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem } from '../../core/src/domains/catalog/catalog.schema.ts';
import type { Endpoint } from '../../core/src/kernel/http/endpoint.ts';
import { startPluginJob } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { admin as adminCredentials, Client, type RawRequest } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { addressOf, endpoints, methodOf } from './contract-endpoints.ts';
import { addLibrary, copyDemo, filesOf, finished, itemsOf, titled } from './library-setup.ts';

const folder = temporaryFolder('vitascope-success');
const fixtures = path.join(import.meta.dirname, '../fixtures/plugins');
const profile = { videoCodecs: ['avc1.640034'], audioCodecs: ['mp4a.40.2'], containers: ['mp4', 'hls'] as const };

let server: RunningServer;
let client: Client;
/** What earlier calls answered, for those that build on them. */
const known: Record<string, unknown> = {};
const ids = { film: 0, show: 0, episode: 0, person: 0, file: 0, spare: 0, emptied: 0, library: 0, filmsLibrary: 0 };

interface Call extends RawRequest {
  params?: Record<string, unknown>;
}
type Step = [name: string, call: () => Call | Promise<Call>, keep?: (answer: never) => void];
const plain = (name: string, call: Call = {}): Step => [name, () => call];
const of = (name: string, id: keyof typeof ids, call: Call = {}): Step => [
  name,
  () => ({ params: { id: ids[id] }, ...call }),
];
const kept = (name: string, key: string, call: Call = {}): Step => [
  name,
  () => ({ params: { id: known[key] }, ...call }),
];

const connection = {
  pluginId: 'example',
  contract: 'metadata@1',
  kind: 'example-films',
  name: 'Films',
  settings: { prefix: '>' },
};

/** One well-formed call of every endpoint with a JSON answer, in an order in which each has what it needs. */
const steps: Step[] = [
  ...['getHealth', 'getLiveness', 'getReadiness', 'getSetupState', 'getApiDescription', 'me'].map((name) =>
    plain(name),
  ),
  plain('login', { body: adminCredentials }),
  plain('refresh', { body: {} }),
  plain('register', { body: { name: 'newcomer', password: 'a long password' } }),
  plain('login', { body: adminCredentials }),
  plain('updateMe', {
    body: { displayName: 'Admin', locale: 'de', preferences: { theme: 'dark', playStatePreset: 'plex' } },
  }),
  plain('changePassword', { body: { current: adminCredentials.password, next: adminCredentials.password } }),
  [
    'createApiToken',
    () => ({ body: { name: 'script', scopes: ['read'], expiresAt: '2090-01-01T00:00:00Z' } }),
    (answer: { token: { id: string } }) => (known.token = answer.token.id),
  ],
  plain('listApiTokens'),
  kept('deleteApiToken', 'token'),
  [
    'createAccount',
    () => ({ body: { name: 'other', password: 'a long password', role: 'user' } }),
    (answer: { id: string }) => (known.account = answer.id),
  ],
  plain('listAccounts'),
  kept('updateAccount', 'account', { body: { role: 'admin', enabled: true } }),
  kept('deleteAccount', 'account'),

  plain('listItems', {
    query: { type: 'movie,show,episode', sort: 'added', order: 'desc', pageSize: 5, genre: ['Drama', 'Mystery'] },
  }),
  ...['listMovies', 'listShows', 'listFacets', 'listMedia', 'listCast'].map((name) => plain(name)),
  plain('search', { query: { query: 'a' } }),
  of('getItem', 'film'),
  of('getItem', 'show', { query: { season: 1 } }),
  of('getItem', 'episode'),
  of('getMedia', 'film'),
  of('getPerson', 'person'),
  of('updateItem', 'film', { body: { tagline: 'Edited', genres: ['Drama'], locked: ['tagline'] } }),
  [
    'listArtwork',
    () => ({ params: { id: ids.film } }),
    (answer: { items: { id: number }[] }) => (known.picture = answer.items[0]?.id),
  ],
  ['selectArtwork', () => ({ params: { id: ids.film, artworkId: known.picture } })],
  of('uploadArtwork', 'film', {
    query: { kind: 'poster' },
    headers: { 'content-type': 'image/png' },
    body: Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    ),
  }),
  of('refreshItem', 'film'),

  plain('listLibraries'),
  of('getLibrary', 'library'),
  plain('browseFolders'),
  plain('browseFolders', { query: { path: folder } }),
  plain('listLibraryFiles', { query: { matchState: 'matched', mediaType: 'movie', query: 'a' } }),
  of('getLibraryFile', 'file'),
  plain('listUnmatched'),
  of('listCandidates', 'spare', { query: { query: 'Paper', type: 'movie', year: 2019 } }),
  of('matchFile', 'spare', { body: { create: { type: 'movie', title: 'Something else', year: 1999 }, force: true } }),
  of('unmatchFile', 'spare'),
  of('ignoreFile', 'spare', { body: { ignored: true } }),
  of('ignoreFile', 'spare', { body: { ignored: false } }),
  ['identifyItem', () => ({ params: { id: ids.emptied }, body: { mediaId: ids.film } })],
  [
    'createLibrary',
    () => ({ body: { name: 'More', type: 'mixed', folders: [path.join(folder, 'more')] } }),
    (answer: { library: { id: number } }) => (known.library = answer.library.id),
  ],
  kept('updateLibrary', 'library', { body: { name: 'Even more', settings: { settleSeconds: 3 } } }),
  kept('scanLibrary', 'library', { body: { full: true } }),
  plain('rescan', { body: {} }),
  kept('deleteLibrary', 'library'),

  plain('getCapabilities'),
  [
    'startPlayback',
    () => ({ body: { itemId: ids.film, client: profile } }),
    (answer: { sessionId: string }) => (known.session = answer.sessionId),
  ],
  kept('reportProgress', 'session', { body: { positionMs: 1000, paused: true, event: 'pause' } }),
  plain('listPlaybackSessions'),
  kept('stopPlayback', 'session'),
  ['saveProgress', () => ({ body: { mediaId: ids.film, positionMs: 5000, durationMs: 1_000_000 } })],
  ...['continueWatching', 'nextUp', 'listProgress', 'getDashboard'].map((name) => plain(name)),
  of('hideFromContinue', 'film'),
  of('setPlayed', 'film', { body: { played: true, at: '2024-05-01T20:00:00Z' } }),
  ['setPlayedMany', () => ({ body: { itemIds: [ids.episode], played: true } })],
  ['listWatched', () => ({}), (answer: { items: { id: number }[] }) => (known.play = answer.items[0]?.id)],
  of('listItemPlays', 'film'),
  kept('deletePlay', 'play'),
  plain('getDashboard'),

  plain('listSettings'),
  plain('updateSettings', { params: { area: 'tracking' }, body: { preset: 'plex' } }),
  plain('listLogs', { query: { level: 'debug', query: 'e', limit: 5 } }),
  plain('getServerInfo'),
  plain('rescanPlugins'),
  plain('listPlugins'),
  plain('getPlugin', { params: { id: 'nfo' } }),
  plain('enablePlugin', { params: { id: 'example' } }),
  plain('setPluginOptions', { params: { id: 'example' }, body: { values: { greeting: 'Servus' } } }),
  plain('getUiManifest'),
  plain('listConnectionKinds'),
  ['createConnection', () => ({ body: connection }), (answer: { id: string }) => (known.connection = answer.id)],
  plain('testNewConnection', { body: connection }),
  plain('listConnections', { query: { pluginId: 'example' } }),
  kept('getConnection', 'connection'),
  kept('changeConnection', 'connection', { body: { name: 'Renamed', priority: 5 } }),
  kept('testConnection', 'connection'),
  kept('deleteConnection', 'connection'),
  [
    'startPluginJob',
    () => ({ params: { id: 'example', job: 'count' }, body: { input: { from: 1 } } }),
    (answer: { id: string }) => (known.job = answer.id),
  ],
  kept('getJob', 'job'),
  kept('cancelJob', 'job'),

  plain('listJobs', { query: { state: 'succeeded', pageSize: 3 } }),
  plain('getRunningJobs'),
  plain('listJobDefinitions'),
  ['listSchedules', () => ({}), (answer: { items: { name: string }[] }) => (known.schedule = answer.items[0]?.name)],
  ['updateSchedule', () => ({ params: { name: known.schedule }, body: { enabled: true, timeZone: 'Europe/Berlin' } })],
  ['runSchedule', () => ({ params: { name: known.schedule } })],
  ['retryJob', async () => ({ params: { id: await failedJob() } })],
  plain('disablePlugin', { params: { id: 'example' } }),
  plain('searchPackages', { query: { query: 'a' } }),
  plain('inspectPackage', { body: { source: path.join(fixtures, 'example') } }),
  plain('installPackage', { body: { source: path.join(fixtures, 'example') } }),
  plain('updatePackage', { params: { id: 'example' }, body: {} }),
  plain('verifyPackage', { params: { id: 'example' } }),
  plain('rollbackPackage', { params: { id: 'example' } }),
  plain('removePackage', { params: { id: 'example' }, query: { purge: 'true' } }),
  ['deleteItem', async () => ({ params: { id: await filmWithoutFiles() } })],
  [
    'listSessions',
    elsewhere,
    (answer: { items: { id: string; current: boolean }[] }) =>
      (known.sessionId = answer.items.find(({ current }) => !current)?.id),
  ],
  kept('endSession', 'sessionId'),
  plain('logout'),
];

beforeAll(async () => {
  mkdirSync(path.join(folder, 'more'));
  server = await startServer({
    config: { auth: { registration: 'open' } },
    env: { VITASCOPE_VALIDATE_RESPONSES: '1' },
  });
  client = await new Client(server.url).setUp();
  for (const id of ['example', 'throws-in-job'])
    cpSync(path.join(fixtures, id), path.join(server.dataDir, 'plugins', id), { recursive: true });
  const films = await addLibrary(client, { name: 'Films', type: 'movies', folders: [copyDemo('Films', folder)] });
  const shows = await addLibrary(client, { name: 'Shows', type: 'shows', folders: [copyDemo('Shows', folder)] });
  Object.assign(ids, { library: shows.id, filmsLibrary: films.id });
  ids.film = (await titled(client, 'Paper Orbit')).id;
  ids.emptied = (await titled(client, 'Below the Ninth Wave')).id;
  ids.show = (await titled(client, 'Signal Hill')).id;
  ids.episode = (await itemsOf(client, { type: 'episode' }))[0]?.id ?? 0;
  ids.person = (await client.call(getItem, { params: { id: ids.film }, query: {} })).cast[0]?.person.id ?? 0;
  const files = await filesOf(client, { libraryId: films.id });
  ids.file = files.find(({ item }) => item?.id === ids.film)?.id ?? 0;
  ids.spare = files.find(({ fileName }) => fileName.startsWith('The Salt Meridian'))?.id ?? 0;
});
afterAll(async () => {
  await server.stop();
  removeFolder(folder);
});

async function failedJob(): Promise<string> {
  await client.post('/api/v1/plugins/throws-in-job/enable');
  const { id } = await client.call(startPluginJob, { params: { id: 'throws-in-job', job: 'doomed' }, body: {} });
  expect((await finished(client, id)).state).toBe('failed');
  return id;
}

async function elsewhere(): Promise<Call> {
  await new Client(server.url).login();
  return {};
}

/** A title whose only file lies elsewhere by now, and which is kept because a person edited it. */
async function filmWithoutFiles(): Promise<number> {
  const { id } = await titled(client, 'A Quiet Arithmetic');
  await client.patch(`/api/v1/items/${id}`, { overview: 'Edited by hand' });
  const file = (await filesOf(client)).find(({ item }) => item?.id === id);
  await client.post(`/api/v1/library/${file?.id}/match`, { mediaId: ids.film, force: true });
  return id;
}

const found = (name: string): Endpoint => {
  const endpoint = endpoints.find((entry) => entry.name === name)?.endpoint;
  if (!endpoint) throw new Error(`There is no endpoint ${name}.`);
  return endpoint;
};

describe(`well-formed calls on ${testDialect()}`, () => {
  it.each(steps.map((step) => [`${step[0]} ${found(step[0]).verb}`, step] as const))(
    '%s answers what its schema promises',
    async (_, [name, make, keep]) => {
      const endpoint = found(name);
      const { params = {}, ...request } = await make();
      const answer = await client.send(methodOf(endpoint), addressOf(endpoint, params), request);
      expect(answer.status, JSON.stringify(answer.body)).toBe(
        endpoint.status ?? (endpoint.response || endpoint.raw ? 200 : 204),
      );
      // The server itself fails on members that are not in the schema; here the document's reader is asked.
      if (endpoint.response) endpoint.response.parse(answer.body);
      else if (!endpoint.raw) expect(answer.body).toBe('');
      expect(answer.headers.get('cache-control')).toBe(endpoint.raw ? 'no-cache' : 'no-store');
      const token = (answer.body as { csrfToken?: string }).csrfToken;
      if (token) client.csrfToken = token;
      keep?.(answer.body as never);
    },
  );

  it('leaves no endpoint with a JSON answer out', () => {
    const called = new Set(steps.map(([name]) => name));
    const missing = endpoints.filter(({ name, endpoint }) => !endpoint.raw && !called.has(name));
    // Its success is the beginning of this file.
    expect(missing.map(({ name }) => name)).toEqual(['setUp']);
  });

  it('is set up only once', async () => {
    expectProblem(await client.post('/api/v1/setup', { name: 'late', password: 'a long password' }), 409, 'setup_done');
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toContain('failed: internal');
  });
});
