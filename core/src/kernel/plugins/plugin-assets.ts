import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { notFound } from '../errors.ts';
import { listFiles } from './content-hash.ts';

const types: Record<string, string> = {
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.avif': 'image/avif',
  '.gif': 'image/gif',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
};
const largest = 10 * 2 ** 20;

export interface Asset {
  type: string;
  bytes: Uint8Array;
}

/** The `web/` folder of a running plugin. Its files are listed once, under a hash of all of them; nothing else is served. */
export class PluginAssets {
  readonly hash: string;
  readonly #folder: string;
  readonly #digests: ReadonlyMap<string, string>;

  private constructor(folder: string, digests: ReadonlyMap<string, string>) {
    this.#folder = folder;
    this.#digests = digests;
    const all = createHash('sha256');
    for (const [path, digest] of digests) all.update(`${path}\0${digest}\n`);
    this.hash = all.digest('base64url').slice(0, 22);
  }

  static async load(pluginFolder: string): Promise<PluginAssets> {
    const folder = join(pluginFolder, 'web');
    const digests = new Map<string, string>();
    for (const path of await filesOf(folder)) {
      if (types[extname(path)]) digests.set(path, digestOf(await readFile(join(folder, path))));
    }
    return new PluginAssets(folder, digests);
  }

  has(path: string): boolean {
    return this.#digests.has(path);
  }

  /** @throws AppError `not_found` for another hash, an unlisted path, and a file that changed since it was listed */
  async read(hash: string, path: string): Promise<Asset> {
    const digest = this.#digests.get(path);
    const type = types[extname(path)];
    if (hash !== this.hash || !digest || !type) throw notFound('plugin file', path);
    const bytes = await readFile(join(this.#folder, path)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') throw notFound('plugin file', path);
      throw cause;
    });
    if (bytes.length > largest || digestOf(bytes) !== digest) throw notFound('plugin file', path);
    return { type, bytes };
  }
}

const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('base64url');

async function filesOf(folder: string): Promise<string[]> {
  try {
    return await listFiles(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
