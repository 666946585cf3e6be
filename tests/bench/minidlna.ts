import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { eventually, freePort, startChild } from '../harness/processes.ts';
import { obtain, type Program } from '../harness/programs.ts';
import type { MediaTree } from './media-tree.ts';

const minidlna: Program = {
  name: 'minidlna',
  debian: 'minidlna',
  otherwise: 'install minidlna',
  find: () => ['/usr/sbin/minidlnad', '/usr/local/sbin/minidlnad'].find((file) => existsSync(file)),
};

export interface PeerTimes {
  coldSeconds?: number;
  rescanSeconds?: number;
  /** Why there are no times. */
  missing?: string;
}

/** Scans the same folders with minidlna, its database and its log in a folder of their own. */
export async function measureMinidlna(tree: MediaTree, say: (line: string) => void): Promise<PeerTimes> {
  const program = obtain(minidlna, say);
  if ('missing' in program) return program;
  const folder = temporaryFolder('vitascope-minidlna');
  const database = path.join(folder, 'db');
  mkdirSync(database);
  const config = path.join(folder, 'minidlna.conf');
  const lines = [
    `media_dir=V,${tree.films}`,
    `media_dir=V,${tree.shows}`,
    `db_dir=${database}`,
    `log_dir=${folder}`,
    `port=${await freePort()}`,
    'network_interface=lo',
    'inotify=no',
    'friendly_name=bench',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  try {
    const coldSeconds = await timeScan(program.path, config, folder, []);
    const rescanSeconds = await timeScan(program.path, config, folder, ['-r']);
    return { coldSeconds, rescanSeconds };
  } catch (error) {
    return { missing: `minidlna: ${error instanceof Error ? error.message : String(error)}` };
  } finally {
    removeFolder(folder);
  }
}

/** From its start to the line of its log that says everything was read. */
async function timeScan(command: string, config: string, folder: string, more: readonly string[]): Promise<number> {
  const log = path.join(folder, 'minidlna.log');
  rmSync(log, { force: true });
  const start = performance.now();
  const child = startChild(command, ['-S', '-f', config, '-P', path.join(folder, 'pid'), ...more]);
  const finished = (): number | undefined => {
    const text = existsSync(log) ? readFileSync(log, 'utf8') : '';
    return text.includes('Finished parsing playlists') ? (performance.now() - start) / 1000 : undefined;
  };
  try {
    return await eventually('The end of the scan', finished, { withinMs: 300_000, everyMs: 10, child });
  } finally {
    await child.end('SIGTERM', 5000);
  }
}
