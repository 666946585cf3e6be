import type { Foundation } from '../foundation.ts';

/** Whether a server answers where the configuration says it listens. */
export async function isServing({ loaded }: Foundation): Promise<boolean> {
  const { host, port, basePath } = loaded.config.server;
  const reached = host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host;
  try {
    const answer = await fetch(`http://${reached}:${port}${basePath === '/' ? '' : basePath}/health/live`, {
      signal: AbortSignal.timeout(1000),
    });
    return answer.ok && ((await answer.json()) as { status?: string }).status === 'alive';
  } catch (unreachable) {
    // Nobody listens there, or somebody who is not a server of ours.
    if (unreachable instanceof Error) return false;
    throw unreachable;
  }
}
