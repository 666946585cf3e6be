import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { Credit, MediaData } from '@vitascope/sdk';
import { isInside } from '../../../kernel/security/safe-path.ts';
import type { FoundPicture } from '../../catalog/catalog-entry.ts';

export interface ResolvedData {
  data: MediaData;
  /** Pictures that the data names by path. */
  pictures: FoundPicture[];
}

/** Turns paths that a description gives, relative to its folder, into files: those that are there and lie inside the root. */
export class PathResolver {
  readonly #root: string;
  /** Names in folders that were asked for; undefined where there is no such folder. */
  readonly #listings = new Map<string, ReadonlySet<string> | undefined>();

  constructor(root: string) {
    this.#root = root;
  }

  resolve(data: MediaData, folder: string, provider: string): ResolvedData {
    const { artwork = [], credits } = data;
    const local = artwork.filter(({ path, url }) => path !== undefined && url === undefined);
    const pictures = local.flatMap(({ kind, path = '', season }): FoundPicture[] => {
      const location = season === undefined ? this.#find(folder, path) : undefined;
      return location ? [{ kind, source: 'file', location, provider }] : [];
    });
    const resolved = {
      ...data,
      ...(artwork.length > 0 && { artwork: artwork.filter((each) => !local.includes(each)) }),
      ...(credits && { credits: credits.map((credit) => this.#withPortrait(credit, folder)) }),
    };
    return { data: resolved, pictures };
  }

  #withPortrait(credit: Credit, folder: string): Credit {
    const { picture, ...rest } = credit;
    if (!picture?.path) return credit;
    const path = this.#find(folder, picture.path);
    if (path !== undefined) return { ...rest, picture: { path } };
    return picture.url === undefined ? rest : { ...rest, picture: { url: picture.url } };
  }

  #find(folder: string, path: string): string | undefined {
    const full = join(folder, path);
    if (!isInside(this.#root, full)) return undefined;
    return this.#list(dirname(full))?.has(basename(full)) ? full : undefined;
  }

  #list(folder: string): ReadonlySet<string> | undefined {
    if (!this.#listings.has(folder)) this.#listings.set(folder, readNames(folder));
    return this.#listings.get(folder);
  }
}

function readNames(folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
