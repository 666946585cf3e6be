import { spawnSync } from 'node:child_process';
import { mkdirSync, openSync, closeSync, ftruncateSync, statSync, writeSync } from 'node:fs';
import path from 'node:path';
import { listItems } from '../../core/src/domains/catalog/catalog.schema.ts';
import { createLibrary } from '../../core/src/domains/library/library.schema.ts';
import { startPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { startNginx } from '../harness/nginx.ts';
import { obtain, programs } from '../harness/programs.ts';
import type { RunningServer } from '../harness/server.ts';
import { Random } from '../harness/random.ts';
import type { Bench, Row } from './bench.ts';
import { getRequest, HttpPipe } from './http-pipe.ts';
import { cpuSeconds } from './resources.ts';
import { finishJob, startBenchServer } from './server.ts';

const fileBytes = 2 * 1024 ** 3;
const chunkBytes = 1024 ** 2;
const measuredMs = 6_000;

/** A short film followed by a box that players skip, two gigabytes in all. */
function makeLargeFile(folder: string): string {
  const ffmpeg = programs.ffmpeg.find();
  if (!ffmpeg) throw new Error('ffmpeg is needed to make the film of this benchmark.');
  const file = path.join(folder, 'Long Harbour (2001)', 'Long Harbour (2001).mp4');
  mkdirSync(path.dirname(file), { recursive: true });
  const source = [
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180:rate=24:duration=20',
    '-f',
    'lavfi',
    '-i',
    'sine=duration=20',
  ];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-c:a', 'aac', '-movflags', '+faststart'];
  const made = spawnSync(ffmpeg, ['-v', 'error', ...source, ...codecs, file], { encoding: 'utf8' });
  if (made.status !== 0) throw new Error(`ffmpeg could not make the film: ${made.stderr}`);
  const { size } = statSync(file);
  const box = Buffer.alloc(16);
  box.writeUInt32BE(1, 0);
  box.write('free', 4, 'latin1');
  box.writeBigUInt64BE(BigInt(fileBytes - size), 8);
  const handle = openSync(file, 'r+');
  writeSync(handle, box, 0, box.length, size);
  ftruncateSync(handle, fileBytes);
  closeSync(handle);
  return file;
}

/** Who sends the file: where, as which process. */
interface Source {
  port: number;
  pid: number;
  path: string;
}

interface Throughput {
  gigabytesPerSecond: number;
  cpuSecondsPerGigabyte: number;
}

/** Lets clients ask again and again until the time is over, and counts what they got. */
async function pull(source: Source, clients: number, request: () => string): Promise<Throughput> {
  const pipes = await Promise.all(Array.from({ length: clients }, () => HttpPipe.open(source.port, chunkBytes)));
  const cpuBefore = cpuSeconds(source.pid);
  const start = performance.now();
  let isOver = false;
  const client = async (pipe: HttpPipe): Promise<void> => {
    while (!isOver) {
      const { status } = await pipe.send(request());
      if (status !== 200 && status !== 206) throw new Error(`${source.path} answered ${status}`);
    }
  };
  const running = pipes.map((pipe) => client(pipe));
  const time = new Promise((resolve) => setTimeout(resolve, measuredMs));
  await Promise.race([time, Promise.all(running)]);
  isOver = true;
  const seconds = (performance.now() - start) / 1000;
  const gigabytes = pipes.reduce((sum, pipe) => sum + pipe.received, 0) / 1e9;
  const cpu = cpuSeconds(source.pid) - cpuBefore;
  pipes.forEach((pipe) => pipe.close());
  return { gigabytesPerSecond: gigabytes / seconds, cpuSecondsPerGigabyte: cpu / gigabytes };
}

const whole = (source: Source) => () => getRequest(source.path);
function ranges(source: Source): () => string {
  const random = new Random(17);
  return () => {
    const from = random.below(fileBytes - chunkBytes);
    return getRequest(source.path, { Range: `bytes=${from}-${from + chunkBytes - 1}` });
  };
}

interface Measurement {
  what: string;
  clients: number;
  request: (source: Source) => () => string;
}

const measurements: readonly Measurement[] = [
  ...[1, 8, 64].map((clients) => ({
    what: `2 GB file to ${clients} client${clients > 1 ? 's' : ''}`,
    clients,
    request: whole,
  })),
  { what: 'random 1 MiB ranges, 8 clients', clients: 8, request: ranges },
];

/** The film as the server sends it to somebody who plays it. */
async function ourSource(server: RunningServer, folder: string): Promise<Source> {
  const client = await new Client(server.url).setUp();
  const body = { name: 'Films', type: 'movies' as const, folders: [folder], settings: { watch: false } };
  await finishJob(client, (await client.call(createLibrary, { body })).jobId);
  const [item] = (await client.call(listItems, { query: {} })).items;
  if (!item) throw new Error('The film was not found by the scan.');
  const profile = { videoCodecs: ['avc1'], audioCodecs: ['mp4a.40.2'], containers: ['mp4' as const] };
  const playback = await client.call(startPlayback, { body: { itemId: item.id, client: profile } });
  if (playback.mode !== 'direct')
    throw new Error(`The film is played by ${playback.mode}: ${playback.reasons.join('; ')}`);
  const url = new URL(playback.url, server.url);
  return { port: server.port, pid: server.pid, path: url.pathname + url.search };
}

const figures = ({ gigabytesPerSecond, cpuSecondsPerGigabyte }: Throughput): string =>
  `${gigabytesPerSecond.toFixed(2)} GB/s, ${cpuSecondsPerGigabyte.toFixed(2)} CPU s/GB`;

/** Both take turns, so that whatever else the machine does meets both. The first whole read of each is not counted. */
async function compare(ours: Source, theirs: Source | undefined, missing: string): Promise<Row[]> {
  for (const source of theirs ? [theirs, ours] : [ours]) await pull(source, 1, whole(source));
  const rows: Row[] = [];
  for (const { what, clients, request } of measurements) {
    const peer = theirs ? `nginx ${figures(await pull(theirs, clients, request(theirs)))}` : missing;
    rows.push({
      what,
      ours: figures(await pull(ours, clients, request(ours))),
      peer,
      aim: '≥ 0.6 × GB/s, ≤ 1.5 × CPU/GB',
    });
  }
  return rows;
}

async function run(say: (line: string) => void): Promise<Row[]> {
  const folder = temporaryFolder('vitascope-stream');
  const stops: (() => Promise<unknown>)[] = [async () => removeFolder(folder)];
  try {
    const file = makeLargeFile(folder);
    const server = await startBenchServer();
    stops.push(() => server.stop());
    const ours = await ourSource(server, folder);
    const found = obtain(programs.nginx, say);
    if ('missing' in found) return await compare(ours, undefined, found.missing);
    const nginx = await startNginx({ server: `root ${folder}; keepalive_requests 1000000;` });
    stops.push(() => nginx.stop());
    const theirs = { port: nginx.port, pid: nginx.pid, path: encodeURI(`/${path.relative(folder, file)}`) };
    return await compare(ours, theirs, '');
  } finally {
    for (const stop of stops.toReversed()) await stop();
  }
}

export const stream: Bench = { name: 'stream', title: 'Sending files', run };
