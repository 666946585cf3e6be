const storageKey = 'vitascope.preferences';

interface Stored {
  sidebarCollapsed: boolean;
  /** 0 (few, large posters) to 100 (many, small ones). */
  density: number;
  /** Dashboard rows the person put away. */
  hiddenRows: string[];
  /** Order of the dashboard rows, by id. */
  rowOrder: string[];
}

const defaults: Stored = { sidebarCollapsed: false, density: 50, hiddenRows: [], rowOrder: [] };

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

  get hiddenRows(): readonly string[] {
    return this.#stored.hiddenRows;
  }
  set hiddenRows(value: readonly string[]) {
    this.#write({ hiddenRows: [...value] });
  }

  get rowOrder(): readonly string[] {
    return this.#stored.rowOrder;
  }
  set rowOrder(value: readonly string[]) {
    this.#write({ rowOrder: [...value] });
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
