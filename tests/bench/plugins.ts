import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { HookBus } from '../../core/src/kernel/plugins/hook-bus.ts';
import { scopeOf } from '../../core/src/kernel/plugins/host-scope.ts';
import type { PluginLine } from '../../core/src/kernel/plugins/plugin-line.ts';
import { enablePlugin } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { discoverPlugins } from '../../core/src/kernel/plugins/discover.ts';
import { PluginChild } from '../../core/src/kernel/plugins/process/plugin-child.ts';
import { ProcessLine, usualLimits } from '../../core/src/kernel/plugins/process/process-line.ts';
import { findPluginProgram } from '../../core/src/kernel/plugins/process/program.ts';
import { SdkProvision } from '../../core/src/kernel/plugins/sdk-provision.ts';
import { ServerLine } from '../../core/src/kernel/plugins/server-line.ts';
import { metadata, type Manifest } from '../../sdk/src/index.ts';
import { createLog } from '../../core/src/kernel/log/logger.ts';
import { seedCatalogue } from '../harness/catalogue.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { Random } from '../harness/random.ts';
import { grouped, median, milliseconds, percentile, type Bench, type Row } from './bench.ts';
import { getRequest } from './http-pipe.ts';
import { listQuery } from './list.ts';
import { runLoad } from './load.ts';
import { signInMany, startBenchServer } from './server.ts';

/** The server's own dependency. */
const { AsyncParallelHook } = createRequire(new URL('../../core/package.json', import.meta.url))('tapable') as {
  AsyncParallelHook: new (names: string[]) => {
    tapPromise(name: string, run: () => Promise<void>): void;
    promise(...given: unknown[]): Promise<void>;
  };
};
const fixtures = path.join(import.meta.dirname, '../fixtures/plugins');
const measuredMs = 2000;
const starts = 5;
const wishes = ['Spirited', 'Harbour', 'a', 'film', 'zzz'];

/** Calls one after the other; how many a second. */
async function perSecond(call: (round: number) => Promise<unknown>): Promise<number> {
  for (let round = 0; round < 500; round++) await call(round);
  const begun = performance.now();
  let calls = 0;
  for (; performance.now() - begun < measuredMs; calls++) await call(calls);
  return (calls * 1000) / (performance.now() - begun);
}

const cost = (rate: number): string => `${grouped(rate)}/s, ${(1e6 / rate).toFixed(rate > 100_000 ? 2 : 0)} µs`;

async function dispatch(): Promise<Row> {
  const bus = new HookBus();
  const raw = new AsyncParallelHook(['payload', 'scope']);
  for (const pluginId of ['a', 'b', 'c']) {
    const run = async (): Promise<void> => undefined;
    bus.add([{ pluginId, verb: 'on', name: 'library.item.added', stage: 'normal', order: 0, run }]);
    raw.tapPromise(pluginId, run);
  }
  const payload = { ids: ['1'] };
  const nobody = {};
  const theirs = await perSecond(() => raw.promise(payload, nobody));
  const ours = await perSecond(() => bus.emit('library.item.added', payload));
  const ratio = (ours / theirs).toFixed(2);
  return {
    what: 'a hook with three taps',
    ours: `${cost(ours)}: ${ratio} ×`,
    peer: `tapable ${cost(theirs)}`,
    aim: '≥ 0.8 × tapable',
  };
}

interface Lines {
  server: PluginLine;
  process: ProcessLine;
  child(): PluginChild;
}

async function openLines(dataFolder: string): Promise<Lines> {
  const { plugins } = await discoverPlugins([{ folder: fixtures, bundled: false }]);
  const found = plugins.find(({ id }) => id === 'example');
  if (!found?.manifest) throw new Error('The example plugin is not there.');
  const introduction = { manifest: found.manifest as Manifest, packageName: found.name, options: {} };
  // What it is asked here asks nothing of the server.
  const host = { services: {}, listeners: {} } as never;
  const { logger } = createLog({ level: 'error', format: 'json', keepLines: 1 }, { write: () => undefined });
  new SdkProvision().add(found.folder);
  const child = (): PluginChild =>
    new PluginChild({
      program: findPluginProgram(),
      entry: found.entry ?? '',
      folder: found.folder,
      dataFolder,
      memoryMb: usualLimits.memoryMb,
      logger,
    });
  const silent = { started: () => undefined, ended: () => undefined, failed: () => undefined };
  return {
    server: new ServerLine({ found, introduction, host }),
    process: new ProcessLine({ introduction, host, limits: usualLimits, logger, start: child, ...silent }),
    child,
  };
}

/** A question to a metadata source: input and answer checked on the way. */
async function search(line: PluginLine, round: number): Promise<unknown> {
  const client = await line.client();
  const connection = { id: 'c', name: 'Example', kind: 'example-films', settings: {}, webhookUrl: '' };
  const input = { type: 'movie', query: wishes[round % wishes.length] };
  return client.invoke({ contract: metadata, connection, method: 'search', input }, { scope: scopeOf() });
}

/** What Node itself takes for a question and an answer between two processes. */
async function bareFork(folder: string): Promise<number> {
  const file = path.join(folder, 'echo.mjs');
  writeFileSync(file, `process.on('message', (message) => process.send(message));`);
  const child = fork(file);
  try {
    return await perSecond(async (round) => {
      child.send({ id: round, method: 'search', args: { type: 'movie', query: wishes[round % wishes.length] } });
      await once(child, 'message');
    });
  } finally {
    child.kill();
  }
}

async function calls(): Promise<Row[]> {
  const folder = temporaryFolder('vitascope-plugins');
  try {
    const bare = await bareFork(folder);
    const lines = await openLines(folder);
    const inServer = await perSecond((round) => search(lines.server, round));
    const inProcess = await perSecond((round) => search(lines.process, round));
    const resident = (lines.process.status().residentBytes ?? 0) / 1024 ** 2;
    const times: number[] = [];
    for (let number = 0; number < starts; number++) {
      const line = (await openLines(folder)).process;
      const begun = performance.now();
      await line.client();
      times.push(performance.now() - begun);
      await line.close(ended());
    }
    await lines.process.close(ended());
    await lines.server.close(ended());
    return [
      { what: 'a call of a contract in the server', ours: cost(inServer) },
      {
        what: 'the same in a process of its own',
        ours: cost(inProcess),
        peer: `fork and JSON, unchecked ${cost(bare)}`,
        aim: 'under 120 µs',
      },
      { what: `start of a plugin's process, from sources, median of ${starts}`, ours: milliseconds(median(times)) },
      { what: 'memory of a process at rest; of one that was stopped', ours: `${Math.round(resident)} MiB; nothing` },
    ];
  } finally {
    removeFolder(folder);
  }
}

const ended = () => Object.assign(new Error('The benchmark is over'), { code: 'cancelled' as const });

/** Two plugins that behave as badly as they can while somebody looks at lists. */
async function hostile(say: (line: string) => void): Promise<Row[]> {
  const dataDir = temporaryFolder('vitascope-hostile');
  try {
    say('Filling a catalogue with 20,000 titles …');
    await seedCatalogue({ dataDir, movies: 20_000, shows: 0, episodesPerShow: 0 });
    const bad = {
      loops: 'for (;;) {}',
      allocates: 'const all = []; for (;;) all.push(new Array(1000).fill(all.length));',
    };
    for (const [id, work] of Object.entries(bad)) writeBadPlugin(path.join(dataDir, 'plugins', id), id, work);
    const server = await startBenchServer({ dataDir });
    try {
      const admin = await new Client(server.url).setUp();
      const headers = await signInMany(admin, 4);
      const random = new Random(23);
      const paths = Array.from({ length: 200 }, () => listQuery(random));
      const load = {
        port: server.port,
        connections: 4,
        everyMs: 10,
        next: () => getRequest(random.pick(paths), random.pick(headers)),
      };
      await runLoad({ ...load, forMs: 3000 });
      const quiet = await runLoad({ ...load, forMs: 6000 });
      for (const id of Object.keys(bad)) await admin.call(enablePlugin, { params: { id } });
      const running = Object.keys(bad).map((id) =>
        fetch(`${server.url}/api/v1/plugins/${id}/work`, { headers: headers[0] ?? {} }),
      );
      const loud = await runLoad({ ...load, forMs: 6000 });
      await Promise.allSettled(running);
      const p95 = (result: typeof quiet): number => percentile(result.latencies, 0.95);
      return [
        {
          what: 'lists while one plugin loops and another takes memory',
          ours: `p95 ${milliseconds(p95(loud))}: ${(p95(loud) / p95(quiet)).toFixed(1)} × quiet (${milliseconds(p95(quiet))})`,
          aim: 'p95 ≤ 1.5 × quiet',
        },
      ];
    } finally {
      await server.stop();
    }
  } finally {
    removeFolder(dataDir);
  }
}

function writeBadPlugin(folder: string, id: string, work: string): void {
  mkdirSync(folder, { recursive: true });
  const source = `import { definePlugin, route, z } from '@vitascope/sdk';
export default definePlugin({ routes: [route('GET /work', { output: z.object({}), access: 'user' }, async () => { ${work} })] });
`;
  writeFileSync(path.join(folder, 'index.js'), source);
  const output = { type: 'object', properties: {} };
  const contributes = { routes: [{ verb: 'GET /work', access: 'user', output }] };
  const vitascope = { format: 1, id, name: id, sdk: '^0.1.0', contributes };
  const json = { name: id, version: '1.0.0', type: 'module', exports: './index.js', vitascope };
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(json));
}

const run = async (say: (line: string) => void): Promise<Row[]> => [
  await dispatch(),
  ...(await calls()),
  ...(await hostile(say)),
];

export const plugins: Bench = { name: 'plugins', title: 'Plugins', run };
