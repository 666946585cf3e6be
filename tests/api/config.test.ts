import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlayback } from '../../core/src/domains/playback/playback.schema.ts';
import { listSettings } from '../../core/src/domains/settings/settings.schema.ts';
import { admin as adminCredentials, Client } from '../harness/client.ts';
import { removeFolder, temporaryFolder } from '../harness/folder.ts';
import { startNginx, type RunningNginx } from '../harness/nginx.ts';
import { expectProblem } from '../harness/problem.ts';
import { programs } from '../harness/programs.ts';
import { setupCode, startServer, testDialect, type RunningServer } from '../harness/server.ts';
import { runCommand } from './command.ts';
import { openEvents } from './event-reader.ts';
import { addLibrary, copyDemo, titled } from './library-setup.ts';

const folder = temporaryFolder('vitascope-config');
const write = (name: string, text: string): string => {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
};
afterAll(() => removeFolder(folder));

/** Each line with a fault says which: line, column, member. */
const faulty = `server:
  port: 70000
  hots: 127.0.0.1
  basePath: vita/
database:
  url: mysql://localhost/vitascope
log:
  level: loud
libraries:
  - name: Films
    type: films
    folders: []
  - name: films
    type: movies
    folders: [/srv/films]
tracking:
  minResumePercent: 150
services:
  tmdb:
    apiKey: \${env:A_KEY_THAT_IS_NOT_SET}
surver:
  port: 1
`;
const faults = [
  ['2:9', 'server.port'],
  ['3:3', 'server.hots'],
  ['4:13', 'server.basePath'],
  ['6:8', 'database.url'],
  ['8:10', 'log.level'],
  ['11:11', 'libraries.0.type'],
  ['12:14', 'libraries.0.folders'],
  ['17:21', 'tracking.minResumePercent'],
  ['20:13', 'services.tmdb.apiKey'],
  ['21:1', 'surver'],
] as const;

describe(`the configuration on ${testDialect()}`, () => {
  it.each([
    ['serve', ['serve']],
    ['config check', ['config', 'check']],
  ])('with ten faults ends `%s` with code 78 and names all ten with line and column', async (_, words) => {
    const file = write('faulty.yaml', faulty);
    const { code, output } = await runCommand([...words, '--config', file], { dataDir: folder });
    expect(code).toBe(78);
    expect(output).toContain('10 faults');
    for (const [place, member] of faults) expect(output).toContain(`${file}:${place}: ${member}: `);
    expect(output).toMatch(/hots: .*Did you mean "host"/);
    expect(output).toMatch(/surver: .*Did you mean "server"/);
    expect(output).not.toMatch(/\bat \w+ \(|node_modules/);
  });

  it.each([
    ['not YAML', 'server: [1, 2\nlog: }', /:\d+:\d+/],
    ['a list', '- server', /1:1/],
    ['a file that is not there', undefined, /does not exist/],
  ])('that is %s ends with code 78', async (_, text, expected) => {
    const file = text === undefined ? path.join(folder, 'missing.yaml') : write('broken.yaml', text);
    const { code, output } = await runCommand(['serve', '--config', file], { dataDir: folder });
    expect(code).toBe(78);
    expect(output).toMatch(expected);
  });

  it('names the variable of a faulty override', async () => {
    const file = write('fine.yaml', 'log:\n  level: info\n');
    const env = { VITASCOPE__SERVER__PORT: 'many', VITASCOPE__SERVER__NAEM: 'x', DATABASE_URL: 'oracle:thing' };
    const { code, output } = await runCommand(['config', 'check', '--config', file], { dataDir: folder, env });
    expect(code).toBe(78);
    for (const variable of Object.keys(env)) expect(output).toContain(variable);
    const fine = await runCommand(['config', 'check', '--config', file], { dataDir: folder });
    expect(fine).toMatchObject({ code: 0, output: expect.stringMatching(/is fine/) });
  });

  it('is found by VITASCOPE_CONFIG, overridden by the environment, and locked where it is set', async () => {
    const secret = write('key', 'a key that has more than thirty-two characters\n');
    const server = await startServer({
      config: {
        server: { name: 'From the file' },
        tracking: { preset: 'kodi' },
        security: { secretKey: `\${file:${secret}}` },
      },
      env: {
        VITASCOPE__SERVER__NAME: 'From the environment',
        VITASCOPE__LIMITS__AUTHPERMINUTE: '7',
        TMDB_API_KEY: 'alias-of-the-seeds',
        TRAKT_CLIENT_ID: 'alias-too',
        DOWNLOAD_MAX_ACTIVE: '9',
      },
    });
    try {
      const admin = await new Client(server.url).setUp();
      const { areas } = await admin.call(listSettings, {});
      const area = (id: string) => areas.find((each) => each.id === id);
      expect(area('server')).toMatchObject({
        values: { name: 'From the environment' },
        locked: { name: expect.stringMatching(/VITASCOPE__SERVER__NAME/) },
      });
      expect(area('tracking')?.locked.preset).toMatch(/vitascope\.yaml:\d+/);
      expect(area('limits')?.values.authPerMinute).toBe(7);
      const refused = await admin.patch('/api/v1/settings/server', { name: 'Other' });
      expectProblem(refused, 423, 'locked');
      expect(JSON.stringify(areas) + server.logs()).not.toMatch(/alias-of-the-seeds|thirty-two/);
      const env = { VITASCOPE_CONFIG: path.join(server.dataDir, 'vitascope.yaml'), DOWNLOAD_MAX_ACTIVE: '0' };
      const { code, output } = await runCommand(['config', 'check'], { dataDir: server.dataDir, env });
      expect({ code, output }).toMatchObject({
        code: 78,
        output: expect.stringMatching(/DOWNLOAD_MAX_ACTIVE: downloads\.maxActive/),
      });
    } finally {
      await server.stop();
    }
  });

  it('keeps the data where VITASCOPE_DATA_DIR says, and prints its JSON Schema', async () => {
    const { code, output } = await runCommand(['config', 'schema'], { dataDir: folder });
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ properties: { server: { properties: { port: { maximum: 65_535 } } } } });
  });
});

const nginx = programs.nginx.find();

describe.skipIf(!nginx)(`behind nginx, below a path, on ${testDialect()} (needs nginx)`, () => {
  let server: RunningServer;
  let proxy: RunningNginx;
  let admin: Client;
  const below = (place: string): string => `${proxy.url}/vita${place}`;

  beforeAll(async () => {
    server = await startServer({ config: { server: { basePath: '/vita', trustedProxies: ['loopback'] } } });
    proxy = await startNginx({
      server: `
        location /vita/ {
          proxy_pass http://127.0.0.1:${server.port};
          proxy_http_version 1.1;
          proxy_set_header Host tv.example;
          proxy_set_header X-Forwarded-For 203.0.113.20;
          proxy_set_header X-Forwarded-Proto https;
          proxy_set_header X-Forwarded-Host tv.example;
        }
        location = /vita { return 302 /vita/; }`,
    });
    admin = new Client(`${proxy.url}/vita`);
  });
  afterAll(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  it('sets up and signs in; cookies are Secure and lie below the path', async () => {
    const answer = await fetch(below('/api/v1/setup'), {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: 'https://tv.example' },
      body: JSON.stringify({ ...adminCredentials, code: await setupCode(server) }),
    });
    expect(answer.status).toBe(201);
    const cookies = answer.headers.getSetCookie();
    expect(cookies).toHaveLength(3);
    for (const line of cookies) expect(line).toMatch(/Path=\/vita(;|\/).*; Secure$/);
    await admin.login();
    const sessions = await admin.get('/api/v1/auth/sessions');
    expect(sessions.body).toMatchObject({
      items: expect.arrayContaining([expect.objectContaining({ address: '203.0.113.20' })]),
    });
    const foreign = await admin.post('/api/v1/auth/logout', undefined, { headers: { origin: 'https://evil.example' } });
    expectProblem(foreign, 403, 'csrf_failed');
  });

  it('redirects stay below the path, and nothing answers beside it', async () => {
    const top = await fetch(`http://127.0.0.1:${server.port}/`, { redirect: 'manual' });
    expect(top.status).toBe(302);
    expect(top.headers.get('location')).toBe('/vita/');
    expect((await fetch(below('/api/v1/openapi.json'))).status).toBe(200);
    expect(await (await fetch(below('/api/v1/openapi.json'))).json()).toMatchObject({ servers: [{ url: '/vita' }] });
    const beside = await fetch(`http://127.0.0.1:${server.port}/vitascope`);
    expect(beside.status).toBe(404);
    expect((await fetch(below('/health/ready'))).status).toBe(200);
  });

  it('plays with byte ranges, at addresses that hold the path', async () => {
    await addLibrary(admin, { name: 'Films', type: 'movies', folders: [copyDemo('Films', folder)] });
    const film = await titled(admin, 'Paper Orbit');
    expect(film.poster?.url).toMatch(/^\/vita\/api\/v1\/pictures\/|^\/api\/v1\/pictures\//);
    const client = { videoCodecs: ['avc1.640034'], audioCodecs: ['mp4a.40.2'], containers: ['mp4' as const] };
    const { url } = await admin.call(startPlayback, { body: { itemId: film.id, client } });
    const address = url.startsWith('/vita/') ? proxy.url + url : below(url);
    const part = await fetch(address, { headers: { range: 'bytes=10-19' } });
    expect(part.status).toBe(206);
    expect((await part.arrayBuffer()).byteLength).toBe(10);
    const beyond = await fetch(address, { headers: { range: 'bytes=999999999-' } });
    expect(beyond.status).toBe(416);
  });

  it('passes events on at once', async () => {
    const events = await openEvents(admin);
    expect(events.status).toBe(200);
    await admin.post('/api/v1/library/rescan', {});
    const event = await events.until(({ name }) => name === 'job.changed', 5000);
    expect(event.data.name).toBe('library.scan');
    events.close();
  });
});
