import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AppError, notFound } from '../../errors.ts';
import type { Logger } from '../../log/logger.ts';
import type { Downloads } from './downloads.ts';
import { hashesOf, sha512In, sha512Of, sha512OfHashes } from './integrity.ts';
import { findInRegistry, type Offer } from './npm-registry.ts';
import { readPackageFolder, type PackageFile } from './package-files.ts';
import { parseSource } from './package-source.ts';
import { loadIndex, matchesQuery, type IndexEntry } from './plugin-index.ts';
import { readTarball } from './tarball.ts';

/** A package in memory, its hash checked. */
export interface FetchedPackage {
  files: PackageFile[];
  /** sha512 of the tarball; of a folder, over the hashes of its files. */
  integrity: string;
}

export interface FetcherParts {
  downloads: Downloads;
  registry: string;
  indexes: readonly string[];
  logger: Logger;
}

const mostBytes = 50_000_000;

/** Gets the bytes of a package from wherever it comes, and refuses those that are not what was promised. */
export class PackageFetcher {
  readonly #parts: FetcherParts;

  constructor(parts: FetcherParts) {
    this.#parts = parts;
  }

  /** @throws AppError `integrity_mismatch`, `package_invalid`, and what fetching throws */
  async fetch(source: string, expected?: string): Promise<FetchedPackage> {
    const parsed = parseSource(source);
    switch (parsed.kind) {
      case 'path':
        return this.#fromPath(parsed.path, expected);
      case 'address':
        return this.#fromOffer({ url: parsed.url }, expected);
      case 'npm':
        return this.#fromOffer(await findInRegistry(this.#parts.downloads, this.#parts.registry, parsed), expected);
      case 'index':
        return this.#fromOffer(await this.#inIndexes(parsed.id), expected);
    }
  }

  /** The plugins of all indexes that match, the first of an id. An index that does not answer is left out and told. */
  async search(query: string): Promise<{ entries: IndexEntry[]; faults: string[] }> {
    const { indexes, downloads, logger } = this.#parts;
    const settled = await Promise.allSettled(indexes.map((index) => loadIndex(downloads, index)));
    const found = new Map<string, IndexEntry>();
    const faults: string[] = [];
    for (const result of settled) {
      if (result.status === 'rejected') {
        faults.push((result.reason as Error).message);
        logger.warn({ err: result.reason }, 'A plugin index cannot be read');
        continue;
      }
      for (const entry of result.value) if (!found.has(entry.id)) found.set(entry.id, entry);
    }
    return { entries: [...found.values()].filter((entry) => matchesQuery(entry, query)), faults };
  }

  async #inIndexes(id: string): Promise<IndexEntry> {
    const { entries, faults } = await this.search('');
    const entry = entries.find((candidate) => candidate.id === id);
    if (entry) return entry;
    if (faults.length) throw new AppError('unavailable', `${id} was not found: ${faults.join('; ')}`);
    throw notFound('plugin in the indexes', id);
  }

  async #fromPath(path: string, expected: string | undefined): Promise<FetchedPackage> {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
      throw error;
    });
    if (!found) throw notFound('file or folder', path);
    if (!found.isDirectory()) return this.#fromFile(path, { size: found.size, expected });
    const files = await readPackageFolder(path);
    return checked({ files, integrity: sha512OfHashes(hashesOf(files)) }, [expected]);
  }

  async #fromFile(path: string, o: { size: number; expected: string | undefined }): Promise<FetchedPackage> {
    if (o.size > mostBytes) throw new AppError('too_large', `${path} has more than ${mostBytes / 1_000_000} MB.`);
    return unpacked(await readFile(path), [o.expected]);
  }

  async #fromOffer(offer: Pick<Offer, 'url'> & Partial<Offer>, expected: string | undefined): Promise<FetchedPackage> {
    const { url, integrity } = offer;
    const bytes =
      url.protocol === 'file:'
        ? await readFile(fileURLToPath(url))
        : await this.#parts.downloads.bytes(url, { most: mostBytes });
    return unpacked(bytes, [integrity, expected]);
  }
}

async function unpacked(bytes: Buffer, promises: readonly (string | undefined)[]): Promise<FetchedPackage> {
  // Before anything looks into them.
  const { integrity } = checked({ integrity: sha512Of(bytes) }, promises);
  return { files: await readTarball(bytes), integrity };
}

function checked<T extends { integrity: string }>(got: T, promises: readonly (string | undefined)[]): T {
  for (const promise of promises) {
    if (promise === undefined || sha512In(promise) === got.integrity) continue;
    throw new AppError('integrity_mismatch', 'The package is not the one that was promised: its sha512 is another.', {
      details: { expected: promise, actual: got.integrity },
      fix: 'Do not install it; look where it comes from, and inspect it again.',
    });
  }
  return got;
}
