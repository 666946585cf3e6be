import { spawn, type ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Duplex } from 'node:stream';
import { frameLink, type Link } from '@vitascope/sdk/runtime';
import type { Logger } from '../../log/logger.ts';
import { outputLog } from './child-output.ts';
import type { PluginProgram } from './program.ts';

/** What a plugin's process is told on its command line. */
export interface PluginProcessOrder {
  entry: string;
  /** Everything below it belongs to the plugin. */
  folder: string;
}

export interface PluginChildParts extends PluginProcessOrder {
  program: PluginProgram;
  /** The only folder it may write to. */
  dataFolder: string;
  /** Megabytes for the plugin's JavaScript; the process as a whole may take as much again. */
  memoryMb: number;
  logger: Logger;
}

/** How a process ended, for people. */
export interface ChildEnd {
  reason: string;
}

/**
 * One process of a plugin. Node's permission flags keep it to its folders and from starting processes, threads and native code; that
 * is a limit for mistakes, not for malice, and says nothing about the network.
 */
export class PluginChild {
  readonly link: Link;
  readonly ended: Promise<ChildEnd>;
  readonly #process: ChildProcess;
  #killedFor: string | undefined;

  constructor(parts: PluginChildParts) {
    this.#process = spawn(process.execPath, argumentsOf(parts), {
      cwd: parts.dataFolder,
      env: scrubbed(),
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    });
    const socket = this.#process.stdio[3] as Duplex;
    // A write to a process that ended; that it did is told by its end.
    socket.on('error', () => undefined);
    const output = outputLog(this.#process, parts.logger);
    this.ended = new Promise((resolve) => {
      this.#process.once('error', (error) => resolve({ reason: `Its process could not be started: ${error.message}` }));
      this.#process.once('close', (code, signal) => {
        resolve({
          reason: this.#killedFor ?? endOf({ code, signal, said: output.lastError(), memoryMb: parts.memoryMb }),
        });
      });
    });
    this.link = frameLink(socket, (error) => this.kill(`It sent ${error.message}`));
    lowerPriority(this.#process.pid);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Bytes of memory it holds; undefined where the system does not say. */
  get residentBytes(): number | undefined {
    return this.#process.pid === undefined ? undefined : residentBytesOf(this.#process.pid);
  }

  /** Hangs up, which ends it; kills it when that takes longer than `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#killedFor ??= 'It was stopped';
    (this.#process.stdio[3] as Duplex).end();
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), patienceMs);
    await this.ended;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(reason: string): void {
    this.#killedFor ??= reason;
    this.#process.kill('SIGKILL');
  }
}

function argumentsOf({ program, entry, folder, dataFolder, memoryMb }: PluginChildParts): string[] {
  const order: PluginProcessOrder = { entry, folder };
  return [
    '--permission',
    // It reads and writes any file, whatever the flags above it say.
    '--no-experimental-sqlite',
    ...[...program.readable, folder, dataFolder].map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${dataFolder}`,
    `--max-old-space-size=${memoryMb}`,
    '--disable-warning=ExperimentalWarning',
    '--disable-warning=SecurityWarning',
    ...(program.file.endsWith('.ts') ? ['--conditions=source'] : []),
    program.file,
    JSON.stringify(order),
  ];
}

/** Nothing of the server's environment: keys and passwords live there. */
const scrubbed = (): NodeJS.ProcessEnv => ({
  NODE_ENV: 'production',
  ...(process.env.TZ && { TZ: process.env.TZ }),
  ...(process.env.LANG && { LANG: process.env.LANG }),
});

/** People go before plugins. Linux keeps a priority for each thread. */
function lowerPriority(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    const threads = process.platform === 'linux' ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
    for (const thread of threads) setPriority(thread, constants.priority.PRIORITY_LOW);
  } catch (error) {
    // It ended already; that is told by its end.
    if (!['ENOENT', 'ESRCH', 'ERR_SYSTEM_ERROR'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

function residentBytesOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    return pages * 4096;
  } catch {
    return undefined;
  }
}

function endOf(o: { code: number | null; signal: string | null; said: string | undefined; memoryMb: number }): string {
  const { code, signal, said, memoryMb } = o;
  if (signal === 'SIGABRT' || code === 134 || said?.includes('heap out of memory')) {
    return `It needed more than the ${memoryMb} MB of memory that it may take`;
  }
  if (said) return `It ended: ${said}`;
  return signal ? `Its process was ended by ${signal}` : `It ended its process with exit code ${code}`;
}
