import { setTimeout as wait } from 'node:timers/promises';

/** A remote's limit: so many requests in any window of this length. */
export interface Pace {
  requests: number;
  perMs: number;
}

interface HostState {
  running: number;
  waiting: (() => void)[];
  /** Times of the latest requests, oldest first. */
  sent: number[];
  pace?: Pace;
  restUntil: number;
  /** Requests take their turn one after another. */
  turn: Promise<void>;
}

const parallel = 8;
/** Even a generous limit is not used up in one burst. */
const longestIntervalMs = 50;

/** One queue a remote host for the whole server, whichever plugin asks: parallel requests, a window, and rest after a 429. */
export class HostLimiter {
  readonly #hosts = new Map<string, HostState>();

  /** Waits for leave to ask `host`. Call the result when the answer is there. */
  async enter(host: string, pace: Pace | undefined, signal: AbortSignal): Promise<() => void> {
    const state = this.#stateOf(host);
    // two plugins may know different limits of one host: the stricter one holds
    if (pace && (!state.pace || rate(pace) < rate(state.pace))) state.pace = pace;
    const turn = state.turn.then(() => this.#takeTurn(state, signal));
    state.turn = turn.catch(() => undefined);
    await turn;
    let left = false;
    return () => {
      if (left) return;
      left = true;
      state.running--;
      state.waiting.shift()?.();
    };
  }

  /** Nobody asks this host before `milliseconds` are over. */
  rest(host: string, milliseconds: number): void {
    const state = this.#stateOf(host);
    state.restUntil = Math.max(state.restUntil, Date.now() + milliseconds);
  }

  async #takeTurn(state: HostState, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (state.running >= parallel) await slot(state, signal);
    for (let ms = delayOf(state); ms > 0; ms = delayOf(state)) await wait(ms, undefined, { signal });
    signal.throwIfAborted();
    state.running++;
    if (!state.pace) return;
    state.sent.push(Date.now());
    if (state.sent.length > state.pace.requests) state.sent.splice(0, state.sent.length - state.pace.requests);
  }

  #stateOf(host: string): HostState {
    let state = this.#hosts.get(host);
    if (!state) {
      state = { running: 0, waiting: [], sent: [], restUntil: 0, turn: Promise.resolve() };
      this.#hosts.set(host, state);
    }
    return state;
  }
}

const rate = ({ requests, perMs }: Pace): number => requests / perMs;

function delayOf({ sent, pace, restUntil }: HostState): number {
  const now = Date.now();
  const rest = restUntil - now;
  if (!pace || sent.length === 0) return rest;
  const interval = sent.at(-1)! + Math.min(longestIntervalMs, pace.perMs / pace.requests) - now;
  const window = sent.length >= pace.requests ? sent[0]! + pace.perMs - now : 0;
  return Math.max(rest, interval, window);
}

function slot(state: HostState, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      state.waiting.splice(state.waiting.indexOf(enter), 1);
      reject(signal.reason);
    };
    const enter = () => {
      signal.removeEventListener('abort', leave);
      resolve();
    };
    state.waiting.push(enter);
    signal.addEventListener('abort', leave, { once: true });
  });
}
