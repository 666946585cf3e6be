import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { getItem } from '../../core/src/domains/catalog/catalog.schema.ts';
import { me } from '../../core/src/domains/identity/identity.schema.ts';
import { saveProgress } from '../../core/src/domains/tracking/tracking.schema.ts';
import { getJob } from '../../core/src/kernel/jobs/jobs.schema.ts';
import { createConnection, enablePlugin, startPluginJob } from '../../core/src/kernel/plugins/plugins.schema.ts';
import { admin as adminCredentials, Client, type Answer } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { createDatabase, startPostgres, testClusterUrl, type PostgresCluster } from '../harness/postgres.ts';
import { eventually } from '../harness/processes.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { runCommand } from './command.ts';
import { openEvents } from './event-reader.ts';
import { addLibrary, copyDemo, itemsOf, succeeded, titled } from './library-setup.ts';

const isPostgres = testDialect() === 'postgresql';
const folder = temporaryFolder('vitascope-health');
const fixture = path.join(import.meta.dirname, '../fixtures/plugins/keeps-journal');
afterAll(() => removeFolder(folder));

/** A request that the server has accepted and that waits for its body. */
function slowLogin(port: number): { accepted: Promise<void>; finish(): Promise<number> } {
  const body = JSON.stringify(adminCredentials);
  const agent = new Agent({ keepAlive: true });
  const headers = { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' };
  const ask = request({ host: '127.0.0.1', port, method: 'POST', path: '/api/v1/auth/login', headers, agent });
  const answered = new Promise<number>((resolve, reject) => {
    ask.once('error', reject);
    ask.once('response', (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
    });
  });
  ask.flushHeaders();
  return {
    accepted: new Promise((resolve) => void ask.once('continue', resolve)),
    finish: () => {
      ask.end(body);
      return answered;
    },
  };
}

describe(`a server and its database on ${testDialect()}`, () => {
  const dataDir = path.join(folder, 'data');
  const database = isPostgres ? createDatabase(testClusterUrl() ?? '') : undefined;
  const start = (): Promise<RunningServer> =>
    startServer({
      dataDir,
      databaseUrl: database?.url,
      // The films of the demo last seconds, and short ones are not resumed otherwise.
      config: { server: { shutdownGraceSeconds: 20 }, tracking: { minDurationSeconds: 0 } },
    });
  const command = (...words: string[]) =>
    runCommand([...words, '--config', path.join(dataDir, 'vitascope.yaml')], { dataDir, databaseUrl: database?.url });
  let server: RunningServer;
  let admin: Client;

  beforeAll(async () => {
    mkdirSync(path.join(dataDir, 'plugins'), { recursive: true });
    cpSync(fixture, path.join(dataDir, 'plugins/keeps-journal'), { recursive: true });
    server = await start();
    admin = await new Client(server.url).setUp();
    await addLibrary(admin, { name: 'Films', type: 'movies', folders: [copyDemo('Films', folder)] });
    await admin.call(enablePlugin, { params: { id: 'keeps-journal' } });
  });
  afterAll(async () => {
    await server.stop();
    database?.drop();
  });

  it('says that it is healthy, alive and ready, to anybody and without internals', async () => {
    const visitor = new Client(server.url);
    const health = await visitor.get('/health');
    expect(health.status).toBe(200);
    expect(health.body).toMatchObject({ timestamp: expect.stringMatching(/^\d{4}-/) });
    const { status, checks } = health.body as { status: string; checks: { name: string; ok: boolean }[] };
    expect(status).toBe(checks.every(({ ok }) => ok) ? 'healthy' : 'degraded');
    expect(checks.find(({ name }) => name === 'database')).toEqual({ name: 'database', ok: true, critical: true });
    expect((await visitor.get('/health/live')).body).toEqual({ status: 'alive' });
    expect((await visitor.get('/health/ready')).body).toMatchObject({ status: 'ready' });
    for (const alias of ['/api/v1/health', '/api/v1/live', '/api/v1/ready']) {
      expect((await visitor.get(alias)).status).toBe(200);
    }
  });

  describe('stopping', () => {
    // The only folder that the plugin's process may write to.
    const file = path.join(dataDir, 'plugin-data/keeps-journal/journal');
    const steps = 40;
    let jobId = '';

    it('finishes a running request, ends event streams, and hands back a running job', async () => {
      const events = await openEvents(admin);
      const body = { input: { run: 'shutdown', file, steps, pauseMs: 200 } };
      ({ id: jobId } = await admin.call(startPluginJob, { params: { id: 'keeps-journal', job: 'walk' }, body }));
      await events.until(({ name, data }) => name === 'job.changed' && data.id === jobId && Number(data.done) >= 1);
      const login = slowLogin(server.port);
      await login.accepted;
      const stopping = server.stop();
      await eventually('The server stopping', () => (/"Stopping"/.test(server.logs()) ? true : undefined));
      expect(await login.finish()).toBe(200);
      const finishedAt = Date.now();
      await events.ended;
      expect(await stopping).toEqual({ code: 0, signal: null });
      // Nobody was waited for: neither the client that keeps its connection, nor the job that has seconds to go.
      expect(Date.now() - finishedAt).toBeLessThan(10_000);
      expect(readFileSync(file, 'utf8')).not.toContain(`shutdown ${steps} begun`);
      await expect(fetch(`${server.url}/health/live`)).rejects.toThrow(/fetch failed/);
    });

    it('the job goes on after the restart and repeats no finished step', async () => {
      server = await start();
      admin = await new Client(server.url).login();
      const job = await succeeded(admin, jobId);
      expect(job.result).toEqual({ steps });
      const lines = readFileSync(file, 'utf8').trim().split('\n');
      for (let number = 1; number <= steps; number++) {
        const kept = lines.indexOf(`shutdown ${number} kept`);
        expect(lines.lastIndexOf(`shutdown ${number} begun`)).toBeLessThan(kept);
      }
    });
  });

  it('takes migrations back and applies them again with all data kept', async () => {
    const film = await titled(admin, 'Paper Orbit');
    await admin.call(saveProgress, { body: { mediaId: film.id, positionMs: 12_000 } });
    const before = await itemsOf(admin, { sort: 'added' });
    await server.stop();
    const down = await command('migrate', 'down');
    expect(down).toMatchObject({ code: 0, output: expect.stringMatching(/taken back\s+2026-11-20-initial/) });
    expect((await command('migrate', 'status')).output).toMatch(/pending\s+2026-11-20-initial/);
    const up = await command('migrate', 'up');
    expect(up).toMatchObject({ code: 0, output: expect.stringMatching(/applied\s+2026-11-20-initial/) });
    if (!isPostgres) expect(readdirSync(path.join(dataDir, 'backups')).length).toBeGreaterThan(0);
    server = await start();
    admin = await new Client(server.url).login();
    expect(await itemsOf(admin, { sort: 'added' })).toEqual(
      before
        .map((card) => ({ ...card, state: expect.anything() }))
        .map((card, index) => ({ ...card, state: before[index]?.state ?? null })),
    );
    expect((await admin.call(getItem, { params: { id: film.id }, query: {} })).state?.positionMs).toBe(12_000);
    // The search index is there again too.
    expect((await itemsOf(admin, { query: 'insurance clerk' })).map(({ title }) => title)).toEqual([
      'A Quiet Arithmetic',
    ]);
  });

  it('`vitascope doctor` notices a wrong key, and the server does not lose what it cannot open', async () => {
    const connection = {
      pluginId: 'keeps-journal',
      contract: 'metadata@1',
      kind: 'locked',
      name: 'Behind a key',
      settings: { apiKey: 'open sesame' },
    };
    const { id, secretsSet } = await admin.call(createConnection, { body: connection });
    expect(secretsSet).toEqual(['apiKey']);
    expect(JSON.stringify((await admin.get('/api/v1/connections')).body)).not.toContain('sesame');
    const fine = await command('doctor', '--json');
    expect(JSON.parse(fine.output)).toContainEqual(expect.objectContaining({ name: 'stored secrets', state: 'ok' }));
    await server.stop();
    const file = path.join(dataDir, 'secret.key');
    const right = readFileSync(file, 'utf8');
    writeFileSync(file, `${randomBytes(32).toString('hex')}\n`);
    const wrong = await command('doctor');
    expect(wrong.code).toBe(1);
    expect(wrong.output).toMatch(/✗ stored secrets: .*Behind a key/);
    expect(wrong.output).not.toContain('sesame');
    server = await start();
    const stranger = await new Client(server.url).login();
    const tried = await stranger.post(`/api/v1/connections/${id}/test`);
    expect(JSON.stringify(tried.body)).toMatch(/secret_key_wrong|key/);
    expect(tried.body).not.toMatchObject({ ok: true });
    await server.stop();
    writeFileSync(file, right);
    server = await start();
    admin = await new Client(server.url).login();
    expect((await admin.post(`/api/v1/connections/${id}/test`)).body).toMatchObject({ ok: true, message: 'Open' });
    expect((await command('doctor')).output).toMatch(/✓ stored secrets/);
  });

  it('makes its key file unreadable for others', async () => {
    const { mode } = await import('node:fs').then(({ statSync }) => statSync(path.join(dataDir, 'secret.key')));
    expect(mode & 0o777).toBe(0o600);
    expect(existsSync(path.join(dataDir, 'secret.key'))).toBe(true);
  });
});

describe.skipIf(!isPostgres)('PostgreSQL stopped and started under load', () => {
  let cluster: PostgresCluster;
  let server: RunningServer;
  let admin: Client;

  beforeAll(async () => {
    cluster = await startPostgres();
    const { url } = createDatabase(cluster.url);
    server = await startServer({
      databaseUrl: url,
      dialect: 'postgresql',
      // Eight callers without a pause are more than one account may be.
      config: { limits: { requestsPerMinute: 0 } },
      env: { VITASCOPE_VALIDATE_RESPONSES: '1' },
    });
    admin = await new Client(server.url).setUp();
    await addLibrary(admin, { name: 'Films', type: 'movies', folders: [copyDemo('Films', folder)] });
  });
  afterAll(async () => {
    await server.stop();
    await cluster.remove();
  });

  it.each(['fast', 'immediate'] as const)(
    '(%s): 503 without internals, alive all the while, and well again by itself',
    async (mode) => {
      const visitor = new Client(server.url);
      const answers: Answer[] = [];
      let isOver = false;
      const film = await titled(admin, 'Paper Orbit');
      const caller = async (number: number): Promise<void> => {
        while (!isOver) {
          const requests = [
            () => admin.get('/api/v1/items', { query: { page: 1 + (answers.length % 3), sort: 'year' } }),
            () => admin.get('/api/v1/search', { query: { query: `a${answers.length % 7}` } }),
            () => admin.post('/api/v1/progress', { mediaId: film.id, positionMs: answers.length % 20_000 }),
            () => admin.get(`/api/v1/items/${film.id}`),
          ];
          answers.push(await (requests[number % requests.length] as () => Promise<Answer>)());
        }
      };
      const callers = Array.from({ length: 8 }, (_, number) => caller(number));
      await eventually('Load', () => (answers.length > 50 ? true : undefined));
      await cluster.stop(mode);
      const down = await eventually('/health saying so', async () => {
        const health = await visitor.get('/health');
        return health.status === 503 ? health : undefined;
      });
      expect(down.body).toMatchObject({ status: 'degraded' });
      expect((await visitor.get('/health/ready')).status).toBe(503);
      for (let count = 0; count < 5; count++) expect((await visitor.get('/health/live')).status).toBe(200);
      const refusals = (): Answer[] => answers.filter(({ status }) => status >= 400);
      await eventually('Refused requests', () => (refusals().length > 20 ? true : undefined), { withinMs: 20_000 });
      await cluster.start();
      await eventually(
        'Being ready again',
        async () => ((await visitor.get('/health/ready')).status === 200 ? true : undefined),
        { withinMs: 20_000 },
      );
      const since = answers.length;
      await eventually('Answers again', () => (answers.length > since + 30 ? true : undefined), { withinMs: 20_000 });
      isOver = true;
      await Promise.all(callers);
      expect([
        ...new Set(refusals().map(({ status, body }) => `${status} ${(body as { error_code: string }).error_code}`)),
      ]).toEqual(['503 database_unavailable']);
      for (const { body, headers } of refusals().slice(0, 200)) {
        expect(JSON.stringify(body)).not.toMatch(
          /ECONN|127\.0\.0\.1|postgres(ql)?:|select |node_modules|terminating connection/i,
        );
        expect(headers.get('retry-after')).toBeTruthy();
      }
      expect(answers.slice(since + 8).every(({ status }) => status === 200)).toBe(true);
      expect((await admin.call(me, {})).account.name).toBe('admin');
      expect((await visitor.get('/health')).status).toBe(200);
      expect((await itemsOf(admin)).length).toBeGreaterThan(4);
    },
  );

  it('jobs run again afterwards', async () => {
    const rescan = await admin.post('/api/v1/library/rescan', {});
    const { jobId } = rescan.body as { jobId: string };
    expect((await succeeded(admin, jobId)).state).toBe('succeeded');
    expect((await admin.call(getJob, { params: { id: jobId } })).attempt).toBe(1);
  });
});
