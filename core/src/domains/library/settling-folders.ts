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
    this.#timer = setTimeout(() => this.#look(), this.#tickMs);
    this.#timer.unref();
  }

  get #tickMs(): number {
    return Math.min(Math.max(this.#settleMs / 4, 50), 1000);
  }

  #look(): void {
    this.#timer = undefined;
    const still = [...this.#folders].map(([folder, looks]) => ({ folder, ms: stillFor(looks) }));
    if (still.some(({ ms }) => ms >= this.#settleMs)) {
      // Those that would be next go along: a file that was moved has left one folder a moment before it came into another.
      const ready = still.filter(({ ms }) => ms >= this.#settleMs - this.#tickMs).map(({ folder }) => folder);
      for (const folder of ready) this.#folders.delete(folder);
      this.#onSettled(ready);
    }
    this.#schedule();
  }
}

/** For how long nothing in a folder has changed; looks again at everything that did. */
function stillFor(looks: Map<string, Look>): number {
  const now = Date.now();
  let latest = 0;
  for (const [path, look] of looks) {
    const state = stateOf(path);
    if (state !== look.state) looks.set(path, { state, since: now });
    latest = Math.max(latest, state === look.state ? look.since : now);
  }
  return now - latest;
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
