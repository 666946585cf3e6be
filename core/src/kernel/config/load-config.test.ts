import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AppError } from '../errors.ts';
import { describeConfigFaults, loadConfig, type ConfigFault } from './load-config.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vitascope-config-'));
  mkdirSync(join(directory, 'config'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const write = (text: string): void => writeFileSync(join(directory, 'config/vitascope.yaml'), text);
const load = (environment: Record<string, string> = {}) => loadConfig({ directory, environment });
function faultsOf(environment: Record<string, string> = {}): ConfigFault[] {
  try {
    load(environment);
  } catch (error) {
    expect((error as AppError).code).toBe('config_invalid');
    return (error as AppError).errors as ConfigFault[];
  }
  throw new Error('The configuration was accepted.');
}

describe('loadConfig', () => {
  it('runs without a file on defaults, and says so', () => {
    const { config, demo, file, sources } = load();
    expect(demo).toBe(true);
    expect(file).toBeUndefined();
    expect(sources.size).toBe(0);
    expect(config.server).toMatchObject({ host: '127.0.0.1', port: 8420, basePath: '/' });
    expect(config.dataDir).toBe(join(directory, 'data'));
  });

  it('takes the file, then the environment, and remembers where each value is set', () => {
    write('server:\n  port: 9000\n  host: 0.0.0.0\n');
    const { config, sources, demo } = load({
      VITASCOPE__SERVER__PORT: '9100',
      vitascope__server__trustedproxies: '10.0.0.0/8, loopback',
    });
    expect(demo).toBe(false);
    expect(config.server).toMatchObject({ port: 9100, host: '0.0.0.0', trustedProxies: ['10.0.0.0/8', 'loopback'] });
    expect(sources.get('server.port')).toEqual({ kind: 'environment', variable: 'VITASCOPE__SERVER__PORT' });
    expect(sources.get('server.host')).toMatchObject({ kind: 'file', line: 3, column: 9 });
    expect(sources.has('server.basePath')).toBe(false);
  });

  it('takes JSON, booleans, list members and the older names from the environment', () => {
    const { config } = load({
      VITASCOPE_DATA_DIR: '/srv/vita',
      DATABASE_URL: 'postgresql://u:p@db/vita',
      TMDB_API_KEY: 'k1',
      TRAKT_CLIENT_ID: '12345',
      DOWNLOAD_MAX_ACTIVE: '7',
      DOWNLOAD_POLL_INTERVAL: '3s',
      DOWNLOAD_RETRY_BACKOFF: '2m',
      VITASCOPE__PLUGINS__SAFE_MODE: 'yes',
      VITASCOPE__LIBRARIES: '[{"name":"Films","type":"movies","folders":["/films"]}]',
      VITASCOPE__PLUGINS__OPTIONS__NFO__writeFiles: 'true',
    });
    expect(config.dataDir).toBe('/srv/vita');
    expect(config.database.url).toBe('postgresql://u:p@db/vita');
    expect(config.services).toMatchObject({ tmdb: { apiKey: 'k1' }, trakt: { clientId: '12345' } });
    expect(config.downloads).toEqual({ maxActive: 7, pollIntervalSeconds: 3, retryBackoffSeconds: 120 });
    expect(config.plugins).toMatchObject({ safeMode: true, options: { nfo: { writeFiles: true } } });
    expect(config.libraries[0]).toMatchObject({ name: 'Films', folders: ['/films'], watch: true });
  });

  it('lets a name of ours win over an older one', () => {
    const { config } = load({ DATABASE_URL: 'postgresql://old/db', VITASCOPE__DATABASE__URL: 'postgresql://new/db' });
    expect(config.database.url).toBe('postgresql://new/db');
  });

  it('resolves references to variables and files', () => {
    writeFileSync(join(directory, 'key'), 'hidden-value\n');
    write(
      `database:\n  url: postgresql://vita:\${env:DB_PASSWORD}@db/vita\nservices:\n  tmdb:\n    apiKey: \${file:${directory}/key}\n`,
    );
    const { config } = load({ DB_PASSWORD: 'secret' });
    expect(config.database.url).toBe('postgresql://vita:secret@db/vita');
    expect(config.services.tmdb.apiKey).toBe('hidden-value');
  });

  it('reports ten faults at once, each with line and column', () => {
    write(`server:
  port: 99999
  prot: 8080
  basePath: vita/
database:
  url: mysql://db
log:
  level: loud
libraries:
  - name: Films
    folders: []
port: 80
playback:
  maxTranscodes: many
services:
  tmdb:
    apiKey: \${env:NOT_SET}
`);
    const faults = faultsOf({ VITASCOPE__SERVER__HOTS: 'x' });
    expect(faults.map(({ path, line, column }) => [path, line, column])).toEqual([
      ['server.HOTS', undefined, undefined],
      ['server.port', 2, 9],
      ['server.prot', 3, 3],
      ['server.basePath', 4, 13],
      ['database.url', 6, 8],
      ['log.level', 8, 10],
      ['libraries.0.type', 10, 5],
      ['libraries.0.folders', 11, 14],
      ['port', 12, 1],
      ['playback.maxTranscodes', 14, 18],
      ['services.tmdb.apiKey', 17, 13],
    ]);
    const messages = Object.fromEntries(faults.map((fault) => [fault.path, fault.message]));
    expect(messages['server.prot']).toContain('Did you mean "port"?');
    expect(messages.port).toContain('Did you mean "server.port"?');
    expect(messages['server.HOTS']).toContain('Did you mean "server.host"?');
    expect(messages['libraries.0.type']).toContain('required');
  });

  it('names the variable of a wrong value', () => {
    write('server:\n  port: 9000\n');
    expect(faultsOf({ VITASCOPE__SERVER__PORT: 'eighty' })).toMatchObject([
      { path: 'server.port', place: 'VITASCOPE__SERVER__PORT' },
    ]);
  });

  it('reports broken YAML, a doubled key, and a file that is no mapping', () => {
    write('server:\n  port: [1, 2\nlog:\n  level: info\n');
    expect(faultsOf()[0]?.message).toMatch(/^YAML: /);
    write('log:\n  level: info\n  level: warn\n');
    expect(faultsOf()).toMatchObject([{ line: 3, column: 3 }]);
    write('- server\n');
    expect(faultsOf()[0]?.message).toContain('must hold sections');
  });

  it('refuses two libraries of one name and a file that is named but not there', () => {
    const twice = '{ name: Films, type: movies, folders: [/a] }';
    write(`libraries:\n  - ${twice}\n  - ${twice}\n`);
    expect(faultsOf()).toMatchObject([{ path: 'libraries.1.name', line: 3 }]);
    expect(() => loadConfig({ directory, environment: {}, file: 'no.yaml' })).toThrow(/a fault/);
  });

  it('survives hostile keys', () => {
    write('__proto__:\n  polluted: 1\nconstructor: 2\nserver:\n  __proto__: 3\n');
    expect(
      faultsOf()
        .map((fault) => fault.path)
        .sort(),
    ).toEqual(['__proto__', 'constructor', 'server.__proto__']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('freezes the result all the way down', () => {
    const { config } = load();
    expect(() => ((config.server as { port: number }).port = 1)).toThrow(TypeError);
    expect(Object.isFrozen(config.libraries)).toBe(true);
  });

  it('writes each fault as one line', () => {
    write('server:\n  port: no\n');
    try {
      load();
    } catch (error) {
      expect(describeConfigFaults(error as AppError)[0]).toMatch(/vitascope\.yaml:2:9: server\.port: .+number/);
    }
    expect.assertions(1);
  });
});
