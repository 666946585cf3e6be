import { afterEach, describe, expect, it } from 'vitest';
import type { HealthCheck } from './health.ts';
import { createHealthMonitor } from './health-monitor.ts';
import { healthRoutes } from './health.routes.ts';
import { startTestServer, type TestServer } from './http-server.testing.ts';

let server: TestServer | undefined;
afterEach(() => server?.close({ graceMs: 100 }));
const check = (name: string, critical: boolean, run: HealthCheck['check'] = async () => undefined): HealthCheck => ({
  name,
  critical,
  check: run,
});
const down = async (): Promise<void> => {
  throw Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:5432'), { fix: 'Start PostgreSQL.' });
};

async function serve(checks: HealthCheck[], { deadlineMs = 200, freshMs = 50 } = {}): Promise<TestServer> {
  const monitor = createHealthMonitor(() => checks, { deadlineMs, freshMs });
  server = await startTestServer(
    healthRoutes(monitor, () => server?.stopping.aborted ?? false),
    {
      authenticate: () => {
        throw new Error('The database is down: nobody may be asked who they are.');
      },
    },
  );
  return server;
}

describe('health', () => {
  it('is healthy when all is well, under both addresses', async () => {
    const { ask } = await serve([check('database', true), check('nfo', false)]);
    for (const path of ['/health', '/api/v1/health']) {
      expect((await ask(path)).json).toMatchObject({
        status: 'healthy',
        checks: [
          { name: 'database', ok: true },
          { name: 'nfo', ok: true },
        ],
      });
    }
    expect((await ask('/health/live')).json).toEqual({ status: 'alive' });
    expect((await ask('/api/v1/ready', { as: 'ben' })).json.status).toBe('ready');
  });

  it('is degraded with 503, not ready, and alive when the database is down; it tells strangers no address', async () => {
    const { ask } = await serve([check('database', true, down)]);
    const health = await ask('/health', { as: 'ben' });
    expect([health.status, health.json.status, health.json.checks]).toEqual([
      503,
      'degraded',
      [{ name: 'database', ok: false, critical: true }],
    ]);
    expect(health.text).not.toContain('10.0.0.7');
    expect((await ask('/health/ready')).status).toBe(503);
    expect((await ask('/health/live', { as: 'ben' })).status).toBe(200);
  });

  it('stays up when something that is not critical is down', async () => {
    const { ask } = await serve([check('database', true), check('indexer', false, down)]);
    const health = await ask('/health');
    expect([health.status, health.json.status]).toEqual([200, 'degraded']);
    expect((await ask('/health/ready')).status).toBe(200);
  });

  it('runs checks side by side, cuts off those that hang, and asks once for many callers', async () => {
    let asked = 0;
    const hanging = check('hangs', true, (signal) => {
      asked++;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    const never = check('hangs too', true, () => new Promise(() => undefined));
    // An answer stays good until the last of the callers has asked, however slow the machine is.
    const { ask } = await serve([hanging, never], { deadlineMs: 100, freshMs: 2000 });
    const started = performance.now();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask('/health')));
    expect(answers.every(({ status }) => status === 503)).toBe(true);
    // One after the other they would take four seconds.
    expect(performance.now() - started).toBeLessThan(3500);
    expect(asked).toBe(1);
    await expect.poll(async () => (await ask('/health')) && asked).toBeGreaterThan(1);
  });

  it('keeps cause and fix for administrators', async () => {
    const monitor = createHealthMonitor(() => [check('database', true, down)]);
    expect(await monitor.run()).toEqual([
      {
        name: 'database',
        critical: true,
        ok: false,
        message: 'connect ECONNREFUSED 10.0.0.7:5432',
        fix: 'Start PostgreSQL.',
      },
    ]);
  });
});
