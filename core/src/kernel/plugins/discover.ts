import { readFile, readdir, realpath } from 'node:fs/promises';
import { basename, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { Manifest } from '@vitascope/sdk';
import { hashFolder } from './content-hash.ts';
import type { FoundPlugin } from './found-plugin.ts';

/** A folder whose sub-folders are plugins. */
export interface PluginRoot {
  folder: string;
  bundled: boolean;
}

interface Discovery {
  plugins: FoundPlugin[];
  /** What could not be taken, for the log: a second plugin of one id, an unreadable folder. */
  warnings: string[];
}

/** Reads the manifests below these folders. Runs no code; a folder that is not there is empty. The first of an id counts. */
export async function discoverPlugins(roots: readonly PluginRoot[]): Promise<Discovery> {
  const found = new Map<string, FoundPlugin>();
  const warnings: string[] = [];
  for (const root of roots) {
    for (const folder of await pluginFolders(root.folder, warnings)) {
      const plugin = await readPlugin(folder, root.bundled);
      if (!plugin) continue;
      const first = found.get(plugin.id);
      if (first) warnings.push(`${folder} is left out: ${first.folder} is plugin "${plugin.id}" already.`);
      else found.set(plugin.id, plugin);
    }
  }
  return { plugins: [...found.values()], warnings };
}

async function pluginFolders(root: string, warnings: string[]): Promise<string[]> {
  try {
    const entries = await readdir(root, { withFileTypes: true });
    const folders = entries.filter((e) => (e.isDirectory() || e.isSymbolicLink()) && !e.name.startsWith('.'));
    return folders.map((e) => join(root, e.name)).sort();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') warnings.push(`The plugin folder ${root} cannot be read: ${message}`);
    return [];
  }
}

async function readPlugin(path: string, bundled: boolean): Promise<FoundPlugin | undefined> {
  let text: string;
  let folder: string;
  try {
    folder = await realpath(path);
    text = await readFile(join(folder, 'package.json'), 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // no package.json, no plugin
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    return broken(path, bundled, `package.json cannot be read: ${message}`);
  }
  try {
    return await describeFolder({ folder, path, bundled, json: JSON.parse(text) });
  } catch (error) {
    return broken(path, bundled, `package.json cannot be used: ${(error as Error).message}`);
  }
}

async function describeFolder(o: { folder: string; path: string; bundled: boolean; json: any }): Promise<FoundPlugin> {
  const { folder, bundled, json } = o;
  const checked = Manifest.safeParse(json.vitascope);
  const entry = entryOf(folder, json);
  const faults = [
    ...(checked.success ? [] : checked.error.issues.map((i) => `${['vitascope', ...i.path].join('.')}: ${i.message}`)),
    ...(entry ? [] : ['exports: names no module inside the folder']),
  ];
  const manifest = checked.success ? checked.data : undefined;
  return {
    id: manifest?.id ?? idOf(json.vitascope?.id, o.path),
    folder,
    bundled,
    name: manifest?.name ?? textOf(json.vitascope?.name) ?? textOf(json.name) ?? basename(o.path),
    version: textOf(json.version) ?? '0.0.0',
    description: textOf(json.description) ?? '',
    author: textOf(typeof json.author === 'object' ? json.author?.name : json.author),
    homepage: textOf(json.homepage),
    ...(faults.length
      ? { fault: `The manifest in package.json has faults: ${faults.join('; ')}.` }
      : { manifest, entry }),
    hash: await hashFolder(folder),
  };
}

const broken = (path: string, bundled: boolean, fault: string): FoundPlugin => ({
  id: idOf(undefined, path),
  folder: path,
  bundled,
  name: basename(path),
  version: '0.0.0',
  description: '',
  fault,
  hash: '',
});

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value ? value.slice(0, 1000) : undefined;

/** An id to show a plugin under whose manifest has none that counts: the folder's name, made to fit. */
function idOf(given: unknown, path: string): string {
  const text = typeof given === 'string' ? given : basename(path);
  const slug = text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
    .slice(0, 64);
  return slug || 'unnamed';
}

/** The module of a plugin: `exports["."]` or `main`. Sources only where the server runs from sources itself. */
function entryOf(folder: string, json: any): string | undefined {
  const main = json.exports?.['.'] ?? json.exports ?? json.main;
  const isFromSource = import.meta.url.endsWith('.ts');
  const file = typeof main === 'object' && main !== null ? (isFromSource && main.source) || main.default : main;
  if (typeof file !== 'string') return undefined;
  const way = relative(folder, resolve(folder, file));
  return way && !isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`) ? join(folder, way) : undefined;
}
