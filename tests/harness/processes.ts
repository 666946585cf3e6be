import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A child process whose output is kept and whose end is a promise. */
export interface Child {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
  /** Everything it wrote, the last megabytes of it. */
  output(): string;
  /** Sends the signal and waits for the end; SIGKILL after `patienceMs`, which then rejects. */
  end(signal: NodeJS.Signals, patienceMs?: number): Promise<Exit>;
}

const keptCharacters = 4_000_000;

/** Starts a program that is expected to go on running. */
export function startChild(command: string, parameters: readonly string[], options: SpawnOptions = {}): Child {
  const child = spawn(command, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
  let kept = '';
  const keep = (chunk: Buffer): void => {
    kept += chunk.toString();
    if (kept.length > 2 * keptCharacters) kept = kept.slice(-keptCharacters);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  const exited = new Promise<Exit>((resolve) => {
    child.once('error', (error) => {
      keep(Buffer.from(`${error.message}\n`));
      if (child.pid === undefined) resolve({ code: 127, signal: null });
    });
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  return {
    process: child,
    exited,
    output: () => kept,
    end: (signal, patienceMs = 20_000) => end(child, exited, signal, patienceMs),
  };
}

async function end(
  child: ChildProcess,
  exited: Promise<Exit>,
  signal: NodeJS.Signals,
  patienceMs: number,
): Promise<Exit> {
  child.kill(signal);
  const timer = new AbortController();
  const late = pause(patienceMs, 'late' as const, { signal: timer.signal }).catch(() => 'late' as const);
  const first = await Promise.race([exited, late]);
  timer.abort();
  if (first !== 'late') return first;
  child.kill('SIGKILL');
  await exited;
  throw new Error(`Process ${child.pid} did not end within ${patienceMs} ms of ${signal}; it was killed.`);
}

/** A port of loopback that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('The system gave no port.');
  return address.port;
}

export interface Patience {
  /** 10 s unless told. */
  withinMs?: number;
  /** 25 ms unless told. */
  everyMs?: number;
  /** Waiting is over when this process ends. */
  child?: Child;
}

/** Tries again until `attempt` answers something other than undefined; its errors count as "not yet". */
export async function eventually<T>(
  what: string,
  attempt: () => Promise<T | undefined> | T | undefined,
  { withinMs = 10_000, everyMs = 25, child }: Patience = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let reason = '';
  for (;;) {
    try {
      const found = await attempt();
      if (found !== undefined) return found;
    } catch (error) {
      reason = `: ${error instanceof Error ? error.message : String(error)}`;
    }
    const { exitCode = null, signalCode = null } = child?.process ?? {};
    if (child && (exitCode !== null || signalCode !== null)) {
      throw new Error(
        `The process ended (${exitCode ?? signalCode}) before this: ${what}.\n${child.output().slice(-4000)}`,
      );
    }
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${withinMs} ms${reason}`);
    await pause(everyMs);
  }
}
