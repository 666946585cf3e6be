import { route, type Call, type Route } from './endpoint.ts';
import type { CheckResult, HealthMonitor } from './health-monitor.ts';
import { getHealth, getLiveness, getReadiness } from './health.schema.ts';

/** @param stopping from then on the server is not ready, so that a load balancer sends nobody here any more */
export function healthRoutes(monitor: HealthMonitor, stopping: () => boolean): Route[] {
  return [
    route(getLiveness, () => ({ status: 'alive' as const })),
    route(getReadiness, async (call) => {
      const checks = await monitor.run();
      const isReady = !stopping() && checks.every(({ ok, critical }) => ok || !critical);
      unavailableUnless(isReady, call);
      return { status: isReady ? ('ready' as const) : ('unavailable' as const), checks: checks.map(publicPart) };
    }),
    route(getHealth, async (call) => {
      const checks = await monitor.run();
      unavailableUnless(
        checks.every(({ ok, critical }) => ok || !critical),
        call,
      );
      const status = checks.every(({ ok }) => ok) ? ('healthy' as const) : ('degraded' as const);
      return { status, timestamp: new Date().toISOString(), checks: checks.map(publicPart) };
    }),
  ];
}

const publicPart = ({ name, ok, critical }: CheckResult) => ({ name, ok, critical });

function unavailableUnless(isWell: boolean, { http }: Pick<Call, 'http'>): void {
  if (!isWell) http.status(503);
}
