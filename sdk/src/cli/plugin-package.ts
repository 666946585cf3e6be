import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { fail } from '../errors.ts';

/** A plugin's folder and what its package.json says. */
export interface PluginPackage {
  folder: string;
  /** Path of the package.json. */
  file: string;
  json: any;
  /** The module that a server loads, relative to the folder. */
  entry: string;
  /** The module it is built from, relative to the folder; absent: there is nothing to build. */
  source?: string;
}

/** Reads a plugin's package.json. Throws `invalid_config` for a folder that is no plugin. */
export async function readPluginPackage(path: string): Promise<PluginPackage> {
  const folder = resolve(path);
  const file = join(folder, 'package.json');
  const json = parse(file, await readText(file));
  const main = json.exports?.['.'] ?? json.exports ?? json.main;
  const entry: unknown = typeof main === 'object' && main !== null ? main.default : main;
  if (typeof entry !== 'string') fail('invalid_config', `${file} names no module under exports`);
  const named: unknown = typeof main === 'object' ? main?.source : undefined;
  return { folder, file, json, entry: posix.normalize(entry), source: sourceOf(folder, posix.normalize(entry), named) };
}

/** What lies in `dist` was built; anything else is the author's own file, unless exports names a source for it. */
function sourceOf(folder: string, entry: string, named: unknown): string | undefined {
  const usual = entry.startsWith('dist/') ? ['src/index.ts', 'src/index.js'] : [];
  const sources = typeof named === 'string' ? [posix.normalize(named)] : usual;
  return sources.find((source) => existsSync(join(folder, source)));
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    return fail('invalid_config', `${file} cannot be read: a plugin is a folder with a package.json`, { cause });
  }
}

function parse(file: string, text: string): any {
  try {
    return JSON.parse(text);
  } catch (cause) {
    return fail('invalid_config', `${file} is no JSON: ${(cause as Error).message}`, { cause });
  }
}
