import { getLocale } from '#paraglide/runtime.js';
import { m } from '#messages';
import { readRhythm } from './rhythm.ts';

const sunday = Date.UTC(2023, 0, 1);

/** The name of a weekday, 0 for Sunday. */
export const weekdayName = (weekday: number): string =>
  new Intl.DateTimeFormat(getLocale(), { weekday: 'long', timeZone: 'UTC' }).format(sunday + weekday * 86_400_000);

/** A cron for people: `Every day at 03:30`. */
export function rhythmWords(cron: string | null): string {
  if (cron === null) return m.schedule_never();
  const { kind, time, weekday, day } = readRhythm(cron);
  switch (kind) {
    case 'hourly':
      return m.schedule_hourly({ minute: String(Number(time.slice(3))) });
    case 'daily':
      return m.schedule_daily({ time });
    case 'weekly':
      return m.schedule_weekly({ weekday: weekdayName(weekday), time });
    case 'monthly':
      return m.schedule_monthly({ day, time });
    case 'custom':
      return stepWords(cron) ?? m.schedule_custom({ cron });
  }
}

function stepWords(cron: string): string | undefined {
  if (cron === '* * * * *') return m.schedule_minutes({ count: 1 });
  const minutes = /^\*\/(\d+) \* \* \* \*$/.exec(cron)?.[1];
  if (minutes) return m.schedule_minutes({ count: Number(minutes) });
  const [, minute, hours] = /^(\d+) \*\/(\d+) \* \* \*$/.exec(cron) ?? [];
  if (!hours) return undefined;
  const count = Number(hours);
  return minute === '0' ? m.schedule_hours({ count }) : m.schedule_hours_at({ count, minute: minute ?? '' });
}
