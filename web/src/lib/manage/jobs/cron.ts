/** A five-field cron as sets of numbers; `anyDay`/`anyWeekday` because cron joins the two day fields by "or" when both are told. */
interface Cron {
  minutes: readonly number[];
  hours: readonly number[];
  days: ReadonlySet<number>;
  months: ReadonlySet<number>;
  weekdays: ReadonlySet<number>;
  anyDay: boolean;
  anyWeekday: boolean;
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const dayMs = 86_400_000;

/** Reads the common part of cron: numbers, names, lists, ranges and steps. Undefined for anything else. */
export function readCron(text: string): Cron | undefined {
  const fields = text.trim().toLowerCase().split(/\s+/);
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields;
  if (fields.length !== 5) return undefined;
  const [minutes, hours, days, months, weekdays] = [
    readField(minute, { least: 0, most: 59 }),
    readField(hour, { least: 0, most: 23 }),
    readField(day, { least: 1, most: 31 }),
    readField(month, { least: 1, most: 12, names: monthNames }),
    readField(weekday, { least: 0, most: 7, names: dayNames }),
  ];
  if (!minutes || !hours || !days || !months || !weekdays) return undefined;
  return {
    minutes,
    hours,
    days: new Set(days),
    months: new Set(months),
    weekdays: new Set(weekdays.map((day) => day % 7)),
    anyDay: day.startsWith('*'),
    anyWeekday: weekday.startsWith('*'),
  };
}

interface Range {
  least: number;
  most: number;
  /** Of the numbers from `least` on. */
  names?: readonly string[];
}

function readField(field: string, { least, most, names = [] }: Range): number[] | undefined {
  const found = new Set<number>();
  for (const part of field.split(',')) {
    const match = /^(\*|[a-z0-9]+)(?:-([a-z0-9]+))?(?:\/(\d+))?$/.exec(part);
    if (!match) return undefined;
    const [, from = '*', to, stepText] = match;
    const number = (text: string) => (names.includes(text) ? names.indexOf(text) + least : Number(text));
    const first = from === '*' ? least : number(from);
    const last = to !== undefined ? number(to) : from === '*' || stepText ? most : first;
    const step = Number(stepText ?? 1);
    if (![first, last, step].every(Number.isInteger) || first < least || last > most || first > last || step < 1)
      return undefined;
    for (let value = first; value <= last; value += step) found.add(value);
  }
  return [...found].sort((a, b) => a - b);
}

/** The next times a cron matches, at most five years ahead. Empty when it cannot be read or the zone is unknown. */
export function nextRuns(
  text: string,
  { timeZone, after, count }: { timeZone: string; after: Date; count: number },
): Date[] {
  const cron = readCron(text);
  const clock = cron && wallClock(timeZone);
  if (!cron || !clock) return [];
  const runs: Date[] = [];
  const start = clock.wallOf(after.getTime());
  for (let day = start - (start % dayMs), left = 366 * 5; left > 0 && runs.length < count; day += dayMs, left--) {
    if (!matchesDay(cron, new Date(day))) continue;
    for (const hour of cron.hours)
      for (const minute of cron.minutes) {
        const time = clock.instantOf(day + hour * 3_600_000 + minute * 60_000);
        if (time > after.getTime() && runs.length < count) runs.push(new Date(time));
      }
  }
  return runs;
}

function matchesDay(cron: Cron, day: Date): boolean {
  if (!cron.months.has(day.getUTCMonth() + 1)) return false;
  const inMonth = cron.days.has(day.getUTCDate());
  const inWeek = cron.weekdays.has(day.getUTCDay());
  return cron.anyDay || cron.anyWeekday ? inMonth && inWeek : inMonth || inWeek;
}

/** Between instants and the wall clock of a zone; wall times are counted as if they were UTC. */
function wallClock(timeZone: string) {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
    }); // prettier-ignore
  } catch {
    return undefined; // an unknown zone: the server says so when it is saved
  }
  const wallOf = (time: number): number => {
    const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'), part('second'));
  };
  const instantOf = (wall: number): number => {
    const guess = wall - (wallOf(wall) - wall);
    return guess + (wall - wallOf(guess));
  };
  return { wallOf, instantOf };
}
