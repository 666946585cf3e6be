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
}

const defaults: Stored = {
  volume: 1,
  muted: false,
  rate: 1,
  theater: true,
  subtitleSize: 1,
  quality: 'original',
  tracks: {},
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
    const { [title]: before, ...others } = this.#stored.tracks;
    const entries = [...Object.entries(others).slice(1 - mostTitles), [title, { ...before, ...change }]];
    this.keep({ tracks: Object.fromEntries(entries) as Stored['tracks'] });
  }
}

function read(): Partial<Stored> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Stored>;
  } catch {
    return {}; // unreadable memories are as good as none
  }
}
