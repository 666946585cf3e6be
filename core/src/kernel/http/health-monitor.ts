import type { HealthCheck } from './health.ts';

export interface CheckResult {
  name: string;
  critical: boolean;
  ok: boolean;
  /** What is wrong, `` when well. */
  message: string;
  /** What to do about it. */
  fix: string;
}

/** Runs health checks side by side; asking often costs nothing, because an answer is good for a second. */
export interface HealthMonitor {
  run(): Promise<readonly CheckResult[]>;
}

export interface HealthOptions {
  deadlineMs?: number;
  freshMs?: number;
}

/** @param checks asked for each time: connections come and go */
export function createHealthMonitor(
  checks: () => readonly HealthCheck[],
  { deadlineMs = 3000, freshMs = 1000 }: HealthOptions = {},
): HealthMonitor {
  let latest: Promise<readonly CheckResult[]> | undefined;
  return {
    run() {
      if (latest) return latest;
      latest = Promise.all(checks().map((check) => runCheck(check, deadlineMs)));
      void latest.then(() => setTimeout(() => (latest = undefined), freshMs).unref());
      return latest;
    },
  };
}

async function runCheck({ name, critical, check }: HealthCheck, deadlineMs: number): Promise<CheckResult> {
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`${name} did not answer within ${deadlineMs} ms.`);
      late.abort(error);
      reject(error);
    }, deadlineMs);
  });
  try {
    await Promise.race([check(late.signal), deadline]);
    return { name, critical, ok: true, message: '', fix: '' };
  } catch (error) {
    const { message, fix } = error as { message?: string; fix?: string };
    return { name, critical, ok: false, message: message ?? String(error), fix: fix ?? '' };
  } finally {
    clearTimeout(timer);
  }
}
