import type { EventBus } from '../../kernel/events/event-bus.ts';
import type { FileCounts, LibraryStore } from './library-store.ts';

/** Figures of libraries and of root folders, by their ids. */
export interface Counts {
  byLibrary: ReadonlyMap<number, FileCounts>;
  byRoot: ReadonlyMap<number, FileCounts>;
}

/** While a scan writes several times a second, its figures may lag behind this much. */
const scanLagMs = 1000;

/** Counts files of all libraries, and again only after something changed: in a large library that takes a tenth of a second. */
export class LibraryCounts {
  readonly #store: LibraryStore;
  readonly #stopListening: () => void;
  #kept: { counts: Promise<Counts>; at: number; changed: boolean } | undefined;

  constructor(store: LibraryStore, events: EventBus) {
    this.#store = store;
    this.#stopListening = events.on('library.changed', ({ underway }) => {
      if (!underway) this.#kept = undefined;
      else if (this.#kept) this.#kept.changed = true;
    });
  }

  /** @param scanning a scan is under way, and a moment's lag does not matter */
  read(scanning: boolean): Promise<Counts> {
    const kept = this.#kept;
    if (kept && (!kept.changed || (scanning && Date.now() - kept.at < scanLagMs))) return kept.counts;
    const counts = this.#count();
    const own = { counts, at: Date.now(), changed: false };
    this.#kept = own;
    counts.catch(() => {
      if (this.#kept === own) this.#kept = undefined;
    });
    return counts;
  }

  close(): void {
    this.#stopListening();
  }

  async #count(): Promise<Counts> {
    return { byLibrary: await this.#store.countByLibrary(), byRoot: await this.#store.countByRoot() };
  }
}
