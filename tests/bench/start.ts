import { setTimeout as pause } from 'node:timers/promises';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { median, milliseconds, type Bench, type Row } from './bench.ts';
import { residentBytes } from './resources.ts';
import { startBenchServer } from './server.ts';

const starts = 7;
const restMs = 8_000;

async function run(): Promise<Row[]> {
  const dataDir = temporaryFolder('vitascope-start');
  try {
    // The first start creates the database and is not counted.
    await (await startBenchServer({ dataDir })).stop();
    const times: number[] = [];
    for (let number = 0; number < starts; number++) {
      const server = await startBenchServer({ dataDir });
      times.push(server.readyAfterMs);
      await server.stop();
    }
    const server = await startBenchServer({ dataDir });
    await pause(restMs);
    const megabytes = residentBytes(server.pid) / 1024 ** 2;
    await server.stop();
    return [
      { what: `start to ready, median of ${starts}`, ours: milliseconds(median(times)), aim: '1.0 s' },
      { what: 'memory at rest, all plugins on', ours: `${Math.round(megabytes)} MiB`, aim: '150 MiB' },
    ];
  } finally {
    removeFolder(dataDir);
  }
}

export const start: Bench = { name: 'start', title: 'Starting', run };
