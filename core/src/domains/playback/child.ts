import { spawn, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A running program whose output is read here. */
export interface Child {
  pid: number | undefined;
  stdout: Readable;
  /** The end of what it said on standard error. */
  complaint(): string;
  /** Resolves when it has ended. Rejects when it could not be started. */
  ended: Promise<ChildEnd>;
  /** Ends it: at once by closing its output, politely by signal, and by force after half a second. */
  stop(): Promise<void>;
}

export interface ChildEnd {
  code: number | null;
  signal: NodeJS.Signals | null;
}

const keptComplaint = 4096;
const politeMs = 500;

/**
 * Starts a program that writes to its standard output. Whatever happens to this server, it does not outlive it: the pipe
 * breaks, and the next write ends it.
 */
export function startChild(command: string, parameters: readonly string[]): Child {
  const child = spawn(command, parameters, { stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
  let complaint = '';
  child.stderr.setEncoding('utf8');
  child.stderr.on('data', (text: string) => (complaint = (complaint + text).slice(-keptComplaint)));
  const ended = new Promise<ChildEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  // Who is interested waits for `ended`; without anybody a failed start must not end the server.
  ended.catch(() => undefined);
  return {
    pid: child.pid,
    stdout: child.stdout,
    complaint: () => complaint.trim(),
    ended,
    stop: () => stop(child, ended),
  };
}

async function stop(child: ChildProcess, ended: Promise<ChildEnd>): Promise<void> {
  child.stdout?.destroy();
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), politeMs);
  await ended;
  clearTimeout(timer);
}
