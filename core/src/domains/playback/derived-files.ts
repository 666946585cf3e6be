import { createHash } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import type { MediaFacts } from './media-facts.ts';

/** What was made out of films once and is kept: subtitles, fonts, small pictures. A changed film has a folder of its own. */
export interface DerivedFiles {
  /** Where something lies, or will; its folder is there. @param name letters, digits, `.` and `-` */
  pathOf(media: MediaFacts, name: string): Promise<string>;
  /** Removes what belongs to films that were not played for a month. */
  prune(): Promise<void>;
}

const keptMs = 30 * 86_400_000;

export function createDerivedFiles(folder: string): DerivedFiles {
  return {
    async pathOf(media, name) {
      const identity = `${media.path}\n${media.sizeBytes}\n${media.modifiedAt}`;
      const own = path.join(folder, createHash('sha256').update(identity).digest('hex').slice(0, 32));
      await mkdir(own, { recursive: true });
      return path.join(own, name);
    },
    async prune() {
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        const own = path.join(folder, name);
        // A folder changes when something is put into it.
        const { mtimeMs } = await stat(own);
        if (Date.now() - mtimeMs > keptMs) await rm(own, { recursive: true, force: true });
      }
    },
  };
}
