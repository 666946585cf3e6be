import { Cron } from 'croner';
import { AppError } from '../errors.ts';

/**
 * When a five-field cron next matches after a time, in milliseconds since 1970; undefined when it never does.
 * @throws AppError `validation_failed` when the cron or the time zone cannot be read.
 */
export function nextTime(cron: string, timeZone: string, after: number): number | undefined {
  return readCron(cron, timeZone).nextRun(new Date(after))?.getTime();
}

function readCron(cron: string, timeZone: string): Cron {
  try {
    Intl.DateTimeFormat('en', { timeZone });
  } catch (error) {
    throw fault('body.timeZone', `"${timeZone}" is no time zone; one looks like Europe/Berlin.`, error);
  }
  try {
    return new Cron(cron, { timezone: timeZone, paused: true, mode: '5-part' });
  } catch (error) {
    throw fault('body.cron', `"${cron}" is no five-field cron: ${(error as Error).message}.`, error);
  }
}

const fault = (path: string, message: string, cause: unknown): AppError =>
  new AppError('validation_failed', message, { errors: [{ path, message }], cause });
