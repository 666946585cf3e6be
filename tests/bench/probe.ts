import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { ALL_FORMATS, FilePathSource, Input } from 'mediabunny';
import { probe as probeFile } from '../../core/src/domains/library/probe/probe.ts';
import { makeMedia, type MediaKind } from '../fixtures/media.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { programs } from '../harness/programs.ts';
import type { Bench, Row } from './bench.ts';

const OURS = 2000;
const MEDIABUNNY = 200;
const FFPROBE = 20;

const kinds: readonly { kind: MediaKind; what: string; aim?: string; files: number }[] = [
  { kind: 'hevc-subtitles-mkv', what: 'MKV, two sounds, three subtitles, chapters', aim: '0.15 ms', files: OURS },
  { kind: 'h264-aac-mp4', what: 'MP4, index in front', aim: '0.15 ms', files: OURS },
  { kind: 'mpeg4-mp3-avi', what: 'AVI (MediaInfo)', files: OURS / 10 },
];

/** Mean milliseconds for each of the first `count` files, one after the other. */
async function measure(files: readonly string[], count: number, read: (file: string) => unknown): Promise<number> {
  const some = files.slice(0, count);
  const start = performance.now();
  for (const file of some) await read(file);
  return (performance.now() - start) / some.length;
}

async function readByMediabunny(file: string): Promise<void> {
  const input = new Input({ source: new FilePathSource(file), formats: ALL_FORMATS });
  await input.computeDuration();
  await input.getTracks();
  input.dispose();
}

const readByFfprobe = (file: string): unknown =>
  spawnSync('ffprobe', ['-v', 'error', '-show_streams', '-show_format', '-show_chapters', '-of', 'json', file]);

const shown = (value: number): string => `${value.toFixed(value < 1 ? 3 : 1)} ms`;

async function peers(files: readonly string[], kind: MediaKind): Promise<string> {
  const ffprobe = await measure(files, FFPROBE, readByFfprobe);
  if (kind === 'mpeg4-mp3-avi') return `ffprobe ${shown(ffprobe)}`; // mediabunny does not read AVI
  await measure(files, MEDIABUNNY, readByMediabunny);
  return `mediabunny ${shown(await measure(files, MEDIABUNNY, readByMediabunny))} (lists no subtitles), ffprobe ${shown(ffprobe)}`;
}

async function run(): Promise<Row[]> {
  if (!programs.ffmpeg.find())
    return [{ what: 'ms to read the headers of one file', ours: 'not measured: ffmpeg is missing' }];
  const rows: Row[] = [];
  for (const { kind, what, aim, files: count } of kinds) {
    const folder = temporaryFolder('vitascope-probe');
    const first = await makeMedia(kind, path.join(folder, 'first'));
    const files = Array.from({ length: count }, (_, i) => path.join(folder, `${i}.media`));
    files.forEach((file) => copyFileSync(first, file));
    const cold = await measure(files, count, probeFile);
    const warm = await measure(files, count, probeFile);
    rows.push({
      what: `headers of one file, warm: ${what}`,
      ours: `${shown(warm)} (first round ${shown(cold)})`,
      peer: await peers(files, kind),
      aim,
    });
    removeFolder(folder);
  }
  return rows;
}

export const probe: Bench = { name: 'probe', title: 'Reading media headers', run };
