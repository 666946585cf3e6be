import { statSync } from 'node:fs';
import { dirname } from 'node:path';

interface Look {
  /** Size and time of the last change; empty when the file is not there. */
  state: string;
  since: number;
}

/** Folders in which something changed, until everything that changed in them has been still for a while. */
export class SettlingFolders {
  readonly #settleMs: number;
  readonly #onSettled: (folders: string[]) => void;
  readonly #folders = new Map<string, Map<string, Look>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(settleMs: number, onSettled: (folders: string[]) => void) {
    this.#settleMs = settleMs;
    this.#onSettled = onSettled;
  }

  /** Something happened to this path. */
  touch(path: string): void {
    const folder = dirname(path);
    const looks = this.#folders.get(folder) ?? new Map<string, Look>();
    looks.set(path, { state: stateOf(path), since: Date.now() });
    this.#folders.set(folder, looks);
    this.#schedule();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#folders.clear();
  }

  #schedule(): void {
    if (this.#timer || this.#folders.size === 0) return;
    this.#timer = setTimeout(() => this.#look(), Math.min(Math.max(this.#settleMs / 4, 50), 1000));
    this.#timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const ready: string[] = [];
    for (const [folder, looks] of this.#folders) {
      if (!this.#isStill(looks)) continue;
      this.#folders.delete(folder);
      ready.push(folder);
    }
    if (ready.length > 0) this.#onSettled(ready);
    this.#schedule();
  }

  #isStill(looks: Map<string, Look>): boolean {
    const now = Date.now();
    let still = true;
    for (const [path, look] of looks) {
      const state = stateOf(path);
      if (state !== look.state) looks.set(path, { state, since: now });
      if (state !== look.state || now - look.since < this.#settleMs) still = false;
    }
    return still;
  }
}

function stateOf(path: string): string {
  try {
    const { size, mtimeMs } = statSync(path);
    return `${size} ${mtimeMs}`;
  } catch {
    // Gone, or on a disk that is: that it is not there is its state.
    return '';
  }
}
