/** One message of the server's event stream, already parsed. */
export type LiveListener = (data: unknown) => void;

const ladder = [1000, 2000, 5000, 10_000, 30_000];

/**
 * The server's event stream. Opens with the first listener, closes with the last, comes back after a break with growing
 * pauses, and tells `reconnected` listeners so that they fetch what they missed (also when the server says `reset`).
 */
export class LiveEvents {
  connected = $state(false);
  #url: string;
  #source: EventSource | undefined;
  #listeners = new Map<string, Set<LiveListener>>();
  #attempt = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #wasOpen = false;

  constructor(url: string) {
    this.#url = url;
  }

  /** Listens for events of one name; the name `reconnected` is ours. Returns the way out. */
  on(name: string, listener: LiveListener): () => void {
    const known = this.#listeners.get(name);
    const set = known ?? new Set<LiveListener>();
    set.add(listener);
    if (!known) {
      this.#listeners.set(name, set);
      this.#source?.addEventListener(name, this.#receive);
    }
    this.#open();
    return () => {
      set.delete(listener);
      if (set.size > 0) return;
      this.#listeners.delete(name);
      this.#source?.removeEventListener(name, this.#receive);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#source?.close();
    this.#source = undefined;
    this.connected = false;
    this.#wasOpen = false;
  }

  #open(): void {
    if (this.#source || this.#listeners.size === 0) return;
    clearTimeout(this.#timer);
    const source = (this.#source = new EventSource(this.#url));
    for (const name of this.#listeners.keys()) source.addEventListener(name, this.#receive);
    source.addEventListener('reset', () => this.#tell('reconnected', undefined));
    source.onopen = () => {
      this.connected = true;
      this.#attempt = 0;
      if (this.#wasOpen) this.#tell('reconnected', undefined);
      this.#wasOpen = true;
    };
    source.onerror = () => {
      this.connected = false;
      if (source.readyState !== EventSource.CLOSED) return; // the browser is already trying again
      this.#source = undefined;
      this.#timer = setTimeout(() => this.#open(), ladder[Math.min(this.#attempt++, ladder.length - 1)]);
    };
  }

  #receive = (event: Event): void => {
    this.#tell(event.type, parse((event as MessageEvent<string>).data));
  };

  #tell(name: string, data: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(data);
  }
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data; // plain text is a valid event
  }
}
