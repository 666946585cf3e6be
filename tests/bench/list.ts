import { genres } from '../harness/catalogue-entries.ts';
import { seedCatalogue } from '../harness/catalogue.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { Random } from '../harness/random.ts';
import { grouped, milliseconds, percentile, type Bench, type Row } from './bench.ts';
import { getRequest } from './http-pipe.ts';
import { refusals, runLoad, type LoadResult } from './load.ts';
import { signInMany, startBenchServer } from './server.ts';

const connections = 16;
const accounts = 8;
const distinctQueries = 2_000;
const measuredMs = 8_000;

const sorts = ['title', 'added', 'year', 'rating', 'runtime', 'released'];

/** What people ask for: mostly the first pages of some view, now and then one far behind. */
export function listQuery(random: Random): string {
  const query = new URLSearchParams({ pageSize: '20', sort: random.pick(sorts), order: random.pick(['asc', 'desc']) });
  const reach = random.next();
  query.set('page', String(1 + random.below(reach < 0.6 ? 5 : reach < 0.9 ? 100 : 2000)));
  if (random.next() < 0.5) query.set('type', random.pick(['movie', 'show', 'movie,show']));
  if (random.next() < 0.3) query.set('genre', random.pick(genres));
  if (random.next() < 0.2) query.set('yearFrom', String(1940 + random.below(80)));
  if (random.next() < 0.15) query.set('ratingFrom', String(random.below(90)));
  if (random.next() < 0.1) query.set('resolution', random.pick(['720p', '1080p', '4K']));
  if (random.next() < 0.1) query.set('watched', random.pick(['watched', 'unwatched', 'inProgress']));
  return `/api/v1/items?${query}`;
}

/** Beginnings of titles and names, words in the middle, other scripts, one and two letters. */
function searchQuery(random: Random): string {
  const words = [
    'silent har',
    'lantern',
    'ember of the',
    'kowalski',
    'гавань',
    '静か',
    '항구',
    'golden',
    'q',
    'ob',
    'vertigo 12',
    'höll',
    'ada ber',
    'the second cath',
    'zzzz',
    'meadow 99',
  ];
  return `/api/v1/search?${new URLSearchParams({ query: random.pick(words) + (random.next() < 0.5 ? String(random.below(10)) : '') })}`;
}

/** Each request once, spread over the accounts. */
function once(paths: readonly string[], headers: readonly Record<string, string>[]): () => string | undefined {
  let at = 0;
  return () => {
    const path = paths[at];
    if (path === undefined) return undefined;
    return getRequest(path, headers[at++ % headers.length]);
  };
}

function repeated(paths: readonly string[], headers: readonly Record<string, string>[], random: Random): () => string {
  const requests = paths.flatMap((path) => [getRequest(path, random.pick(headers))]);
  return () => random.pick(requests);
}

const figures = (result: LoadResult): string =>
  `${grouped(result.perSecond)}/s, p50 ${milliseconds(percentile(result.latencies, 0.5))}, p99 ${milliseconds(percentile(result.latencies, 0.99))}${refusals(result)}`;

async function run(say: (line: string) => void): Promise<Row[]> {
  const dataDir = temporaryFolder('vitascope-list');
  try {
    say('Filling a catalogue with 100,000 titles, seasons and episodes …');
    const size = await seedCatalogue({ dataDir, movies: 66_000, shows: 1_500, episodesPerShow: 20 });
    const server = await startBenchServer({ dataDir });
    try {
      const headers = await signInMany(await new Client(server.url).setUp(), accounts);
      const random = new Random(5);
      const lists = [...new Set(Array.from({ length: distinctQueries }, () => listQuery(random)))];
      const load = { port: server.port, connections, forMs: measuredMs };
      const cold = await runLoad({ ...load, next: once(lists, headers) });
      const warm = await runLoad({ ...load, next: repeated(lists, headers, random) });
      const searches = Array.from({ length: 400 }, () => searchQuery(random));
      const coldSearch = await runLoad({ ...load, next: once([...new Set(searches)], headers) });
      const search = await runLoad({ ...load, next: repeated(searches, headers, random) });
      const catalogue = `${grouped(size)} in the catalogue, ${connections} connections, ${accounts} accounts`;
      return [
        { what: `list of 20, every request another one; ${catalogue}`, ours: figures(cold) },
        { what: 'list of 20, requests repeated', ours: figures(warm), aim: '4,650/s, p99 under 15 ms' },
        { what: 'search, every request another one', ours: figures(coldSearch) },
        { what: 'search, requests repeated', ours: figures(search), aim: 'p99 under 25 ms' },
      ];
    } finally {
      await server.stop();
    }
  } finally {
    removeFolder(dataDir);
  }
}

export const list: Bench = { name: 'list', title: 'Lists and search', run };
