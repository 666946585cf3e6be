import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fault, faultOf, ok, warning, type Finding } from './findings.ts';

const leastNode = 24;
const megabyte = 1_048_576;

export function checkNode(version = process.versions.node): Finding {
  const isEnough = Number(version.split('.')[0]) >= leastNode;
  if (isEnough) return ok('node', `Node ${version}`);
  return fault('node', `Node ${version} is too old.`, `Install Node ${leastNode} or newer.`);
}

/** Makes the folder when it is not there, as the server would. */
export async function checkDataDir(dataDir: string): Promise<Finding> {
  try {
    await mkdir(dataDir, { recursive: true });
    const probe = join(dataDir, `.doctor-${randomUUID()}`);
    await writeFile(probe, 'x');
    await rm(probe);
    return ok('data directory', `${dataDir} can be written.`);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    return faultOf(
      'data directory',
      error,
      code === 'ENOSPC' ? 'Free some space.' : `Give ${dataDir} to the account that runs the server, or set dataDir.`,
    );
  }
}

export async function checkDiskSpace(dataDir: string): Promise<Finding> {
  const folder = existsSync(dataDir) ? dataDir : dirname(dataDir);
  const { bavail, bsize } = await statfs(folder);
  const free = Math.floor((bavail * bsize) / megabyte);
  const message = `${free} MB are free where ${folder} lies.`;
  const fix = 'Free some space, or move the data directory.';
  if (free < 100) return fault('disk space', message, fix);
  return free < 1024 ? warning('disk space', message, fix) : ok('disk space', message);
}

export function checkWebApp(folder: string): Finding {
  if (existsSync(join(folder, '200.html'))) return ok('web app', 'The web app is built.');
  return fault(
    'web app',
    `There is no built web app in ${folder}.`,
    'Run "npm run build"; "npm start" does so by itself.',
  );
}

/** ffmpeg and ffprobe: their absence costs conversions, nothing else. */
export async function checkProgram(name: string, path: string): Promise<Finding> {
  const fix = `Install ffmpeg, or set playback.${name} to its path.`;
  const outcome = await firstLine(path, ['-version']);
  if ('line' in outcome) return ok(name, outcome.line);
  return warning(
    name,
    `${path} cannot be run (${outcome.problem}); formats the browser cannot play stay unplayable.`,
    fix,
  );
}

function firstLine(path: string, words: string[]): Promise<{ line: string } | { problem: string }> {
  return new Promise((resolve) => {
    const child = spawn(path, words, { stdio: ['ignore', 'pipe', 'ignore'], timeout: 10_000 });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.once('error', (error: NodeJS.ErrnoException) => resolve({ problem: error.code ?? error.message }));
    child.once('close', (code) => {
      const [line = ''] = output.split('\n');
      resolve(code === 0 && line !== '' ? { line } : { problem: `exit code ${code}` });
    });
  });
}

export async function checkRootFolder(folder: string): Promise<Finding> {
  const name = `folder ${folder}`;
  try {
    const found = await stat(folder);
    if (!found.isDirectory()) return fault(name, 'This is no folder.', 'Correct the library.');
    await access(folder, constants.R_OK | constants.X_OK);
    return ok(name, 'Readable.');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      return fault(name, 'It is not there.', 'Mount its disk or correct the library. Nothing is deleted meanwhile.');
    return faultOf(name, error, 'Let the account that runs the server read and enter it.');
  }
}
