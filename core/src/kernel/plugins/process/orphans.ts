import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * The processes of plugins that run, in a file that survives the server: one that loops does not notice that the server is gone, and
 * would go on for ever. Written synchronously, because the server may be killed a moment later.
 */
export class Orphans {
  readonly #file: string;
  readonly #running = new Set<number>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Ends what an earlier server left behind; how many there were. Only processes that are plugins' beyond doubt are touched. */
  end(): number {
    const left = this.#read().filter(isPluginProcess);
    for (const pid of left) process.kill(pid, 'SIGKILL');
    rmSync(this.#file, { force: true });
    return left.length;
  }

  /** Keeps a process in the file for as long as it runs. */
  track<Child extends { pid: number | undefined; ended: Promise<unknown> }>(child: Child): Child {
    const { pid } = child;
    if (pid === undefined) return child;
    this.add(pid);
    void child.ended.then(() => this.remove(pid));
    return child;
  }

  add(pid: number): void {
    this.#running.add(pid);
    this.#write();
  }

  remove(pid: number): void {
    this.#running.delete(pid);
    this.#write();
  }

  #read(): number[] {
    try {
      const pids: unknown = JSON.parse(readFileSync(this.#file, 'utf8'));
      return Array.isArray(pids) ? pids.filter((pid) => Number.isSafeInteger(pid) && pid > 1) : [];
    } catch (error) {
      // No file: nothing was left. A torn one names nobody.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT' || error instanceof SyntaxError) return [];
      throw error;
    }
  }

  #write(): void {
    mkdirSync(dirname(this.#file), { recursive: true });
    writeFileSync(this.#file, JSON.stringify([...this.#running]));
  }
}

/** Whether this is still the process it was: numbers are given out again. Where the system does not tell, it is left alone. */
function isPluginProcess(pid: number): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return /\bplugin-process\.[jt]s\b/.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return false;
    throw error;
  }
}
