import { fork, type ChildProcess } from 'node:child_process';
import { Peer } from '@vitascope/sdk/runtime';
import { ipcLink } from '../../../kernel/ipc-link.ts';
import type { Logger } from '../../../kernel/log/logger.ts';
import { AppError, type ErrorCode } from '../../../kernel/errors.ts';
import type { ScanChange, ScanHost, ScanOrder, ScanProgress, ScanSummary } from './scan-types.ts';

/** What the scan's process needs to open the database; passed in its environment, which only it sees. */
export interface ScanProcessOptions {
  databaseUrl: string | undefined;
  dataDir: string;
  migrationsDir: string;
}

/** What a scan's process answers. */
export interface ScanAnswer {
  summary?: ScanSummary;
  failed?: { code: ErrorCode; message: string; fix?: string | undefined };
}

export interface ScannerParts extends ScanProcessOptions {
  /** `scan-process.ts` or its built form. */
  entry: string;
  logger: Logger;
  host: ScanHost;
}

export interface ScanListeners {
  signal: AbortSignal;
  onProgress(progress: ScanProgress): void;
  onChange(change: ScanChange): void;
}

interface Running {
  child: ChildProcess;
  peer: Peer;
  listeners: Set<ScanListeners>;
}

const idleMs = 60_000;

/** Runs scans in a process of their own, which is started when there is something to scan and ends when there is not. */
export class Scanner {
  readonly #parts: ScannerParts;
  #running: Promise<Running> | undefined;
  #last: Promise<void> = Promise.resolve();
  #idle: NodeJS.Timeout | undefined;

  constructor(parts: ScannerParts) {
    this.#parts = parts;
  }

  /** One scan at a time; others wait. Throws what the scan throws, `unavailable` when its process dies. */
  async scan(order: ScanOrder, listeners: ScanListeners): Promise<ScanSummary> {
    const before = this.#last;
    const mine = Promise.withResolvers<void>();
    this.#last = mine.promise;
    await before;
    clearTimeout(this.#idle);
    try {
      listeners.signal.throwIfAborted();
      const running = await this.#process();
      running.listeners.add(listeners);
      try {
        return summaryOf((await running.peer.call('scan', order, { signal: listeners.signal })) as ScanAnswer);
      } finally {
        running.listeners.delete(listeners);
      }
    } finally {
      mine.resolve();
      if (this.#last === mine.promise) {
        this.#idle = setTimeout(() => void this.stop(), idleMs);
        this.#idle.unref();
      }
    }
  }

  async #process(): Promise<Running> {
    this.#running ??= this.#start();
    try {
      return await this.#running;
    } catch (error) {
      this.#running = undefined;
      throw error;
    }
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idle);
    const running = await this.#running?.catch(() => undefined);
    this.#running = undefined;
    if (!running || running.child.exitCode !== null || running.child.signalCode !== null) return;
    const ended = new Promise((resolve) => running.child.once('exit', resolve));
    running.child.disconnect();
    const timer = setTimeout(() => running.child.kill('SIGKILL'), 5000);
    await ended;
    clearTimeout(timer);
  }

  async #start(): Promise<Running> {
    const { entry, host, logger, databaseUrl, dataDir, migrationsDir } = this.#parts;
    const settings: ScanProcessOptions = { databaseUrl, dataDir, migrationsDir };
    const child = fork(entry, [], {
      env: { ...process.env, VITASCOPE_SCAN: JSON.stringify(settings) },
      execArgv: entry.endsWith('.ts') ? ['--conditions=source', '--disable-warning=ExperimentalWarning'] : [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const listeners = new Set<ScanListeners>();
    const peer = await new Promise<Peer>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => reject(died(code, signal)));
      child.once('message', () => resolve(this.#connect(child, host, listeners)));
    });
    child.once('exit', (code, signal) => {
      if (code !== 0) logger.error({ code, signal }, 'The scan process ended unexpectedly');
      peer.close(died(code, signal) as never);
      this.#running = undefined;
    });
    return { child, peer, listeners };
  }

  #connect(child: ChildProcess, host: ScanHost, listeners: ReadonlySet<ScanListeners>): Peer {
    return new Peer(
      ipcLink(child),
      (method, input) => {
        if (method === 'readLocal') return host.readLocal(input.sourceId, input.subjects);
        if (method === 'filter') return host.filter(input.paths);
        throw new Error(`The scan asked for "${method}", which nobody answers.`);
      },
      (method, value) => {
        for (const each of listeners) {
          if (method === 'progress') each.onProgress(value as ScanProgress);
          else if (method === 'change') each.onChange(value as ScanChange);
        }
      },
    );
  }
}

/** The line between the processes carries plugins' codes only; the server's own come as data. */
function summaryOf({ summary, failed }: ScanAnswer): ScanSummary {
  if (summary) return summary;
  throw new AppError(failed?.code ?? 'internal', failed?.message ?? 'The scan gave no answer.', {
    ...(failed?.fix && { fix: failed.fix }),
  });
}

const died = (code: number | null, signal: NodeJS.Signals | null): AppError =>
  new AppError('unavailable', `The scan process ended (${signal ?? `exit code ${code}`}).`, {
    fix: 'Start the scan again; it goes on where it was. The log says why it ended.',
  });
