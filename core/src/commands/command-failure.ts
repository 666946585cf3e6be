import type { AppError } from '../kernel/errors.ts';
import { codeOf } from '../kernel/errors.ts';
import { describeConfigFaults } from '../kernel/config/load-config.ts';

/** `sysexits.h`: configuration error. */
export const configExitCode = 78;

/** What a person reads when a command failed, and the exit code. Only faults of ours show a stack. */
export function describeFailure(error: unknown): { lines: string[]; exitCode: number } {
  const code = codeOf(error);
  if (code === 'internal' || !(error instanceof Error)) {
    return { lines: [error instanceof Error ? (error.stack ?? error.message) : String(error)], exitCode: 1 };
  }
  const failure = error as AppError;
  const fix = failure.fix ? [failure.fix] : [];
  if (code === 'config_invalid') {
    return {
      lines: [failure.message, ...describeConfigFaults(failure).map((line) => `  ${line}`), ...fix],
      exitCode: configExitCode,
    };
  }
  const faults = (failure.errors ?? []).map(({ path, message }) => `  ${path}: ${message}`);
  return { lines: [failure.message, ...faults, ...fix], exitCode: 1 };
}
