import { createLog } from '../kernel/log/logger.ts';
import { loadCommandConfig, type CommandContext } from './command-context.ts';

/** Starts the server and resolves when it has stopped. A second signal does not wait. */
export async function serve(context: CommandContext): Promise<void> {
  const loaded = loadCommandConfig(context);
  const log = createLog(loaded.config.log);
  // Only told of, not caught: after a fault that nobody expected the process ends, and its supervisor starts it again.
  process.on('uncaughtExceptionMonitor', (error, origin) => log.logger.fatal({ err: error, origin }, 'The server crashed.'));
  const { buildServer } = await import('../wiring.ts');
  const server = await buildServer({ loaded, log });
  const ended = new Promise<NodeJS.Signals>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve(signal);
      });
    }
  });
  await server.start();
  const signal = await ended;
  log.logger.info({ signal }, 'Stopping.');
  await server.stop();
}
