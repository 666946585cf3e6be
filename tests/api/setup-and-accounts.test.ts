import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { search } from '../../core/src/domains/catalog/catalog.schema.ts';
import {
  createAccount,
  createApiToken,
  deleteApiToken,
  endSession,
  getSetupState,
  listAccounts,
  listApiTokens,
  listSessions,
  login,
  logout,
  me,
  refresh,
  updateAccount,
} from '../../core/src/domains/identity/identity.schema.ts';
import { startPlayback, stopPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { continueWatching, saveProgress } from '../../core/src/domains/tracking/tracking.schema.ts';
import { admin as adminCredentials, Client } from '../harness/client.ts';
import { eventually } from '../harness/processes.ts';
import { expectProblem } from '../harness/problem.ts';
import { setupCode, startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { itemsOf, titled } from './library-setup.ts';

const password = 'a password to look';

describe(`accounts on ${testDialect()}`, () => {
  let server: RunningServer;
  let admin: Client;
  const fresh = (): Client => new Client(server.url);

  beforeAll(async () => {
    server = await startServer({
      config: { server: { trustedProxies: ['loopback'] }, limits: { authPerMinute: 30 }, auth: { accessMinutes: 5 } },
    });
    admin = await fresh().setUp({ ...adminCredentials, code: await setupCode(server) });
    await admin.call(createAccount, { body: { name: 'viewer', password } });
  });
  afterAll(() => server.stop());

  it('are entered by name and password, the name in any case', async () => {
    const viewer = await fresh().login({ name: 'VIEWER', password });
    expect((await viewer.call(me, {})).account).toMatchObject({ name: 'viewer', role: 'user', enabled: true });
  });

  it('answer an unknown name and a wrong password alike', async () => {
    const answers = [];
    for (const name of ['viewer', 'nobody at all']) {
      const answer = await fresh().post('/api/v1/auth/login', { name, password: 'wrong password' });
      answers.push(expectProblem(answer, 401, 'credentials_invalid').detail);
    }
    expect(answers[0]).toBe(answers[1]);
  });

  it('refresh: new tokens are given, the old access token ends, and the session stays one', async () => {
    const viewer = await fresh().login({ name: 'viewer', password });
    const before = new Map(viewer.cookies);
    const { account, accessToken, expiresAt } = await viewer.call(refresh, { body: {} });
    expect(account.name).toBe('viewer');
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(5 * 60_000);
    expect(viewer.cookies.get('vitascope_session')).toBe(encodeURIComponent(accessToken));
    for (const [name, value] of before) if (name !== 'vitascope_csrf') expect(viewer.cookies.get(name)).not.toBe(value);
    const old = fresh();
    old.bearer = decodeURIComponent(before.get('vitascope_session') ?? '');
    expectProblem(await old.get('/api/v1/auth/me'), 401, 'unauthenticated');
    expect((await viewer.call(listSessions, {})).items.filter(({ current }) => current)).toHaveLength(1);
  });

  it('refuse a refresh token that is made up', async () => {
    const { refreshToken } = await fresh().call(login, { body: { name: 'viewer', password } });
    for (const made of [refreshToken.replace(/.$/, '!'), 'vr_nothing', `${refreshToken}x`]) {
      expectProblem(await fresh().post('/api/v1/auth/refresh', { refreshToken: made }), 401, 'unauthenticated');
    }
    expectProblem(await fresh().post('/api/v1/auth/refresh', {}), 401, 'unauthenticated');
  });

  it('log out: the session ends at once and its cookies go', async () => {
    const viewer = await fresh().login({ name: 'viewer', password });
    const { session, refreshToken } = {
      session: decodeURIComponent(viewer.cookies.get('vitascope_session') ?? ''),
      refreshToken: decodeURIComponent(viewer.cookies.get('vitascope_refresh') ?? ''),
    };
    await viewer.call(logout, {});
    expect([...viewer.cookies.keys()]).toEqual([]);
    const thief = fresh();
    thief.bearer = session;
    expectProblem(await thief.get('/api/v1/auth/me'), 401, 'unauthenticated');
    expectProblem(await fresh().post('/api/v1/auth/refresh', { refreshToken }), 401, 'unauthenticated');
  });

  it('end another of their sessions, and nobody ends those of others', async () => {
    const [here, there] = [
      await fresh().login({ name: 'viewer', password }),
      await fresh().login({ name: 'viewer', password }),
    ];
    const current = (await there.call(listSessions, {})).items.find((session) => session.current);
    const id = current?.id ?? '';
    expectProblem(await admin.delete(`/api/v1/auth/sessions/${id}`), 404, 'not_found');
    await here.call(endSession, { params: { id } });
    expectProblem(await there.get('/api/v1/auth/me'), 401, 'unauthenticated');
    expect((await here.call(me, {})).account.name).toBe('viewer');
  });

  it('are closed to strangers unless registration is opened', async () => {
    const stranger = { name: 'stranger', password };
    expectProblem(await fresh().post('/api/v1/auth/register', stranger), 403, 'registration_closed');
    const open = await admin.patch('/api/v1/settings/auth', { registration: 'open' });
    expect(open.status).toBe(200);
    const answer = await fresh().post('/api/v1/auth/register', stranger);
    expect(answer.status).toBe(201);
    expect((answer.body as { account: object }).account).toMatchObject({ name: 'stranger', role: 'user' });
    expectProblem(await fresh().post('/api/v1/auth/register', { ...stranger, name: 'Stranger' }), 409, 'conflict');
    const privileged = await fresh().post('/api/v1/auth/register', { name: 'sly', password, role: 'admin' });
    expect((privileged.body as { account: object }).account).toMatchObject({ role: 'user' });
    await admin.patch('/api/v1/settings/auth', { registration: 'closed' });
    expectProblem(await fresh().post('/api/v1/auth/register', { name: 'late', password }), 403, 'registration_closed');
  });

  it('keep one administrator: the last is neither demoted, switched off nor deleted', async () => {
    const own = (await admin.call(me, {})).account.id;
    for (const change of [{ role: 'user' }, { enabled: false }]) {
      expectProblem(await admin.patch(`/api/v1/accounts/${own}`, change), 409, 'conflict');
    }
    expectProblem(await admin.delete(`/api/v1/accounts/${own}`), 409, 'conflict');
    expect((await admin.call(me, {})).account).toMatchObject({ role: 'admin', enabled: true });
  });

  it('change their role while they are signed in', async () => {
    const { id } = await admin.call(createAccount, { body: { name: 'helper', password } });
    const helper = await fresh().login({ name: 'helper', password });
    expectProblem(await helper.get('/api/v1/accounts'), 403, 'forbidden');
    await admin.call(updateAccount, { params: { id }, body: { role: 'admin' } });
    expect((await helper.call(listAccounts, {})).items.length).toBeGreaterThan(2);
    await admin.call(updateAccount, { params: { id }, body: { role: 'user' } });
    expectProblem(await helper.get('/api/v1/accounts'), 403, 'forbidden');
    await admin.call(updateAccount, { params: { id }, body: { enabled: false } });
    expectProblem(await helper.get('/api/v1/auth/me'), 401, 'unauthenticated');
    expectProblem(await fresh().post('/api/v1/auth/login', { name: 'helper', password }), 403, 'forbidden');
  });

  describe('API tokens', () => {
    it('are shown once, do what their scopes say, tell when they were used, and end when revoked', async () => {
      const { token, secret } = await admin.call(createApiToken, { body: { name: 'script', scopes: ['read'] } });
      expect(token.lastUsedAt).toBeNull();
      const listed = await admin.get('/api/v1/auth/tokens');
      expect(JSON.stringify(listed.body)).not.toContain(secret);
      expect(JSON.stringify(listed.body)).toContain(token.prefix);
      const script = fresh();
      script.bearer = secret;
      expect(await itemsOf(script)).toEqual([]);
      expectProblem(await script.get('/api/v1/accounts'), 403, 'forbidden');
      expectProblem(await script.patch('/api/v1/auth/me', { displayName: 'Script' }), 403, 'forbidden');
      const used = async () =>
        (await admin.call(listApiTokens, {})).items.find(({ id }) => id === token.id)?.lastUsedAt;
      await eventually('The time of use', async () => (await used()) ?? undefined);
      await admin.call(deleteApiToken, { params: { id: token.id } });
      expectProblem(await script.get('/api/v1/items'), 401, 'unauthenticated');
    });

    it('of administrators administer, without a CSRF token', async () => {
      const { secret } = await admin.call(createApiToken, { body: { name: 'robot', scopes: ['admin'] } });
      const robot = fresh();
      robot.bearer = secret;
      const made = await robot.call(createAccount, { body: { name: 'made by a robot', password } });
      expect(made.role).toBe('user');
    });

    it('with the scope admin are not for users, and expired ones are for nobody', async () => {
      const viewer = await fresh().login({ name: 'viewer', password });
      const wanted = { name: 'sly', scopes: ['admin'] };
      expectProblem(await viewer.post('/api/v1/auth/tokens', wanted), 403, 'forbidden');
      const { secret } = await admin.call(createApiToken, {
        body: { name: 'old', scopes: ['read'], expiresAt: '2020-01-01T00:00:00Z' },
      });
      const late = fresh();
      late.bearer = secret;
      expectProblem(await late.get('/api/v1/items'), 401, 'unauthenticated');
    });
  });

  describe('cookies', () => {
    const cookiesOver = async (headers: Record<string, string>): Promise<Map<string, string>> => {
      const answer = await fresh().fetch('POST', '/api/v1/auth/login', { body: { name: 'viewer', password }, headers });
      return new Map(answer.headers.getSetCookie().map((line) => [line.split('=', 1)[0] ?? '', line]));
    };

    it('are usable over plain http: HttpOnly, SameSite, and not Secure', async () => {
      const cookies = await cookiesOver({});
      expect([...cookies.keys()].sort()).toEqual(['vitascope_csrf', 'vitascope_refresh', 'vitascope_session']);
      for (const line of cookies.values()) expect(line).toMatch(/; SameSite=Lax(?!.*Secure)/);
      expect(cookies.get('vitascope_session')).toMatch(/; Path=\/;.*; HttpOnly/);
      expect(cookies.get('vitascope_refresh')).toMatch(/; Path=\/api\/v1\/auth;.*; HttpOnly/);
      expect(cookies.get('vitascope_csrf')).not.toContain('HttpOnly');
    });

    it('are Secure where a trusted proxy says https', async () => {
      const cookies = await cookiesOver({ 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' });
      for (const line of cookies.values()) expect(line).toMatch(/; Secure$/);
    });
  });

  it('slow down who guesses passwords: 429 with Retry-After, while others go on', async () => {
    const guess = (address: string) =>
      fresh().post(
        '/api/v1/auth/login',
        { name: 'viewer', password: 'guess' },
        { headers: { 'x-forwarded-for': address } },
      );
    const statuses = [];
    for (let count = 0; count < 31; count++) statuses.push((await guess('203.0.113.9')).status);
    expect(new Set(statuses.slice(0, 30))).toEqual(new Set([401]));
    const refused = await guess('203.0.113.9');
    const problem = expectProblem(refused, 429, 'rate_limited');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(problem.retry_after_seconds).toBe(Number(refused.headers.get('retry-after')));
    expect((await guess('203.0.113.10')).status).toBe(401);
    expect((await admin.call(me, {})).account.name).toBe('admin');
  });
});

describe(`the first account of a server beyond loopback on ${testDialect()}`, () => {
  it('needs the one-time code from the log', async () => {
    const server = await startServer({ config: { server: { host: '0.0.0.0' } } });
    try {
      const visitor = new Client(server.url);
      expect(await visitor.call(getSetupState, {})).toMatchObject({ needed: true, codeRequired: true });
      const body = { ...adminCredentials };
      expectProblem(await visitor.post('/api/v1/setup', body), 401, 'setup_code_required');
      const wrong = await visitor.post('/api/v1/setup', { ...body, code: 'WRONG-CODE' });
      expectProblem(wrong, 401, 'setup_code_required');
      const code = await setupCode(server);
      const answer = await visitor.post('/api/v1/setup', { ...body, code: ` ${code.toLowerCase()} ` });
      expect(answer.status).toBe(201);
      expect(await new Client(server.url).call(getSetupState, {})).toMatchObject({ needed: false });
    } finally {
      await server.stop();
    }
  });
});

describe(`the guest of the demo on ${testDialect()}`, () => {
  let server: RunningServer;
  let guest: Client;
  beforeAll(async () => {
    // The films of the demo last seconds, and short ones are not resumed otherwise.
    server = await startServer({ configFile: false, env: { VITASCOPE__TRACKING__MIN_DURATION_SECONDS: '0' } });
    guest = new Client(server.url);
  });
  afterAll(() => server.stop());

  it('finds films without an account', async () => {
    expect(await guest.call(getSetupState, {})).toMatchObject({ needed: true, demo: true, codeRequired: false });
    const { account, csrfToken } = await guest.call(me, {});
    expect(account.role).toBe('guest');
    guest.csrfToken = csrfToken ?? undefined;
    expect((await itemsOf(guest)).length).toBeGreaterThan(4);
    expect((await guest.call(search, { query: { query: 'orbit' } })).items[0]?.title).toBe('Paper Orbit');
  });

  it('plays, and is remembered where it stopped', async () => {
    const film = await titled(guest, 'Paper Orbit');
    const client = { videoCodecs: ['avc1.640034'], audioCodecs: ['mp4a.40.2'], containers: ['mp4' as const] };
    const session = await guest.call(startPlayback, { body: { itemId: film.id, client } });
    expect(session.mode).toBe('direct');
    const bytes = await fetch(server.url + session.url, { headers: { range: 'bytes=0-99' } });
    expect({ status: bytes.status, length: (await bytes.arrayBuffer()).byteLength }).toEqual({
      status: 206,
      length: 100,
    });
    await guest.call(stopPlayback, { params: { id: session.sessionId } });
    await guest.call(saveProgress, { body: { mediaId: film.id, positionMs: 12_000 } });
    const [entry] = (await guest.call(continueWatching, { query: {} })).items;
    expect(entry).toMatchObject({ positionMs: 12_000, durationMs: 24_000, item: { title: 'Paper Orbit' } });
  });

  it('may not administer', async () => {
    for (const [method, path] of [
      ['GET', '/api/v1/accounts'],
      ['GET', '/api/v1/settings'],
      ['POST', '/api/v1/library/rescan'],
      ['POST', '/api/v1/plugins/nfo/disable'],
      ['PATCH', '/api/v1/auth/me'],
      ['POST', '/api/v1/auth/tokens'],
    ] as const) {
      const body = method === 'GET' ? undefined : {};
      expectProblem(await guest.send(method, path, { body }), 401, 'unauthenticated');
    }
  });

  it('is nobody from elsewhere: through a proxy, or under a foreign name', async () => {
    const forwarded = await new Client(server.url).get('/api/v1/items', {
      headers: { 'x-forwarded-for': '192.0.2.7' },
    });
    expectProblem(forwarded, 401, 'unauthenticated');
  });

  it('is gone once somebody has set the server up', async () => {
    const owner = await new Client(server.url).setUp();
    expectProblem(await new Client(server.url).get('/api/v1/items'), 401, 'unauthenticated');
    expect(await owner.call(getSetupState, {})).toMatchObject({ needed: false, demo: false });
    expect(await itemsOf(owner)).toEqual([]);
  });
});
