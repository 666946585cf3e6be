export type ThemeChoice = 'dark' | 'light' | 'system';

const storageKey = 'vitascope.theme';
const choices: readonly ThemeChoice[] = ['dark', 'light', 'system'];

/** The colour theme: what the person chose and what that means now. `app.html` applies it before the first paint. */
export class Theme {
  choice = $state<ThemeChoice>('dark');
  #systemLight = $state(false);

  constructor() {
    this.choice = readChoice();
    const media = matchMedia('(prefers-color-scheme: light)');
    this.#systemLight = media.matches;
    media.addEventListener('change', (event) => {
      this.#systemLight = event.matches;
      this.#apply();
    });
    this.#apply();
  }

  get current(): 'dark' | 'light' {
    if (this.choice === 'system') return this.#systemLight ? 'light' : 'dark';
    return this.choice;
  }

  choose(choice: ThemeChoice): void {
    this.choice = choice;
    localStorage.setItem(storageKey, choice);
    this.#apply();
  }

  #apply(): void {
    document.documentElement.dataset.theme = this.current;
    document.documentElement.style.removeProperty('background-color'); // was there for the time before the style sheet
    const colour = getComputedStyle(document.documentElement).getPropertyValue('--surface-0');
    document.querySelector('meta[name="theme-color"]')?.setAttribute('content', colour);
  }
}

function readChoice(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return choices.find((choice) => choice === stored) ?? 'dark';
}
