import { randomUUID } from 'node:crypto';
import { appendFile, copyFile, mkdir, mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { MediaEntry } from '@vitascope/sdk';
import type { Dialect } from '../../kernel/database/database.ts';
import { createJobHistory } from '../../kernel/jobs/job-history.ts';
import { AppError } from '../../kernel/errors.ts';
import { startTestServer, testCallers, type Answer, type AskOptions } from '../../kernel/http/http-server.testing.ts';
import { silentLogger } from '../../kernel/log/logger.ts';
import { createPluginHarness, testAccountId, type PluginHarness } from '../../kernel/plugins/plugins.testing.ts';
import { createCatalogService, type CatalogService } from '../catalog/catalog.service.ts';
import { createCatalogStore, type CatalogStore } from '../catalog/catalog-store.ts';
import { playedItems } from '../tracking/item-keeper.ts';
import { fileSummaries, LibraryFiles } from './file-reader.ts';
import type { LibrariesParts } from './libraries.service.ts';
import { createLibraryDomain, type LibraryDomain } from './library.module.ts';
import { LibraryStore, type LibraryKind } from './library-store.ts';
import { scanLibrary } from './scan/scan-library.ts';
import { createScanHost } from './scan-plugins.ts';
import type { WatchParts } from './watch.service.ts';

const film = join(
  import.meta.dirname,
  '../../../../config/demo/Films/A Quiet Arithmetic (2018)/A Quiet Arithmetic (2018).mp4',
);

/** What a source of metadata that tests bring says; read by the plugin at every call. */
export interface Shelf {
  titles: { at: string[]; entry: MediaEntry; children?: MediaEntry[] }[];
  /** Kinds that are down. */
  down?: string[];
}

/** Two sources, `shelf` and `archive`; only the first knows foreign ids. */
const shelfPlugin = `
import { appendFileSync, readFileSync } from 'node:fs';
import { definePlugin, fail, metadata } from '@vitascope/sdk';
const near = (name) => new URL(name, import.meta.url);
const read = (kind, what) => {
  appendFileSync(near('calls.txt'), kind + ' ' + what + '\\n');
  const { titles, down = [] } = JSON.parse(readFileSync(near('shelf.json'), 'utf8'));
  if (down.includes(kind)) fail('unavailable', kind + ' is down');
  return titles.filter(({ at }) => at.includes(kind));
};
const methods = (kind) => ({
  check: async () => {},
  search: async ({ type, query }) => ({
    items: read(kind, 'search ' + query).map(({ entry }) => entry).filter((entry) => entry.type === type &&
      query.toLowerCase().split(' ').some((word) => (entry.title + ' ' + (entry.originalTitle ?? '')).toLowerCase().includes(word))),
  }),
  get: async ({ type, id }) => read(kind, 'get ' + id).map(({ entry }) => entry)
    .find((entry) => entry.type === type && entry.id === id) ?? fail('not_found', 'No ' + id),
  children: async ({ id, season }) => ({
    items: (read(kind, 'children ' + id).find(({ entry }) => entry.id === id)?.children ?? [])
      .filter((child) => (season === undefined ? child.type === 'season' : child.type === 'episode' && child.season === season)),
  }),
});
const resolve = async ({ type, ids }) => ({
  id: read('shelf', 'resolve').find(({ entry }) => entry.type === type &&
    Object.entries(ids).some(([service, id]) => entry.ids?.[service] === id))?.entry.id,
});
const media = ['movie', 'show'];
export default definePlugin({
  provides: [
    metadata({ kind: 'shelf', name: 'Shelf', media }, { ...methods('shelf'), resolve }),
    metadata({ kind: 'archive', name: 'Archive', media }, methods('archive')),
  ],
  filter: { 'metadata.merged': (data) => (data.tags?.includes('shout') ? { ...data, overview: data.overview.toUpperCase() } : undefined) },
});
`;

/** The whole library domain on a database, a job engine, a plugin host and an HTTP server of its own, all real. */
export interface LibraryHarness {
  host: PluginHarness;
  domain: LibraryDomain;
  catalog: CatalogService;
  catalogStore: CatalogStore;
  store: LibraryStore;
  files: LibraryFiles;
  /** How many of the next scans end like a process that was killed. */
  deaths: number;
  /** Folder for media; nothing else lies in it. */
  media: string;
  /** Writes a film under this path in the media folder; the same text makes the same file. Its full path. */
  film(path: string, text?: string): Promise<string>;
  /** Makes a library of the media folder, or of some of its folders, and waits for its first scan. Its id. */
  library(type?: LibraryKind, folders?: readonly string[]): Promise<number>;
  scan(libraryId: number, options?: { full?: boolean; folders?: string[] }): Promise<unknown>;
  /** Asks the HTTP API as an administrator. */
  ask(verb: string, json?: unknown, options?: AskOptions): Promise<Answer>;
  /** Runs a job to its end. */
  run(name: string, input: unknown): Promise<unknown>;
  /** Waits for all jobs that wait or run. */
  idle(): Promise<void>;
  /** Turns the metadata plugin on, or changes what it says. */
  shelf(content: Shelf): Promise<void>;
  /** What the plugin was asked, and forgets it. */
  calls(): Promise<string[]>;
  /** Files by path below the media folder with what they are. */
  rows(): Promise<Record<string, string>>;
  /** Titles with their figures: `movie Glass Harbour 2011 ×1`. */
  titles(): Promise<string[]>;
  fileId(path: string): Promise<number>;
  close(): Promise<void>;
}

export interface LibraryHarnessOptions extends Partial<Pick<LibrariesParts, 'declaredAt'>> {
  watch?: Pick<WatchParts, 'open' | 'delayMs' | 'intervalMs'>;
}

export async function createLibraryHarness(
  dialect: Dialect,
  options: LibraryHarnessOptions = {},
): Promise<LibraryHarness> {
  // The source of metadata notes in its own folder what it was asked, which only the server's process may.
  const host = await createPluginHarness({ dialect, place: 'server' });
  const media = await realpath(await mkdtemp(join(tmpdir(), 'vitascope-library-')));
  const { database, events, jobs, providers, hooks } = host;
  const store = new LibraryStore(database);
  const files = new LibraryFiles(database);
  const catalogStore = createCatalogStore({ files: fileSummaries, keepers: [playedItems] });
  const catalog: CatalogService = createCatalogService({
    database,
    store: catalogStore,
    events,
    states: {
      statesFor: async () => new Map(),
      watchedCondition: () => ({ sql: '1 = 1', parameters: [] }),
      touchedItems: () => ({ sql: 'select 0 as id where 1 = 0', parameters: [] }),
      playTarget: async () => null,
      revision: () => 0,
    },
    files,
    present: async (detail) => detail,
    refresh: (itemId, accountId) => domain.refreshItem(itemId, accountId),
    pictureBase: '/api/v1/pictures',
  });
  const domain: LibraryDomain = createLibraryDomain({
    database,
    events,
    logger: silentLogger(),
    jobs,
    history: createJobHistory(database),
    providers,
    hooks,
    store,
    files,
    catalog: catalogStore,
    titles: catalog,
    scanner: {
      async scan(order, watch) {
        if (harness.deaths-- > 0) throw new AppError('unavailable', 'The scan process ended (SIGKILL).');
        return scanLibrary({
          database,
          catalog: catalogStore,
          host: createScanHost({ providers, hooks }),
          order,
          reserved: [host.dataDir],
          ...watch,
        });
      },
    },
    declaredAt: options.declaredAt ?? (() => undefined),
    reserved: [host.dataDir],
    afterScan: async () => undefined,
    watch: { delayMs: 60_000, ...options.watch },
  });
  jobs.register(domain.module.jobs ?? []);
  const server = await startTestServer(domain.module.routes ?? [], {
    authenticate: ({ token = '' }) => testCallers[token] && { ...testCallers[token], accountId: testAccountId },
  });
  await domain.module.start?.(new AbortController().signal);
  const plugin = join(host.dataDir, 'plugins', 'shelf');

  const harness: LibraryHarness = {
    host,
    domain,
    catalog,
    catalogStore,
    store,
    files,
    deaths: 0,
    media,
    async film(path, text = path) {
      const full = join(media, path);
      await mkdir(dirname(full), { recursive: true });
      await copyFile(film, full);
      await appendFile(full, `\n${text}`);
      return full;
    },
    async library(type = 'movies', folders = [media]) {
      const settings = { watch: false, settleSeconds: 1 };
      const { library, jobId } = await domain.libraries.create({
        name: `A library of ${type}`,
        type,
        folders: [...folders],
        settings,
      });
      await jobs.finished(jobId);
      return library.id;
    },
    scan: async (libraryId, request) => jobs.finished((await domain.scans.start(libraryId, request)).id),
    ask(verb, json, asked = {}) {
      const [method, path] = verb.split(' ') as [string, string];
      return server.ask(`/api/v1${path}`, { method, as: 'anna', ...(json !== undefined && { json }), ...asked });
    },
    run: async (name, input) => jobs.finished((await jobs.start(name, input)).id),
    async idle() {
      for (;;) {
        const active = await createJobHistory(database).active(undefined);
        if (active.length === 0) return;
        await Promise.allSettled(active.map(({ id }) => jobs.finished(id)));
      }
    },
    async shelf(content) {
      const isNew = !(await host.service.list()).some(({ id }) => id === 'shelf');
      if (isNew) await mkdir(plugin, { recursive: true });
      await writeFile(join(plugin, 'shelf.json'), JSON.stringify(content));
      if (!isNew) return;
      await writeFile(join(plugin, 'calls.txt'), '');
      await host.write('shelf', shelfPlugin);
      await host.service.list();
      await host.service.enable('shelf');
    },
    async calls() {
      const text = await readFile(join(plugin, 'calls.txt'), 'utf8');
      await writeFile(join(plugin, 'calls.txt'), '');
      return text.split('\n').filter(Boolean).toSorted();
    },
    async rows() {
      const rows = await database.all<{
        path: string;
        state: string;
        source: string;
        titles: string | null;
        missing: number | null;
      }>(
        `select f.absolute_path as path, f.match_state as state, f.match_source as source, f.missing_since as missing, (
           select ${dialect === 'sqlite' ? "group_concat(i.title || coalesce(' S' || i.season_number || 'E' || i.episode_number, ''), ' + ')" : "string_agg(i.title || coalesce(' S' || i.season_number || 'E' || i.episode_number, ''), ' + ' order by l.position)"}
           from media_file_items l join media_items i on i.id = l.item_id where l.file_id = f.id) as titles
         from media_files f order by f.absolute_path`,
      );
      return Object.fromEntries(
        rows.map(({ path, state, source, titles, missing }) => [
          path.slice(media.length + 1),
          [missing === null ? '' : 'missing', state, source, titles ?? ''].filter(Boolean).join(' '),
        ]),
      );
    },
    async titles() {
      const rows = await database.all<{ type: string; title: string; year: number | null; n: number }>(
        `select type, title, year, file_count as n from media_items where type in ('movie', 'show') order by title, id`,
      );
      return rows.map(({ type, title, year, n }) => [type, title, year, `×${n}`].filter(Boolean).join(' '));
    },
    async fileId(path) {
      const row = await database.first<{ id: number }>('select id from media_files where absolute_path = ?', [
        join(media, path),
      ]);
      if (!row) throw new Error(`There is no row of ${path}.`);
      return row.id;
    },
    async close() {
      await domain.module.stop?.();
      await server.close({ graceMs: 100 });
      catalog.close();
      await host.close();
      await rm(media, { recursive: true, force: true });
    },
  };
  return harness;
}

export const viewer = { accountId: testAccountId, paths: true };
/** An id that nothing has. */
export const nobody = randomUUID();
