const storageKey = 'vitascope.preferences';

interface Stored {
  sidebarCollapsed: boolean;
  /** 0 (few, large posters) to 100 (many, small ones). */
  density: number;
  /** How a guest arranged the dashboard; accounts keep theirs on the server. */
  dashboard: { widget: string; hidden?: boolean }[];
}

const defaults: Stored = { sidebarCollapsed: false, density: 50, dashboard: [] };

/** How this browser likes to see the app; kept in local storage. */
export class Preferences {
  #stored = $state<Stored>({ ...defaults, ...read() });

  get sidebarCollapsed(): boolean {
    return this.#stored.sidebarCollapsed;
  }
  set sidebarCollapsed(value: boolean) {
    this.#write({ sidebarCollapsed: value });
  }

  get density(): number {
    return this.#stored.density;
  }
  set density(value: number) {
    this.#write({ density: value });
  }

  get dashboard(): Stored['dashboard'] {
    return this.#stored.dashboard;
  }
  set dashboard(value: Stored['dashboard']) {
    this.#write({ dashboard: value });
  }

  #write(change: Partial<Stored>): void {
    Object.assign(this.#stored, change);
    localStorage.setItem(storageKey, JSON.stringify(this.#stored));
  }
}

function read(): Partial<Stored> {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Stored>;
  } catch {
    return {}; // unreadable preferences are as good as none
  }
}
