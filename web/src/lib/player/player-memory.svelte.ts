import type { RememberedTracks } from './track-choice.ts';

const storageKey = 'vitascope.player';
const mostTitles = 200;

interface Stored {
  volume: number;
  muted: boolean;
  rate: number;
  theater: boolean;
  /** 1 is the usual size. */
  subtitleSize: number;
  /** Id of a quality, see qualities. */
  quality: string;
  /** What was chosen for a title; the newest last. */
  tracks: Record<string, RememberedTracks>;
  /** Stream index of the sound that was chosen, by item: saves opening twice to find it by its language. */
  audio: Record<string, number>;
}

const defaults: Stored = {
  volume: 1,
  muted: false,
  rate: 1,
  theater: true,
  subtitleSize: 1,
  quality: 'original',
  tracks: {},
  audio: {},
};

/** How this browser likes to watch; kept in local storage. */
export class PlayerMemory {
  #stored = $state.raw<Stored>({ ...defaults, ...read() });

  get current(): Readonly<Stored> {
    return this.#stored;
  }

  keep(change: Partial<Stored>): void {
    this.#stored = { ...this.#stored, ...change };
    localStorage.setItem(storageKey, JSON.stringify(this.#stored));
  }

  tracksOf(title: string): RememberedTracks | undefined {
    return this.#stored.tracks[title];
  }

  keepTracks(title: string, change: RememberedTracks): void {
    const { tracks } = this.#stored;
    this.keep({ tracks: withNewest(tracks, title, { ...tracks[title], ...change }) });
  }

  audioOf(itemId: number): number | undefined {
    return this.#stored.audio[`item ${itemId}`];
  }

  keepAudio(itemId: number, index: number): void {
    this.keep({ audio: withNewest(this.#stored.audio, `item ${itemId}`, index) });
  }
}

/** Keeps the newest last and forgets the oldest. */
function withNewest<T>(all: Record<string, T>, key: string, value: T): Record<string, T> {
  const { [key]: before, ...others } = all;
  return Object.fromEntries([...Object.entries(others).slice(1 - mostTitles), [key, value]]);
}

function read(): Partial<Stored> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Stored>;
  } catch {
    return {}; // unreadable memories are as good as none
  }
}
