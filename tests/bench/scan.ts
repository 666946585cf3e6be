import {
  createLibrary,
  listLibraries,
  listLibraryFiles,
  scanLibrary,
} from '../../core/src/domains/library/library.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { grouped, type Bench, type Row } from './bench.ts';
import { makeMediaTree, type MediaTree } from './media-tree.ts';
import { measureMinidlna } from './minidlna.ts';
import { cpuSeconds } from './resources.ts';
import { finishJob, startBenchServer } from './server.ts';

const files = 20_000;

interface ScanCost {
  seconds: number;
  /** Of the server and of what it started. */
  cpuSeconds: number;
}

async function measureOurs(
  tree: MediaTree,
  say: (line: string) => void,
): Promise<{ cold: ScanCost; rescan: ScanCost }> {
  const server = await startBenchServer();
  try {
    const client = await new Client(server.url).setUp();
    const timed = async (begin: () => Promise<{ jobId: string }>): Promise<ScanCost> => {
      const [start, cpu] = [performance.now(), cpuSeconds(server.pid)];
      await finishJob(client, (await begin()).jobId);
      return { seconds: (performance.now() - start) / 1000, cpuSeconds: cpuSeconds(server.pid) - cpu };
    };
    const folders = [tree.films, tree.shows];
    const body = { name: 'Everything', type: 'mixed' as const, folders, settings: { watch: false } };
    const cold = await timed(() => client.call(createLibrary, { body }));
    await expectAll(client, tree.files, say);
    const [library] = (await client.call(listLibraries, {})).items;
    const params = { id: library?.id ?? 0 };
    return { cold, rescan: await timed(() => client.call(scanLibrary, { params, body: {} })) };
  } finally {
    await server.stop();
  }
}

/** A scan that stored less than it found was not fast but wrong. */
async function expectAll(client: Client, wanted: number, say: (line: string) => void): Promise<void> {
  const count = async (matchState: 'matched' | 'unmatched'): Promise<number> =>
    (await client.call(listLibraryFiles, { query: { matchState: [matchState], pageSize: 1 } })).total;
  const [matched, unmatched] = [await count('matched'), await count('unmatched')];
  if (matched + unmatched !== wanted)
    throw new Error(`${wanted} files were scanned, but ${matched + unmatched} are stored.`);
  say(`${grouped(matched)} files matched, ${grouped(unmatched)} in the review queue`);
}

async function run(say: (line: string) => void): Promise<Row[]> {
  const folder = temporaryFolder('vitascope-scan');
  try {
    say(`Writing ${grouped(files)} media files …`);
    const tree = makeMediaTree(folder, files);
    const theirs = await measureMinidlna(tree, say);
    const ours = await measureOurs(tree, say);
    const rate = (seconds: number): string => `${grouped(files / seconds)} files/s`;
    const own = (cost: ScanCost): string =>
      `${rate(cost.seconds)}, ${((cost.cpuSeconds * 1000) / files).toFixed(2)} CPU ms a file`;
    const peer = (seconds: number | undefined): string =>
      seconds === undefined ? (theirs.missing ?? '') : `minidlna ${rate(seconds)}`;
    return [
      {
        what: `cold scan of ${grouped(files)} files`,
        ours: own(ours.cold),
        peer: peer(theirs.coldSeconds),
        aim: '≥ 1 × minidlna',
      },
      {
        what: 'rescan, nothing changed',
        ours: own(ours.rescan),
        peer: peer(theirs.rescanSeconds),
        aim: '≥ 0.5 × minidlna',
      },
    ];
  } finally {
    removeFolder(folder);
  }
}

export const scan: Bench = { name: 'scan', title: 'Scanning a library', run };
