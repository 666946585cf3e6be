import { afterAll, beforeAll, expect, it } from 'vitest';
import { listLogs, listSettings, updateSettings } from '../../core/src/domains/settings/settings.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, testClusterUrl } from '../harness/postgres.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';

const dataDir = temporaryFolder('vitascope-settings');
const database = testDialect() === 'postgresql' ? createDatabase(testClusterUrl() ?? '') : undefined;
const start = (): Promise<RunningServer> => startServer({ dataDir, databaseUrl: database?.url });
let server: RunningServer;
beforeAll(async () => {
  server = await start();
});
afterAll(async () => {
  await server.stop();
  database?.drop();
  removeFolder(dataDir);
});

it('obeys what was changed in the app once it was started again', async () => {
  const admin = await new Client(server.url).setUp();
  const change = (area: string, body: Record<string, unknown>) =>
    admin.call(updateSettings, { params: { area }, body });
  await change('limits', { authPerMinute: 2 });
  await change('server', { publicUrl: 'https://films.example' });
  const log = await change('log', { level: 'debug' });
  expect(log.restart).toContain('level');
  await server.stop();
  server = await start();

  const again = await new Client(server.url).login();
  const { items } = await again.call(listLogs, { query: { level: 'debug' } });
  expect(items.map(({ level }) => level)).toContain('debug');
  const fromPublic = { headers: { origin: 'https://films.example' }, body: { displayName: 'Ada' } };
  expect((await again.send('PATCH', '/api/v1/auth/me', fromPublic)).status).toBe(200);
  await again.call(listSettings, {});
  await again.login();
  const third = await again.send('POST', '/api/v1/auth/login', { body: { name: 'admin', password: 'wrong' } });
  expectProblem(third, 429, 'rate_limited');
});
