/** The rhythms a person can choose without knowing cron; `custom` is any other cron. */
export type RhythmKind = 'hourly' | 'daily' | 'weekly' | 'monthly' | 'custom';

export interface Rhythm {
  kind: RhythmKind;
  /** `HH:MM`; for `hourly` only the minutes count. */
  time: string;
  /** 0 (Sunday) to 6. */
  weekday: number;
  /** 1 to 28. */
  day: number;
  cron: string;
}

const pad = (value: number | string) => String(value).padStart(2, '0');

/** Recognises the simple rhythms in a cron. */
export function readRhythm(cron: string | null): Rhythm {
  const text = cron?.trim().replace(/\s+/g, ' ') ?? '';
  const rhythm: Rhythm = { kind: 'custom', time: '03:00', weekday: 1, day: 1, cron: text };
  const match = /^(\d{1,2}) (\*|\d{1,2}) (\*|\d{1,2}) \* (\*|\d)$/.exec(text);
  if (!match) return rhythm;
  const [, minute = '0', hour = '*', day = '*', weekday = '*'] = match;
  const at = { ...rhythm, time: `${pad(hour === '*' ? 0 : hour)}:${pad(minute)}` };
  if (hour === '*') return day === '*' && weekday === '*' ? { ...at, kind: 'hourly' } : rhythm;
  if (day === '*' && weekday === '*') return { ...at, kind: 'daily' };
  if (day === '*') return { ...at, kind: 'weekly', weekday: Number(weekday) % 7 };
  return weekday === '*' && Number(day) <= 28 ? { ...at, kind: 'monthly', day: Number(day) } : rhythm;
}

/** The cron of a rhythm. */
export function writeRhythm({ kind, time, weekday, day, cron }: Rhythm): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  switch (kind) {
    case 'hourly':
      return `${minute} * * * *`;
    case 'daily':
      return `${minute} ${hour} * * *`;
    case 'weekly':
      return `${minute} ${hour} * * ${weekday}`;
    case 'monthly':
      return `${minute} ${hour} ${day} * *`;
    case 'custom':
      return cron.trim();
  }
}
