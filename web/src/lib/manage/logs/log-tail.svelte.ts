import { ok } from '#lib/api/client.ts';
import { friendlyError, type FriendlyError } from '#lib/api/problem.ts';
import type { App } from '#lib/app.svelte.ts';
import { LiveEvents } from '#lib/events/live.svelte.ts';

export type Level = 'debug' | 'info' | 'warn' | 'error';

export interface LogLine {
  id: number;
  time: number;
  level: string;
  message: string;
  data: Record<string, unknown>;
  /** Equal for lines that say the same. */
  sameAs: string;
}

/** The same line several times in a row. */
export interface LogGroup {
  line: LogLine;
  latest: LogLine;
  count: number;
}

const levels: readonly string[] = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'];
const mostLines = 1000;

/** The server's recent log, newest first, and what is added to it while one looks. */
export class LogTail {
  level = $state<Level>('info');
  query = $state('');
  lines = $state.raw<readonly LogLine[]>();
  error = $state.raw<FriendlyError>();
  paused = $state(false);
  /** Lines that came while paused. */
  held = $state.raw<readonly LogLine[]>([]);
  readonly live: LiveEvents;
  #app: App;
  #next = 0;
  #incoming: LogLine[] = [];
  #frame: number | undefined;
  #running: AbortController | undefined;

  constructor(app: App) {
    this.#app = app;
    this.live = new LiveEvents(`${app.base}/api/v1/events?log=1`);
  }

  /** The lines with repetitions put together. */
  get groups(): LogGroup[] {
    const groups: LogGroup[] = [];
    for (const line of this.lines ?? []) {
      const last = groups.at(-1);
      if (last && last.line.sameAs === line.sameAs) {
        last.line = line; // the oldest of them keeps its place when more arrive on top
        last.count++;
      } else groups.push({ line, latest: line, count: 1 });
    }
    return groups;
  }

  /** Loads and follows; returns the way to stop. */
  follow(): () => void {
    void this.load();
    const stops = [
      this.live.on('log.line', (data) => this.#take(data as Record<string, unknown>)),
      this.live.on('reconnected', () => void this.load()),
    ];
    return () => {
      if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
      for (const stop of stops) stop();
      this.live.close();
    };
  }

  load = async (): Promise<void> => {
    this.#running?.abort();
    const own = (this.#running = new AbortController());
    try {
      const query = { level: this.level, query: this.query.trim() || undefined, limit: 300 };
      const { items } = await ok(this.#app.api.GET('/api/v1/logs', { params: { query }, signal: own.signal }));
      if (own.signal.aborted) return;
      this.lines = items.map((item) => this.#line({ ...item, time: new Date(item.time).getTime() }));
      this.held = [];
      this.error = undefined;
    } catch (error) {
      if (!own.signal.aborted) this.error = friendlyError(error);
    }
  };

  show(change: Partial<Pick<LogTail, 'level' | 'query'>>): void {
    Object.assign(this, change);
    void this.load();
  }

  pause(paused: boolean): void {
    this.paused = paused;
    if (paused) return;
    this.#add(this.held);
    this.held = [];
  }

  #take({ time, level, message, ...data }: Record<string, unknown>): void {
    const line = this.#line({ time: Number(time), level: String(level), message: String(message), data });
    if (!this.#fits(line)) return;
    this.#incoming.unshift(line);
    // Many lines may come at once; they are shown together.
    this.#frame ??= requestAnimationFrame(() => {
      this.#frame = undefined;
      const lines = this.#incoming;
      this.#incoming = [];
      if (this.paused) this.held = [...lines, ...this.held].slice(0, mostLines);
      else this.#add(lines);
    });
  }

  #add(lines: readonly LogLine[]): void {
    this.lines = [...lines, ...(this.lines ?? [])].slice(0, mostLines);
  }

  #line(line: Omit<LogLine, 'id' | 'sameAs'>): LogLine {
    return { ...line, id: this.#next++, sameAs: JSON.stringify([line.level, line.message, line.data]) };
  }

  #fits(line: LogLine): boolean {
    if (levels.indexOf(line.level) < levels.indexOf(this.level)) return false;
    const words = this.query.trim().toLowerCase();
    return !words || `${line.message} ${JSON.stringify(line.data)}`.toLowerCase().includes(words);
  }
}
