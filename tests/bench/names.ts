import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { obtain, type Program } from '../harness/programs.ts';
import { Random } from '../harness/random.ts';
import { entryPoint } from '../harness/server.ts';
import { grouped, type Bench, type Row } from './bench.ts';

const ourNames = 60_000;
const peerNames = 400;

const words = 'Harbour Lantern Orchard Compass Glacier Meadow Engine Sparrow Canyon Violin Anchor Prairie Citadel Ember Quarry Lagoon'.split(' '); // prettier-ignore
const groups = ['TESTGRP', 'SAMPLE', 'NOGRP', 'DEMO', 'FIXTURE'];
const tail = [
  '1080p.BluRay.x264',
  '720p.WEB-DL.DD5.1.H.264',
  '2160p.UHD.BluRay.REMUX.HDR.HEVC.TrueHD.7.1',
  '480p.DVDRip.XviD',
  '1080p.WEBRip.AAC2.0.x265',
];

/** A made-up release name: films, episodes, ranges, dates and anime numbering. */
function releaseName(random: Random): string {
  const title = random.some(words, 1 + random.below(3)).join('.');
  const number = (end: number): string => String(1 + random.below(end)).padStart(2, '0');
  const group = random.pick(groups);
  switch (random.below(6)) {
    case 0:
      return `${title}.${1950 + random.below(75)}.${random.pick(tail)}-${group}`;
    case 1:
      return `${title}.S${number(12)}E${number(24)}.${random.pick(tail)}-${group}`;
    case 2:
      return `${title}.S${number(12)}E${number(9)}E1${random.below(9)}.${random.pick(words)}.${random.pick(tail)}-${group}`;
    case 3:
      return `${title}.20${number(23)}.${number(12)}.${number(28)}.${random.pick(tail)}-${group}`;
    case 4:
      return `[${group}] ${title.replaceAll('.', ' ')} - ${number(150)} [1080p][HEVC 10bit].mkv`;
    default:
      return `${title.replaceAll('.', ' ')} (${1950 + random.below(75)})/${title.replaceAll('.', ' ')} - Extended Cut [Bluray-1080p].mkv`;
  }
}

const python = '/usr/bin/python3';
const guessit: Program = {
  name: 'guessit',
  debian: 'python3-guessit',
  otherwise: 'install guessit for /usr/bin/python3',
  find: () => (spawnSync(python, ['-c', 'import guessit']).status === 0 ? python : undefined),
};

/** Names a second, the start of its process left out on both sides. */
function measureGuessit(file: string): number {
  const script = [
    'import sys, time, guessit',
    `names = open(sys.argv[1], encoding="utf-8").read().splitlines()[:${peerNames}]`,
    'guessit.guessit(names[0])',
    'start = time.perf_counter()',
    'for name in names: guessit.guessit(name)',
    'print(len(names) / (time.perf_counter() - start))',
  ].join('\n');
  const result = spawnSync(python, ['-c', script, file], { encoding: 'utf8' });
  if (result.status !== 0) throw new Error(`guessit failed: ${result.stderr}`);
  return Number(result.stdout);
}

/** The whole command, from its start to its end, over names that come by standard input. */
function measureOurs(names: readonly string[]): number {
  const input = names.map((name) => `${JSON.stringify({ input: name })}\n`).join('');
  const start = performance.now();
  const result = spawnSync(process.execPath, [...entryPoint('dist'), 'parse', '--jsonl'], {
    input,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  const seconds = (performance.now() - start) / 1000;
  const answers = result.stdout.split('\n').filter(Boolean).length;
  if (result.status !== 0 || answers !== names.length)
    throw new Error(`vitascope parse gave ${answers} answers: ${result.stderr}`);
  return names.length / seconds;
}

async function run(say: (line: string) => void): Promise<Row[]> {
  const random = new Random(11);
  const names = Array.from({ length: ourNames }, () => releaseName(random));
  const ours = measureOurs(names);
  const peer = obtain(guessit, say);
  let theirs = 'missing' in peer ? peer.missing : '';
  if ('path' in peer) {
    const folder = temporaryFolder('vitascope-names');
    const file = path.join(folder, 'names.txt');
    writeFileSync(file, names.join('\n'));
    theirs = `guessit ${grouped(measureGuessit(file))}`;
    removeFolder(folder);
  }
  return [{ what: 'names/s, one process, start included', ours: grouped(ours), peer: theirs, aim: '10,000' }];
}

export const names: Bench = { name: 'names', title: 'Reading release names', run };
