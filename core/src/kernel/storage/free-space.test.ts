import { tmpdir } from 'node:os';
import { afterEach, describe, expect, it } from 'vitest';
import { createHealthMonitor } from '../http/health-monitor.ts';
import { healthRoutes } from '../http/health.routes.ts';
import { startTestServer, type TestServer } from '../http/http-server.testing.ts';
import { freeSpaceHealth, type ReadFreeSpace } from './free-space.ts';

let server: TestServer | undefined;
afterEach(() => server?.close({ graceMs: 100 }));

const database = { name: 'database', critical: true, check: async () => undefined };

async function serve(read: ReadFreeSpace): Promise<TestServer> {
  const monitor = createHealthMonitor(() => [database, freeSpaceHealth('/data', read)], { deadlineMs: 100 });
  server = await startTestServer(healthRoutes(monitor, () => false));
  return server;
}

describe('free space of the data folder', () => {
  it('makes health degraded and keeps the server ready when the disk is nearly full', async () => {
    const { ask } = await serve(async () => 199_999_999);
    const health = await ask('/health');
    expect([health.status, health.json.status]).toEqual([200, 'degraded']);
    expect(health.json.checks).toContainEqual({ name: 'disk space', ok: false, critical: false });
    const ready = await ask('/health/ready');
    expect([ready.status, ready.json.status]).toEqual([200, 'ready']);
  });

  it('is well with enough left', async () => {
    const { ask } = await serve(async () => 200_000_000);
    expect((await ask('/health')).json.status).toBe('healthy');
  });

  it('tells administrators how much is left and what to do', async () => {
    const { check } = freeSpaceHealth('/data', async () => 12_345_678);
    await expect(check(new AbortController().signal)).rejects.toMatchObject({
      code: 'storage_full',
      message: expect.stringMatching(/^Only 12 MB are free where the data folder \/data lies/),
      fix: expect.stringMatching(/Delete|move/),
    });
  });

  it('does not hold health up when the disk does not answer', async () => {
    const { ask } = await serve(() => new Promise(() => undefined));
    expect((await ask('/health')).json).toMatchObject({
      status: 'degraded',
      checks: [{ ok: true }, { name: 'disk space', ok: false }],
    });
  });

  it('reads the disk itself', async () => {
    await expect(freeSpaceHealth(`${tmpdir()}/no such folder`).check(AbortSignal.timeout(1000))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
