import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createAccount, createApiToken } from '../../core/src/domains/identity/identity.schema.ts';
import { errorCodes, type ErrorCode } from '../../core/src/kernel/errors.ts';
import type { Endpoint } from '../../core/src/kernel/http/endpoint.ts';
import { Client, type Answer, type RawRequest } from '../harness/client.ts';
import { expectProblem } from '../harness/problem.ts';
import { startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { addressOf, documentedVerbs, endpoints, isProtected, isUnsafe, methodOf } from './contract-endpoints.ts';
import { jsonSchemaOf, sampleOf, unknownParams, wrongBodies, wrongParams, wrongQueries } from './contract-samples.ts';

let server: RunningServer;
let admin: Client;
let user: Client;
let stranger: Client;
const reader = { admin: undefined as unknown as Client, scopeless: undefined as unknown as Client };

/** Where the shape alone does not say what belongs together. */
const bodies: Record<string, unknown> = {
  updateSchedule: { enabled: true },
  matchFile: { create: { type: 'movie', title: 'A film' } },
  identifyItem: { mediaId: 1 },
  createConnection: { pluginId: 'nobody', contract: 'metadata@1', kind: 'nothing', name: 'Nobody' },
  setPlayedMany: { itemIds: [987_654_321], played: true },
  saveProgress: { mediaId: 987_654_321, positionMs: 1 },
};

beforeAll(async () => {
  server = await startServer({
    config: { limits: { requestsPerMinute: 0, authPerMinute: 0, heavyPerMinute: 0 } },
    env: { VITASCOPE_VALIDATE_RESPONSES: '1' },
  });
  admin = await new Client(server.url).setUp();
  const credentials = { name: 'viewer', password: 'a password to look' };
  await admin.call(createAccount, { body: credentials });
  user = await new Client(server.url).login(credentials);
  stranger = new Client(server.url);
  reader.admin = await tokenClient('read');
  reader.scopeless = await tokenClient('playback');
});
afterAll(() => server.stop());

async function tokenClient(scope: 'read' | 'playback'): Promise<Client> {
  const { secret } = await admin.call(createApiToken, { body: { name: scope, scopes: [scope] } });
  const client = new Client(server.url);
  client.bearer = secret;
  return client;
}

const bodyFor = (name: string, endpoint: Endpoint): unknown =>
  bodies[name] ?? (endpoint.body ? sampleOf(jsonSchemaOf(endpoint.body)) : undefined);

async function ask(client: Client, endpoint: Endpoint, request: RawRequest = {}): Promise<Answer> {
  return client.send(methodOf(endpoint), addressOf(endpoint, unknownParams(endpoint)), request);
}

/** What a problem may never tell: where and how the server is built. */
const internals =
  /node_modules|\.ts:\d|\.js:\d|\bat \w+ \(|node:internal|SqliteError|SQLITE_|\bselect \w+.* from \b|insert into|ECONN|sqlite3?_/i;

/** Every error has the one body, whole, and tells nothing of the inside. */
function checkProblem(answer: Answer): Record<string, unknown> {
  const code = (answer.body as { error_code?: ErrorCode }).error_code ?? 'internal';
  expect(Object.keys(errorCodes)).toContain(code);
  const problem = expectProblem(answer, errorCodes[code][0], code);
  expect(answer.headers.get('x-request-id')).toBe(problem.request_id);
  expect(JSON.stringify(problem)).not.toMatch(internals);
  return problem;
}

function expectFieldErrors(answer: Answer, path: string): void {
  const problem = checkProblem(answer);
  expect(problem).toMatchObject({ status: 400, error_code: 'validation_failed' });
  const errors = problem.errors as { path: string; message: string }[];
  for (const error of errors) expect(error).toEqual({ path: expect.any(String), message: expect.stringMatching(/./) });
  expect(errors.some((error) => error.path === path || error.path.startsWith(`${path}.`))).toBe(true);
}

const every = (wanted: (endpoint: Endpoint) => boolean): [string, Endpoint][] =>
  endpoints
    .filter(({ endpoint }) => wanted(endpoint))
    .map(({ name, endpoint }) => [`${name} ${endpoint.verb}`, endpoint]);
const nameOf = (endpoint: Endpoint): string => endpoints.find((entry) => entry.endpoint === endpoint)?.name ?? '';

describe(`the API on ${testDialect()}`, () => {
  it('is described whole at /api/v1/openapi.json', async () => {
    const { status, body } = await stranger.get('/api/v1/openapi.json');
    expect(status).toBe(200);
    const document = body as { openapi: string; paths: Record<string, Record<string, { 'x-access': string }>> };
    expect(document.openapi).toBe('3.1.0');
    const described = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const own = described.filter((verb) => !/ \/api\/v1\/plugins\/nfo\//.test(verb));
    expect(own.sort()).toEqual(endpoints.flatMap(({ endpoint }) => documentedVerbs(endpoint)).sort());
  });

  describe('without a session', () => {
    it.each(every(isProtected))('%s answers 401', async (_, endpoint) => {
      const answer = await ask(stranger, endpoint);
      expect(checkProblem(answer)).toMatchObject({ status: 401, error_code: 'unauthenticated' });
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    });

    it.each(every(({ access }) => access === 'public'))('%s is open', async (_, endpoint) => {
      const answer = await ask(stranger, endpoint);
      expect([200, 204, 400, 404]).toContain(answer.status);
      if (answer.status >= 400) checkProblem(answer);
    });

    it.each(every(({ access }) => access === 'signed'))('%s asks for a signature', async (_, endpoint) => {
      expectFieldErrors(await ask(stranger, endpoint), 'query.s');
      const forged = await ask(stranger, endpoint, { query: { s: 'forged' } });
      expect(checkProblem(forged)).toMatchObject({ status: 403, error_code: 'signature_invalid' });
    });
  });

  it.each(every(({ access }) => access === 'admin'))('%s refuses the wrong role with 403', async (_, endpoint) => {
    expect(checkProblem(await ask(user, endpoint))).toMatchObject({ status: 403, error_code: 'forbidden' });
  });

  it.each(every((endpoint) => isUnsafe(endpoint)))('%s refuses a session without CSRF token', async (_, endpoint) => {
    const answer = await ask(admin, endpoint, { withoutCsrf: true });
    expect(checkProblem(answer)).toMatchObject({ status: 403, error_code: 'csrf_failed' });
    const foreign = await ask(admin, endpoint, { withoutCsrf: true, headers: { 'x-csrf-token': 'of another' } });
    expect(checkProblem(foreign)).toMatchObject({ status: 403, error_code: 'csrf_failed' });
  });

  describe('an API token without the scope', () => {
    const beyondReading = (endpoint: Endpoint): boolean =>
      isProtected(endpoint) && endpoint.scope !== 'read' && (isUnsafe(endpoint) || endpoint.access === 'admin');

    it.each(every(beyondReading))('%s answers 403 to a reader', async (_, endpoint) => {
      const problem = checkProblem(await ask(reader.admin, endpoint));
      expect(problem).toMatchObject({ status: 403, error_code: 'forbidden', scope: expect.any(String) });
    });

    it.each(every((endpoint) => isProtected(endpoint) && endpoint.scope !== 'playback'))(
      '%s answers 403 to a token for playback alone',
      async (_, endpoint) => {
        expect(checkProblem(await ask(reader.scopeless, endpoint))).toMatchObject({ status: 403 });
      },
    );
  });

  describe('wrong shapes', () => {
    const params = endpoints.flatMap(({ name, endpoint }) =>
      wrongParams(endpoint).map((wrong) => [`${name} ${endpoint.verb}`, wrong.name, endpoint, wrong.value] as const),
    );
    it.each(params)('%s refuses a wrong %s in the path', async (_, name, endpoint, value) => {
      const body = bodyFor(nameOf(endpoint), endpoint);
      const upload = endpoint.upload ? { headers: { 'content-type': 'image/png' }, body: new Uint8Array(8) } : { body };
      const address = addressOf(endpoint, { ...unknownParams(endpoint), [name]: value });
      expectFieldErrors(await admin.send(methodOf(endpoint), address, upload), `params.${name}`);
    });

    const queries = endpoints.flatMap(({ name, endpoint }) =>
      wrongQueries(endpoint).map((wrong) => [`${name} ${endpoint.verb}`, wrong.name, endpoint, wrong.value] as const),
    );
    it.each(queries)('%s refuses a wrong ?%s', async (_, name, endpoint, value) => {
      const headers = endpoint.upload ? { 'content-type': 'image/png' } : undefined;
      const body = endpoint.upload ? new Uint8Array(8) : undefined;
      const answer = await ask(admin, endpoint, { query: { [name]: value }, headers, body });
      expectFieldErrors(answer, `query.${name}`);
    });

    const members = endpoints.flatMap(({ name, endpoint }) =>
      wrongBodies(endpoint).map((wrong) => [`${name} ${endpoint.verb}`, wrong.name, endpoint, wrong.body] as const),
    );
    it.each(members)('%s refuses a wrong type of %s in the body', async (_, name, endpoint, body) => {
      expectFieldErrors(await ask(admin, endpoint, { body }), `body.${name}`);
    });

    const withBody = every(({ body }) => body !== undefined);
    it.each(withBody)('%s refuses a missing body and one that is no object', async (_, endpoint) => {
      for (const body of [undefined, '[]', '5', '"text"', 'null']) {
        const headers = { 'content-type': 'application/json' };
        expectFieldErrors(await ask(admin, endpoint, { body, headers }), 'body');
      }
    });

    it.each(withBody)('%s refuses what is not JSON, not UTF-8, too deep or too large', async (_, endpoint) => {
      const send = async (body: unknown, type = 'application/json'): Promise<Record<string, unknown>> =>
        checkProblem(await ask(admin, endpoint, { body, headers: { 'content-type': type } }));
      expect(await send('{"a":')).toMatchObject({ status: 400, error_code: 'bad_request' });
      expect(await send(new Uint8Array([0x22, 0xff, 0xfe, 0x22]))).toMatchObject({ error_code: 'bad_request' });
      expect(await send('['.repeat(20_000))).toMatchObject({ status: 400, error_code: 'bad_request' });
      expect(await send('{"__proto__":{"role":"admin"}}')).toMatchObject({ status: 400, error_code: 'bad_request' });
      expect(await send('name=x', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
      expect(await send('{}', 'text/plain')).toMatchObject({ error_code: 'unsupported_media_type' });
      const twoMegabytes = `{"text":"${'x'.repeat(2 << 20)}"}`;
      expect(await send(twoMegabytes)).toMatchObject({ status: 413, error_code: 'too_large' });
    });

    it.each(withBody)('%s is not disturbed by members nobody knows', async (_, endpoint) => {
      const junk = { unexpected: { deep: [1, null, { x: '\u0000' }] }, constructor: 'x', toString: 5 };
      const answer = await ask(admin, endpoint, { body: junk });
      expect(answer.status).toBeLessThan(500);
      if (answer.status >= 400) checkProblem(answer);
    });

    it.each(every(({ upload }) => upload !== undefined))('%s refuses other types and too much', async (_, endpoint) => {
      const query = { kind: 'poster' };
      const wrongType = await ask(admin, endpoint, { query, body: 'text', headers: { 'content-type': 'text/html' } });
      expect(checkProblem(wrongType)).toMatchObject({ status: 415, error_code: 'unsupported_media_type' });
      const body = new Uint8Array((endpoint.upload?.maxBytes ?? 0) + 1);
      const tooLarge = await ask(admin, endpoint, { query, body, headers: { 'content-type': 'image/png' } });
      expect(checkProblem(tooLarge)).toMatchObject({ status: 413, error_code: 'too_large' });
    });
  });

  describe('an unknown id', () => {
    /** Not to be found is what these want. */
    const indifferent = new Set(['hideFromContinue']);
    const named = every(({ params, access, upload }) => params !== undefined && access !== 'signed' && !upload);
    it.each(named.filter(([name]) => !indifferent.has(name.split(' ', 1)[0] ?? '')))(
      '%s answers 404 with resource and identifier',
      async (_, endpoint) => {
        const problem = checkProblem(await ask(admin, endpoint, { body: bodyFor(nameOf(endpoint), endpoint) }));
        expect(problem).toMatchObject({ status: 404, error_code: 'not_found', resource: expect.stringMatching(/./) });
        const given = Object.values(unknownParams(endpoint)).map(String);
        expect(given.some((value) => String(problem.identifier).includes(value))).toBe(true);
      },
    );
  });

  it('answers 404 for paths that are nothing', async () => {
    for (const path of ['/api/v1/nothing', '/api/v2/items', '/api/v1/items/1/2/3', '/api', '/api/v1/']) {
      const problem = checkProblem(await admin.get(path));
      expect(problem).toMatchObject({ status: 404, resource: 'path', identifier: path });
    }
  });

  it.each(every((endpoint) => endpoint.access !== 'signed'))(
    '%s answers OPTIONS and 405 with Allow',
    async (_, endpoint) => {
      const address = addressOf(endpoint, unknownParams(endpoint));
      const options = await admin.send('OPTIONS', address);
      expect(options.status).toBe(204);
      const allowed = (options.headers.get('allow') ?? '').split(', ');
      expect(allowed).toContain(methodOf(endpoint));
      if (methodOf(endpoint) === 'GET') expect(allowed).toContain('HEAD');
      const other =
        ['PUT', 'PATCH', 'DELETE', 'POST', 'GET', 'TRACE'].find((method) => !allowed.includes(method)) ?? '';
      // fetch() does not send TRACE
      if (other === 'TRACE') return;
      const refused = await admin.send(other, address);
      expect(checkProblem(refused)).toMatchObject({ status: 405, error_code: 'method_not_allowed' });
      expect(refused.headers.get('allow')).toBe(options.headers.get('allow'));
    },
  );

  it.each(every((endpoint) => methodOf(endpoint) === 'GET' && !endpoint.params && !endpoint.raw))(
    '%s answers HEAD as GET, without the body',
    async (_, endpoint) => {
      const query = endpoint.query ? { query: 'x' } : undefined;
      const [whole, head] = [
        await ask(admin, endpoint, { query }),
        await admin.fetch('HEAD', addressOf(endpoint, {}), { query }),
      ];
      expect(head.status).toBe(whole.status);
      expect(head.headers.get('content-type')).toBe(whole.headers.get('content-type'));
      expect(await head.text()).toBe('');
    },
  );

  it('says who asked: request and correlation ids come back, others than sane ones do not', async () => {
    const headers = { 'x-request-id': 'abc-1', 'x-correlation-id': 'trace.7' };
    const told = await admin.get('/api/v1/nothing', { headers });
    expect(told.body).toMatchObject({ request_id: 'abc-1', correlation_id: 'trace.7' });
    expect(told.headers.get('x-correlation-id')).toBe('trace.7');
    const odd = await admin.get('/api/v1/nothing', { headers: { 'x-request-id': '<script>' } });
    expect(odd.headers.get('x-request-id')).toMatch(/^[\w-]{36}$/);
  });

  it('has not failed inside', () => {
    expect(server.logs()).not.toMatch(/"level":"(error|fatal)"/);
    expect(server.logs()).not.toContain('failed: internal');
  });
});
