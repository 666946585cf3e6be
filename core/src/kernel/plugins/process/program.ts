import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The program that a plugin's process runs. */
export interface PluginProgram {
  /** Absolute path of `plugin-process.ts` or its built form. */
  file: string;
  /** Folders that it is made of: the process may read these, and of the plugin only its own. */
  readable: readonly string[];
}

export function findPluginProgram(): PluginProgram {
  const isSource = import.meta.url.endsWith('.ts');
  const file = fileURLToPath(new URL(`../../../plugin-process.${isSource ? 'ts' : 'js'}`, import.meta.url));
  const core = fileURLToPath(new URL('../../../../', import.meta.url));
  const sdk = placesOf('@vitascope/sdk', file);
  const zod = placesOf('zod', join(sdk.at(-1)!, 'package.json'));
  return { file, readable: [...new Set([core, ...sdk, ...zod])] };
}

/** Where Node looks for a package until it finds it: the link that a package manager made, and last what it leads to. */
function placesOf(name: string, from: string): string[] {
  const places: string[] = [];
  for (const folder of createRequire(from).resolve.paths(name) ?? []) {
    const place = join(folder, name);
    places.push(place);
    if (existsSync(place)) return [...places, realpathSync(place)];
  }
  throw new Error(`${name} is not installed beside ${dirname(from)}.`);
}
