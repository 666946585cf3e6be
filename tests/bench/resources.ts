import { readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** Fields of /proc/<pid>/stat behind the program's name, which may contain anything. */
function statOf(pid: number): string[] {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

/** A process and everything below it. */
function family(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(family)];
}

/** Processor time that a process and its children, those that have ended included, have used, in seconds. Linux only. */
export function cpuSeconds(pid: number): number {
  const ticks = family(pid).map((member) => {
    const fields = statOf(member);
    return [11, 12, 13, 14].reduce((sum, field) => sum + Number(fields[field]), 0);
  });
  return ticks.reduce((sum, value) => sum + value, 0) / ticksPerSecond;
}

/** Memory that a process and its children hold, in bytes. Linux only. */
export function residentBytes(pid: number): number {
  const sizes = family(pid).map((member) =>
    Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${member}/status`, 'utf8'))?.[1] ?? 0),
  );
  return sizes.reduce((sum, value) => sum + value, 0) * 1024;
}
