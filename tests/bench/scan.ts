import { createLibrary, listLibraryFiles, scanLibrary } from '../../core/src/domains/library/library.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { grouped, type Bench, type Row } from './bench.ts';
import { makeMediaTree, type MediaTree } from './media-tree.ts';
import { measureMinidlna } from './minidlna.ts';
import { finishJob, startBenchServer } from './server.ts';

const files = 20_000;

interface ScanTimes {
  coldSeconds: number;
  rescanSeconds: number;
}

async function measureOurs(tree: MediaTree, say: (line: string) => void): Promise<ScanTimes> {
  const server = await startBenchServer();
  try {
    const client = await new Client(server.url).setUp();
    const start = performance.now();
    const body = {
      name: 'Everything',
      type: 'mixed' as const,
      folders: [tree.films, tree.shows],
      settings: { watch: false },
    };
    const { library, jobId } = await client.call(createLibrary, { body });
    await finishJob(client, jobId);
    const coldSeconds = (performance.now() - start) / 1000;
    await expectAll(client, tree.files, say);
    const again = performance.now();
    const rescan = await client.call(scanLibrary, { params: { id: library.id }, body: {} });
    await finishJob(client, rescan.jobId);
    return { coldSeconds, rescanSeconds: (performance.now() - again) / 1000 };
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
    const peer = (seconds: number | undefined): string =>
      seconds === undefined ? (theirs.missing ?? '') : `minidlna ${rate(seconds)}`;
    return [
      {
        what: `cold scan of ${grouped(files)} files`,
        ours: rate(ours.coldSeconds),
        peer: peer(theirs.coldSeconds),
        aim: '≥ 1 × minidlna',
      },
      {
        what: 'rescan, nothing changed',
        ours: rate(ours.rescanSeconds),
        peer: peer(theirs.rescanSeconds),
        aim: '≥ 0.5 × minidlna',
      },
    ];
  } finally {
    removeFolder(folder);
  }
}

export const scan: Bench = { name: 'scan', title: 'Scanning a library', run };
