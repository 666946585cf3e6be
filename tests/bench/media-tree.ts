import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { seedTitle } from '../harness/catalogue-entries.ts';
import { programs } from '../harness/programs.ts';
import { Random } from '../harness/random.ts';

interface Template {
  extension: string;
  bytes: Buffer;
}

const size = ['-f', 'lavfi', '-i', 'testsrc2=size=96x54:rate=12:duration=2'];
const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:duration=2'];
const small = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '40', '-c:a', 'aac', '-b:a', '24k'];

/** Little films that play: MKV with two sound tracks and subtitles, MP4, HEVC in MKV. */
function makeTemplates(folder: string): Template[] {
  const ffmpeg = programs.ffmpeg.find();
  if (!ffmpeg) throw new Error('ffmpeg is needed to make the media files of this benchmark.');
  const subtitles = path.join(folder, 'subtitles.srt');
  writeFileSync(subtitles, '1\n00:00:00,200 --> 00:00:01,500\nHello\n');
  const make = (name: string, parameters: readonly string[]): Template => {
    const file = path.join(folder, name);
    const result = spawnSync(ffmpeg, ['-v', 'error', '-y', ...parameters, file], { encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`ffmpeg could not make ${name}: ${result.stderr}`);
    return { extension: path.extname(name), bytes: readFileSync(file) };
  };
  const languages = [
    '-metadata:s:a:0',
    'language=eng',
    '-metadata:s:a:1',
    'language=deu',
    '-metadata:s:s:0',
    'language=fra',
  ];
  const mapped = ['-map', '0:v', '-map', '1:a', '-map', '1:a', '-map', '2:s', ...languages];
  const hevc = [
    '-c:v',
    'libx265',
    '-preset',
    'ultrafast',
    '-x265-params',
    'log-level=none',
    '-c:a',
    'ac3',
    '-b:a',
    '64k',
  ];
  return [
    make('two-languages.mkv', [...size, ...sound, '-i', subtitles, ...mapped, ...small, '-c:s', 'srt']),
    make('plain.mp4', [...size, ...sound, ...small, '-movflags', '+faststart']),
    make('hevc.mkv', [...size, ...sound, ...hevc]),
  ];
}

/** Bytes at the end that a reader skips: no two files are the same. */
function uniqueTail(extension: string, number: number): Buffer {
  const tail = Buffer.alloc(16);
  if (extension === '.mp4') {
    tail.writeUInt32BE(16, 0);
    tail.write('free', 4, 'latin1');
  } else {
    // EBML Void, 14 bytes long.
    tail.writeUInt8(0xec, 0);
    tail.writeUInt8(0x8e, 1);
  }
  tail.writeUInt32BE(number, 12);
  return tail;
}

export interface MediaTree {
  /** Folder of films and folder of shows. */
  films: string;
  shows: string;
  files: number;
}

/** Writes `count` real little files, half films in folders of their own, half episodes. */
export function makeMediaTree(root: string, count: number): MediaTree {
  const random = new Random(3);
  mkdirSync(root, { recursive: true });
  const templates = makeTemplates(root);
  const films = path.join(root, 'films');
  const shows = path.join(root, 'shows');
  const write = (folder: string, name: string, number: number): void => {
    const template = random.pick(templates);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
      path.join(folder, `${name}${template.extension}`),
      Buffer.concat([template.bytes, uniqueTail(template.extension, number)]),
    );
  };
  const half = Math.floor(count / 2);
  for (let number = 0; number < half; number++) {
    const title = `${seedTitle(random, number)} (${1950 + random.below(75)})`;
    write(path.join(films, title), title, number);
  }
  let show = '';
  for (let number = 0; number < count - half; number++) {
    const place = number % 20;
    if (place === 0) show = seedTitle(random, number);
    const season = String(1 + Math.floor(place / 10)).padStart(2, '0');
    const episode = String(1 + (place % 10)).padStart(2, '0');
    write(path.join(shows, show, `Season ${season}`), `${show} - S${season}E${episode}`, half + number);
  }
  return { films, shows, files: count };
}
