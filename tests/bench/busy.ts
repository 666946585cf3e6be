import { createLibrary } from '../../core/src/domains/library/library.schema.ts';
import { seedCatalogue } from '../harness/catalogue.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { Random } from '../harness/random.ts';
import { grouped, milliseconds, percentile, type Bench, type Row } from './bench.ts';
import { getRequest } from './http-pipe.ts';
import { listQuery } from './list.ts';
import { refusals, runLoad, type LoadResult } from './load.ts';
import { makeMediaTree } from './media-tree.ts';
import { finishJob, signInMany, startBenchServer } from './server.ts';

const files = 10_000;
const people = 4;

const figures = (result: LoadResult): string =>
  `p50 ${milliseconds(percentile(result.latencies, 0.5))}, p99 ${milliseconds(percentile(result.latencies, 0.99))}${refusals(result)}`;

/** A few people who look around while the server scans, against the same people while it rests. */
async function run(say: (line: string) => void): Promise<Row[]> {
  const dataDir = temporaryFolder('vitascope-busy');
  const media = temporaryFolder('vitascope-busy-media');
  try {
    say(`Writing ${grouped(files)} media files and a catalogue of 20,000 …`);
    const tree = makeMediaTree(media, files);
    await seedCatalogue({ dataDir, movies: 20_000, shows: 0, episodesPerShow: 0 });
    const server = await startBenchServer({ dataDir });
    try {
      const admin = await new Client(server.url).setUp();
      const headers = await signInMany(admin, people);
      const random = new Random(23);
      const paths = Array.from({ length: 500 }, () => listQuery(random));
      const load = {
        port: server.port,
        connections: people,
        everyMs: 10,
        next: () => getRequest(random.pick(paths), random.pick(headers)),
      };
      await runLoad({ ...load, forMs: 3_000 });
      const idle = await runLoad({ ...load, forMs: 8_000 });
      const scanned = new AbortController();
      const body = {
        name: 'Everything',
        type: 'mixed' as const,
        folders: [tree.films, tree.shows],
        settings: { watch: false },
      };
      const { jobId } = await admin.call(createLibrary, { body });
      const [busy] = await Promise.all([
        runLoad({ ...load, forMs: 120_000, signal: scanned.signal }),
        finishJob(admin, jobId).finally(() => scanned.abort()),
      ]);
      const ratio = percentile(busy.latencies, 0.99) / percentile(idle.latencies, 0.99);
      return [
        { what: `lists for ${people} people, server idle`, ours: figures(idle) },
        {
          what: `the same while ${grouped(files)} files are scanned`,
          ours: `${figures(busy)}: ${ratio.toFixed(1)} × idle`,
          aim: 'p99 ≤ 2 × idle',
        },
      ];
    } finally {
      await server.stop();
    }
  } finally {
    removeFolder(media);
    removeFolder(dataDir);
  }
}

export const busy: Bench = { name: 'busy', title: 'Answering during a scan', run };
