import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a job engine in the database: host, process, when that process began, and which engine in it. */
export const createLeaseOwner = (host = hostname()): string =>
  [host.replaceAll('/', '-'), process.pid, startMark(process.pid) ?? '', randomBytes(4).toString('hex')].join('/');

/** Is the process of that engine known to be gone? Of other hosts nobody knows; there only the lease runs out. */
export function isGone(owner: string, host = hostname()): boolean {
  const [ownerHost, pid, mark] = owner.split('/');
  if (ownerHost !== host.replaceAll('/', '-')) return false;
  return startMark(Number(pid)) !== mark;
}

/** Tells a process from a later one with the same id; undefined when there is no such process. */
function startMark(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process may not be signalled, but it is there.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  if (process.platform !== 'linux') return '-';
  try {
    const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
    const [state, startTime] = [fields[0], fields[19]];
    if (state === 'Z') return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)}-${startTime}`;
  } catch (error) {
    // It ended between the two looks.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return undefined;
    throw error;
  }
}
