import { existsSync, readdirSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { isWithin } from '../folder-rules.ts';

export interface ExactNamesParts {
  /** Only in here names have to be exact: a root folder may be written as somebody likes. */
  root: string;
  /** Tests cannot have a file system that takes small letters for capitals everywhere. */
  exists?: ((path: string) => boolean) | undefined;
}

/**
 * Whether files are where they were, under the very names they had. Many file systems find `film.mkv` when asked for `Film.mkv`: what
 * was renamed so would otherwise still be at its old place. What folders hold is read once, so this is good for a moment only.
 */
export class ExactNames {
  readonly #parts: ExactNamesParts;
  readonly #folders = new Map<string, ReadonlySet<string> | undefined>();

  constructor(parts: ExactNamesParts) {
    this.#parts = parts;
  }

  has(path: string): boolean {
    const { root, exists = existsSync } = this.#parts;
    if (!exists(path)) return false;
    if (!isWithin(path, root)) return true;
    for (let place = path; place !== root; place = dirname(place))
      if (this.#list(dirname(place))?.has(basename(place)) === false) return false;
    return true;
  }

  #list(folder: string): ReadonlySet<string> | undefined {
    if (!this.#folders.has(folder)) this.#folders.set(folder, readNames(folder));
    return this.#folders.get(folder);
  }
}

/** Undefined where they cannot be read: then what exists is taken to have its name. */
function readNames(folder: string): ReadonlySet<string> | undefined {
  try {
    return new Set(readdirSync(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return undefined;
  }
}
