import { openFoundation, type Foundation, type FoundationOptions } from './foundation.ts';
import { wire, type Server } from './wiring.ts';

export interface RunningServer {
  url: string;
  /** Finishes what runs, hands back what does not finish, and closes everything. */
  stop(): Promise<void>;
}

/** The server's start, as a table of contents. */
export async function startServer(options: FoundationOptions): Promise<RunningServer> {
  const { foundation, server } = await openServer(options);
  try {
    await startModules(server);
    await server.jobs.open();
    await server.demoScanned();
    const { url } = await server.http.listen();
    await announce(url, foundation, server);
    return { url, stop: () => stop(foundation, server) };
  } catch (error) {
    await stop(foundation, server);
    throw error;
  }
}

/** Everything that is there before work begins: also for commands that do one thing and end. Close the foundation at last. */
export async function openServer(options: FoundationOptions): Promise<{ foundation: Foundation; server: Server }> {
  const foundation = await openFoundation(options);
  try {
    const server = wire(foundation);
    await registerJobs(server);
    return { foundation, server };
  } catch (error) {
    await foundation.close();
    throw error;
  }
}

async function registerJobs({ jobs, modules }: Server): Promise<void> {
  for (const module of modules) {
    jobs.register(module.jobs ?? []);
    await jobs.schedule(module.schedules ?? []);
  }
}

async function startModules({ modules, http }: Server): Promise<void> {
  for (const module of modules) await module.start?.(http.stopping);
}

async function announce(
  url: string,
  { logger, version, loaded }: Foundation,
  { identity, plugins }: Server,
): Promise<void> {
  logger.info(
    { version, dataDir: loaded.config.dataDir, config: loaded.file ?? 'none' },
    `Vitascope is ready at ${url}`,
  );
  if (await identity.setupNeeded()) {
    logger.warn(
      `Nobody administers this server yet. From another machine that takes the one-time setup code: ${identity.setupCode}`,
    );
  }
  await plugins.service.announceReady(version);
}

async function stop({ config, logger, close }: Foundation, { http, jobs, modules, plugins }: Server): Promise<void> {
  const graceMs = config.get('server').shutdownGraceSeconds * 1000;
  logger.info('Stopping');
  await plugins.hooks.emit('app.stopping', {});
  await Promise.all([http.close({ graceMs }), jobs.close(graceMs)]);
  for (const module of modules.toReversed()) await module.stop?.();
  await close();
  logger.info('Stopped');
}
