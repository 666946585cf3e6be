import { startServer, type RunningServer } from '../main.ts';
import type { CommandContext } from './command-context.ts';
import { releaseYoungHeap } from './young-heap.ts';

/** Runs the server until it is told to stop; a second signal ends it at once. */
export async function serve({ configFile, environment }: CommandContext): Promise<void> {
  const server = await startServer({ environment, ...(configFile !== undefined && { file: configFile }) });
  releaseYoungHeap();
  await stopSignal();
  process.once('SIGINT', () => process.exit(130));
  await stopInTime(server);
}

const stopSignal = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

const longestMs = 30_000;

/** What does not stop in time is left to the next start, which takes it up again. */
async function stopInTime(server: RunningServer): Promise<void> {
  const timer = setTimeout(() => process.exit(1), longestMs);
  await server.stop();
  clearTimeout(timer);
  process.exit(0);
}
