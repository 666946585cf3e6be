import { friendlyError } from '#lib/api/problem.ts';

export interface ToastAction {
  label: string;
  run: () => void | Promise<void>;
}

export interface ToastOptions {
  tone?: 'plain' | 'ok' | 'danger';
  /** Usually "Undo". Pressing it closes the toast. */
  action?: ToastAction;
  /** Milliseconds on screen; 0 keeps it until closed. */
  lasts?: number;
}

export interface ToastEntry extends Required<Omit<ToastOptions, 'action'>> {
  id: number;
  text: string;
  action?: ToastAction;
}

/** Short messages at the edge of the screen. */
export class Toasts {
  entries = $state.raw<readonly ToastEntry[]>([]);
  #next = 1;

  show(text: string, options: ToastOptions = {}): number {
    const entry: ToastEntry = {
      id: this.#next++,
      text,
      tone: 'plain',
      lasts: options.action ? 9000 : 5000,
      ...options,
    };
    this.entries = [...this.entries.slice(-3), entry];
    if (entry.lasts > 0) setTimeout(() => this.close(entry.id), entry.lasts);
    return entry.id;
  }

  /** Says what failed and what to do, in words. */
  fail(error: unknown): number {
    const { title, text } = friendlyError(error);
    return this.show(`${title}. ${text}`, { tone: 'danger', lasts: 9000 });
  }

  close = (id: number): void => {
    this.entries = this.entries.filter((entry) => entry.id !== id);
  };
}
