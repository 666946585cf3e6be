import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';

/** A plugin that took the server down, written while it went. */
export interface CrashNote {
  id: string;
  /** Milliseconds since 1970. */
  at: number;
  message: string;
}

interface Marker {
  /** The plugin that is starting at the moment, and how many starts in a row ended there. */
  starting?: { id: string; times: number };
  crash?: CrashNote;
}

/** How often a start may end inside one plugin before that is no accident but its fault: a power cut may hit it once, or twice. */
const interruptedStarts = 3;

/**
 * A file that survives the process: it names the plugin that is starting, and the one whose code threw where nobody could catch
 * it. Written synchronously, because the process may be gone a moment later.
 */
export class BootMarker {
  readonly #file: string;
  #marker: Marker;

  constructor(file: string) {
    this.#file = file;
    this.#marker = read(file);
  }

  /** The plugin to quarantine for how the last run ended, if any. Asking forgets it. */
  takeCulprit(now = Date.now()): CrashNote | undefined {
    const { crash, starting } = this.#marker;
    if (crash) {
      this.#write({});
      return crash;
    }
    if (starting && starting.times >= interruptedStarts) {
      this.#write({});
      return { id: starting.id, at: now, message: `the server stopped ${starting.times} times while it was starting` };
    }
    return undefined;
  }

  starting(id: string): void {
    const before = this.#marker.starting;
    this.#write({ starting: { id, times: before?.id === id ? before.times + 1 : 1 } });
  }

  started(): void {
    this.#write({});
  }

  crashed(note: CrashNote): void {
    this.#write({ crash: note });
  }

  #write(marker: Marker): void {
    this.#marker = marker;
    if (!marker.crash && !marker.starting) return rmSync(this.#file, { force: true });
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify(marker));
  }
}

function read(file: string): Marker {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Marker;
  } catch (error) {
    // no file: a clean end. A torn one says only that something went wrong, not who did it
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return {};
    throw error;
  }
}

/** The plugin in whose behalf code runs; timers and promises it starts carry it along. */
export const currentPlugin = new AsyncLocalStorage<string>();

/**
 * Writes the marker when something nobody caught ends the process. It catches nothing: the process dies as it would have.
 * @param folders the folder of each loaded plugin, by id
 * @returns the way to stop watching
 */
export function watchCrashes(marker: BootMarker, folders: () => Iterable<[id: string, folder: string]>): () => void {
  const onCrash = (error: unknown): void => {
    const id = pluginInStack(error, folders()) ?? currentPlugin.getStore();
    if (id) marker.crashed({ id, at: Date.now(), message: messageOf(error) });
  };
  process.on('uncaughtExceptionMonitor', onCrash);
  return () => process.off('uncaughtExceptionMonitor', onCrash);
}

/** The plugin whose file is uppermost in the stack, or in the stack of a cause. */
export function pluginInStack(error: unknown, folders: Iterable<[string, string]>): string | undefined {
  const known = [...folders].map(([id, folder]) => [id, folder, pathToFileURL(folder).href] as const);
  for (let e = error as Error | undefined; e instanceof Error; e = e.cause as Error | undefined) {
    for (const line of (e.stack ?? '').split('\n')) {
      const owner = known.find(([, folder, url]) => line.includes(`${url}/`) || line.includes(`${folder}/`));
      if (owner) return owner[0];
    }
  }
  return undefined;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error)).slice(0, 500);
