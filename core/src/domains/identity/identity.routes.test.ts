import { afterEach, beforeEach, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../kernel/database/database.testing.ts';
import { csrfCookie } from '../../kernel/security/csrf.ts';
import { refreshCookie, sessionCookie } from '../../kernel/http/http-options.ts';
import { startTestServer, type TestServer } from '../../kernel/http/http-server.testing.ts';
import { Accounts } from './accounts.ts';
import { ApiTokens } from './api-tokens.ts';
import { AccountEntity, ApiTokenEntity, SessionEntity } from './identity.entity.ts';
import { identityRoutes } from './identity.routes.ts';
import { IdentityService } from './identity.service.ts';
import { Sessions } from './sessions.ts';

let db: TestDatabase;
let server: TestServer;
beforeEach(async () => {
  db = await createTestDatabase('sqlite', { entities: [AccountEntity, SessionEntity, ApiTokenEntity] });
  const identity = new IdentityService(
    {
      accounts: new Accounts(db.database),
      sessions: new Sessions(db.database, { sessionDays: 30, accessMinutes: 60 }),
      apiTokens: new ApiTokens(db.database),
    },
    { registration: () => 'closed', codeRequired: false, demo: false },
  );
  const routes = identityRoutes(identity, {
    serverName: () => 'Test',
    version: '0.0.0',
    csrfToken: ({ sessionId = '' }) => `csrf-${sessionId}`,
    cookies: { session: sessionCookie, refresh: refreshCookie, csrf: csrfCookie },
    onAccountEnded: async () => undefined,
    onSetUp: async () => undefined,
  });
  server = await startTestServer(routes, { authenticate: (facts) => identity.authenticate(facts) });
});
afterEach(async () => {
  await server.close({ graceMs: 0 });
  await db.remove();
});

it('lets no API token make another, which could do more or live longer', async () => {
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const make = (token: string, scopes: string[]) =>
    server.ask('/api/v1/auth/tokens', { method: 'POST', headers: bearer(token), json: { name: 'script', scopes } });
  const founder = { name: 'Ada', password: 'long enough' };
  const founded = await server.ask('/api/v1/setup', { method: 'POST', json: founder });
  const first = await make(founded.json.accessToken, ['write']);
  expect(first.status).toBe(201);
  for (const scopes of [['admin'], ['write'], ['read']]) {
    const refused = await make(first.json.secret, scopes);
    expect(refused).toMatchObject({ status: 403, json: { error_code: 'forbidden' } });
  }
  const asAdmin = await make(founded.json.accessToken, ['admin']);
  expect((await make(asAdmin.json.secret, ['admin'])).status).toBe(403);
});
