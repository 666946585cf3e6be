import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTestDatabase, testDialects, type TestDatabase } from '../../kernel/database/database.testing.ts';
import { Accounts } from './accounts.ts';
import { ApiTokens } from './api-tokens.ts';
import { AccountEntity, ApiTokenEntity, SessionEntity } from './identity.entity.ts';
import { IdentityService, type IdentityOptions } from './identity.service.ts';
import { Sessions } from './sessions.ts';

const facts = { userAgent: 'test', address: '127.0.0.1', local: true };
const founder = { name: 'Ada', password: 'long enough' };
const minuteMs = 60_000;

describe.each(testDialects)('identity on %s', (dialect) => {
  let db: TestDatabase;
  beforeEach(async () => {
    db = await createTestDatabase(dialect, { entities: [AccountEntity, SessionEntity, ApiTokenEntity] });
  });
  afterEach(async () => {
    vi.useRealTimers();
    await db.remove();
  });
  const ended: string[] = [];
  const identity = (options: Partial<IdentityOptions> = {}) =>
    new IdentityService(
      {
        accounts: new Accounts(db.database),
        sessions: new Sessions(db.database, {
          sessionDays: 30,
          accessMinutes: 60,
          onEnd: async (id) => void ended.push(id),
        }),
        apiTokens: new ApiTokens(db.database),
      },
      { registration: () => 'closed', codeRequired: false, demo: false, ...options },
    );
  const bearer = (token: string) => ({ token, loopback: false });

  it('makes the first account an administrator, once', async () => {
    const service = identity();
    const { account, tokens } = await service.setUp(founder, facts);
    expect(account).toMatchObject({ role: 'admin', name: 'Ada' });
    expect(await service.authenticate(bearer(tokens.accessToken))).toMatchObject({
      role: 'admin',
      accountId: account.id,
    });
    await expect(service.setUp({ ...founder, name: 'Eve' }, facts)).rejects.toMatchObject({ code: 'setup_done' });
    await expect(identity().setUp({ ...founder, name: 'Eve' }, facts)).rejects.toMatchObject({ code: 'setup_done' });
  });

  it('lets only one of two founders through', async () => {
    const service = identity();
    const outcomes = await Promise.allSettled(['Ada', 'Eve'].map((name) => service.setUp({ ...founder, name }, facts)));
    expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    expect(await service.accounts.list()).toHaveLength(1);
  });

  it('asks for the code from the log beyond loopback', async () => {
    const service = identity({ codeRequired: true });
    await expect(service.setUp(founder, facts)).rejects.toMatchObject({ code: 'setup_code_required' });
    await expect(service.setUp({ ...founder, code: 'AAAA-AAAA' }, facts)).rejects.toMatchObject({
      code: 'setup_code_required',
    });
    const { account } = await service.setUp({ ...founder, code: ` ${service.setupCode.toLowerCase()} ` }, facts);
    expect(account.role).toBe('admin');
  });

  it('asks for the code behind a proxy of the same machine too', async () => {
    const service = identity();
    expect([service.codeRequired(true), service.codeRequired(false)]).toEqual([false, true]);
    await expect(service.setUp(founder, { ...facts, local: false })).rejects.toMatchObject({
      code: 'setup_code_required',
    });
    expect(
      (await service.setUp({ ...founder, code: service.setupCode }, { ...facts, local: false })).account.role,
    ).toBe('admin');
  });

  it('keeps registration closed unless it is opened', async () => {
    const service = identity();
    await service.setUp(founder, facts);
    const guest = { name: 'Grace', password: 'long enough' };
    await expect(service.register(guest, facts)).rejects.toMatchObject({ code: 'registration_closed' });
    const open = identity({ registration: () => 'open' });
    expect((await open.register(guest, facts)).account.role).toBe('user');
    await expect(open.register({ ...guest, name: 'ＧＲＡＣＥ' }, facts)).rejects.toMatchObject({ code: 'conflict' });
  });

  it('says the same of an unknown name and a wrong password, and stores no password', async () => {
    const service = identity();
    await service.setUp(founder, facts);
    for (const [name, password] of [
      ['Ada', 'wrong'],
      ['Nobody', 'long enough'],
    ] as const) {
      await expect(service.login(name, password, facts)).rejects.toMatchObject({
        code: 'credentials_invalid',
        message: 'Name or password is wrong.',
      });
    }
    expect((await service.login('ada', 'long enough', facts)).account.name).toBe('Ada');
    const stored =
      JSON.stringify(await db.database.all('select * from accounts')) +
      JSON.stringify(await db.database.all('select * from sessions'));
    expect(stored).not.toContain('long enough');
    expect(stored).not.toMatch(/v[sr]_/);
  });

  it('ends a session whose refresh token is used again later', async () => {
    const service = identity();
    const first = (await service.setUp(founder, facts)).tokens;
    const second = (await service.refresh(first.refreshToken)).tokens;
    expect(await service.authenticate(bearer(first.accessToken))).toBeUndefined();
    // Another tab that was a moment late is no thief.
    const tab = (await service.refresh(first.refreshToken)).tokens;
    expect(await service.authenticate(bearer(tab.accessToken))).toBeDefined();
    vi.useFakeTimers({ now: Date.now() + minuteMs, toFake: ['Date'] });
    await expect(service.refresh(first.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(service.refresh(second.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(await service.authenticate(bearer(tab.accessToken))).toBeUndefined();
  });

  it('tells of each session that somebody ends, and of none that is not theirs', async () => {
    const service = identity();
    const first = (await service.setUp(founder, facts)).tokens;
    const [second, third] = [
      await service.login('Ada', founder.password, facts),
      await service.login('Ada', founder.password, facts),
    ];
    const stranger = await service.accounts.create({ name: 'Bob', password: 'long enough', role: 'user' });
    ended.length = 0;
    await expect(service.sessions.end(first.sessionId, stranger.id)).rejects.toMatchObject({ code: 'not_found' });
    expect(ended).toEqual([]);
    await service.sessions.end(first.sessionId, first.accountId);
    await service.sessions.endAll(first.accountId, third.tokens.sessionId);
    expect(ended).toEqual([first.sessionId, second.tokens.sessionId]);
  });

  it('lets an access token end by itself', async () => {
    const service = identity();
    const { tokens } = await service.setUp(founder, facts);
    vi.useFakeTimers({ now: Date.now() + 61 * minuteMs, toFake: ['Date'] });
    expect(await service.authenticate(bearer(tokens.accessToken))).toBeUndefined();
    expect((await service.refresh(tokens.refreshToken)).account.name).toBe('Ada');
  });

  it('shuts out an account that is switched off, whatever it holds', async () => {
    const service = identity();
    await service.setUp(founder, facts);
    const user = await service.accounts.create({ name: 'Bob', password: 'long enough', role: 'user' });
    const { tokens } = await service.login('Bob', 'long enough', facts);
    const { secret } = await service.apiTokens.create(user.id, 'script', ['read']);
    await service.accounts.update(user.id, { enabled: false });
    service.forget(user.id);
    expect(await service.authenticate(bearer(tokens.accessToken))).toBeUndefined();
    expect(await service.authenticate(bearer(secret))).toBeUndefined();
    await expect(service.refresh(tokens.refreshToken)).rejects.toMatchObject({ code: 'unauthenticated' });
    await expect(service.login('Bob', 'long enough', facts)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('keeps the last administrator', async () => {
    const service = identity();
    const { account } = await service.setUp(founder, facts);
    await expect(service.accounts.update(account.id, { role: 'user' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(service.accounts.update(account.id, { enabled: false })).rejects.toMatchObject({ code: 'conflict' });
    await expect(service.accounts.delete(account.id)).rejects.toMatchObject({ code: 'conflict' });
    await service.accounts.create({ name: 'Second', password: 'long enough', role: 'admin' });
    expect((await service.accounts.update(account.id, { role: 'user' })).role).toBe('user');
  });

  it('knows API tokens by their secret until they are revoked or end', async () => {
    const service = identity();
    const { account } = await service.setUp(founder, facts);
    const { row, secret } = await service.apiTokens.create(account.id, 'script', ['read', 'write']);
    expect(await service.authenticate(bearer(secret))).toMatchObject({ tokenScopes: ['read', 'write'], role: 'admin' });
    expect((await service.apiTokens.list(account.id))[0]?.lastUsedAt).toBeGreaterThan(0);
    await service.apiTokens.delete(row.id, account.id);
    expect(await service.authenticate(bearer(secret))).toBeUndefined();
    const ended = await service.apiTokens.create(account.id, 'old', ['read'], Date.now() - 1);
    expect(await service.authenticate(bearer(ended.secret))).toBeUndefined();
    await expect(service.apiTokens.delete(row.id, account.id)).rejects.toMatchObject({ code: 'not_found' });
  });

  it('shows guests the demo on loopback only, until somebody founds the server', async () => {
    const service = identity({ demo: true });
    expect(await service.authenticate({ token: undefined, loopback: false })).toBeUndefined();
    const [first, second] = await Promise.all(
      [1, 2].map(() => service.authenticate({ token: undefined, loopback: true })),
    );
    expect(first).toMatchObject({ role: 'guest' });
    expect(second?.accountId).toBe(first?.accountId);
    await service.setUp(founder, facts);
    expect(await service.authenticate({ token: undefined, loopback: true })).toBeUndefined();
  });
});
