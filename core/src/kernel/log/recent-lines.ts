/** One line of the log, as the log page shows it. */
export interface LogLine {
  /** Grows by one with each line; `after` of the next question. */
  sequence: number;
  /** Milliseconds since 1970. */
  time: number;
  level: LogLevel;
  message: string;
  data: Record<string, unknown>;
}

export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal';

export interface RecentQuery {
  /** This level and those above; `info` unless told. */
  level?: LogLevel;
  /** Newest lines first, at most this many; 200 unless told. */
  limit?: number;
  /** Only lines with a higher sequence. */
  after?: number;
  /** Only lines that contain this text, in any letter case. */
  contains?: string;
}

/** The last lines of the log, in memory. Lines are kept as written and only read when somebody looks. */
export interface RecentLines {
  recent(query?: RecentQuery): LogLine[];
  /** Calls for every new line; returns the way to stop. */
  onLine(listener: (line: LogLine) => void): () => void;
}

const levels: Readonly<Record<number, LogLevel>> = {
  10: 'trace',
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};
export const levelNumbers: Readonly<Record<LogLevel, number>> = {
  trace: 10,
  debug: 20,
  info: 30,
  warn: 40,
  error: 50,
  fatal: 60,
};
const longestLine = 16_384;

export class LineRing implements RecentLines {
  readonly #lines: string[] = [];
  readonly #capacity: number;
  readonly #listeners = new Set<(line: LogLine) => void>();
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Takes one JSON line of the logger. */
  add(text: string): void {
    const sequence = this.#next++;
    this.#lines[sequence % this.#capacity] = text;
    if (this.#listeners.size === 0) return;
    const line = readLine(text, sequence);
    for (const listener of this.#listeners) listener(line);
  }

  recent({ level = 'info', limit = 200, after = -1, contains }: RecentQuery = {}): LogLine[] {
    const least = levelNumbers[level];
    const needle = contains?.toLowerCase();
    const oldest = Math.max(after + 1, this.#next - this.#capacity, 0);
    const found: LogLine[] = [];
    for (let sequence = this.#next - 1; sequence >= oldest && found.length < limit; sequence--) {
      const text = this.#lines[sequence % this.#capacity] ?? '';
      if (needle !== undefined && !text.toLowerCase().includes(needle)) continue;
      const line = readLine(text, sequence);
      if (levelNumbers[line.level] >= least) found.push(line);
    }
    return found;
  }

  onLine(listener: (line: LogLine) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

function readLine(text: string, sequence: number): LogLine {
  const { level, time, msg, ...data } = JSON.parse(text) as { level: number; time: number; msg?: string };
  const line = { sequence, time, level: levels[level] ?? 'info', message: msg ?? '', data };
  return text.length <= longestLine ? line : { ...line, message: line.message.slice(0, 1000), data: { cut: true } };
}
