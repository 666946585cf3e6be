import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getSetupState, listAccounts, me } from '../../core/src/domains/identity/identity.schema.ts';
import { Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, testClusterUrl } from '../harness/postgres.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';

const dataDir = temporaryFolder('vitascope-start');
const database = testDialect() === 'postgresql' ? createDatabase(testClusterUrl() ?? '') : undefined;
const start = (): Promise<RunningServer> => startServer({ dataDir, databaseUrl: database?.url });

afterAll(() => {
  database?.drop();
  removeFolder(dataDir);
});

describe(`a server on ${testDialect()}`, () => {
  let server: RunningServer;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
  });

  it('is set up once', async () => {
    const visitor = new Client(server.url);
    expect(await visitor.call(getSetupState, {})).toMatchObject({ needed: true, codeRequired: false });
    const admin = await visitor.setUp();
    expect((await admin.call(me, {})).account).toMatchObject({ name: 'admin', role: 'admin' });
    const late = await new Client(server.url).post('/api/v1/setup', {
      name: 'second',
      password: 'correct horse battery',
    });
    expectProblem(late, 409, 'setup_done');
  });

  it('asks who is there', async () => {
    expectProblem(await new Client(server.url).get('/api/v1/accounts'), 401, 'unauthenticated');
  });

  it('keeps what it knew after it was killed', async () => {
    await server.kill();
    server = await start();
    const admin = await new Client(server.url).login();
    expect((await admin.call(listAccounts, {})).items.map(({ name }) => name)).toEqual(['admin']);
  });

  it('ends with code 0 when it is told to stop', async () => {
    expect(await server.stop()).toEqual({ code: 0, signal: null });
    server = await start();
  });
});
