import { setTimeout as pause } from 'node:timers/promises';
import { HttpPipe } from './http-pipe.ts';

export interface LoadResult {
  /** Milliseconds of each answer. */
  latencies: number[];
  perSecond: number;
  /** Answers by status, other than 200 and 206. */
  refused: Map<number, number>;
}

export interface LoadOptions {
  port: number;
  connections: number;
  /** The next request, or undefined when there is no more. */
  next(): string | undefined;
  /** Ends after this time, with the answers that are under way. */
  forMs?: number;
  /** Each connection waits until this many milliseconds have passed since its last request began; 0 sends at once. */
  everyMs?: number;
  /** Ends early. */
  signal?: AbortSignal;
}

/** Sends requests over some keep-alive connections, each waiting for its answer before the next one. */
export async function runLoad({
  port,
  connections,
  next,
  forMs = 60_000,
  everyMs = 0,
  signal,
}: LoadOptions): Promise<LoadResult> {
  const result: LoadResult = { latencies: [], perSecond: 0, refused: new Map() };
  const pipes = await Promise.all(Array.from({ length: connections }, () => HttpPipe.open(port)));
  const start = performance.now();
  const client = async (pipe: HttpPipe): Promise<void> => {
    while (performance.now() - start < forMs && !signal?.aborted) {
      const request = next();
      if (request === undefined) return;
      const sent = performance.now();
      const { status } = await pipe.send(request);
      const took = performance.now() - sent;
      result.latencies.push(took);
      if (status !== 200 && status !== 206) result.refused.set(status, (result.refused.get(status) ?? 0) + 1);
      if (everyMs > took) await pause(everyMs - took);
    }
  };
  try {
    await Promise.all(pipes.map(client));
  } finally {
    pipes.forEach((pipe) => pipe.close());
  }
  result.perSecond = result.latencies.length / ((performance.now() - start) / 1000);
  return result;
}

/** `, but 12 answers had status 429`, or nothing. */
export const refusals = ({ refused }: LoadResult): string =>
  refused.size === 0
    ? ''
    : ` (${[...refused].map(([status, count]) => `${count} answers of status ${status}`).join(', ')})`;
