import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from './findings.ts';
import { runProgram } from './program.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'vitascope-command-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

async function run(words: string[], environment: Record<string, string> = {}, answers: string[] = []) {
  const out: string[] = [];
  const errors: string[] = [];
  const terminal = {
    print: (line: string) => void out.push(line),
    printError: (line: string) => void errors.push(line),
    ask: async () => answers.shift() ?? '',
  };
  const exitCode = await runProgram(words, {
    terminal,
    environment: { VITASCOPE_DATA_DIR: join(directory, 'data'), ...environment },
  });
  return { exitCode, out: out.join('\n'), errors: errors.join('\n') };
}
const configFile = (text: string): string => {
  const file = join(directory, 'vitascope.yaml');
  writeFileSync(file, text);
  return file;
};

describe('vitascope', () => {
  it('explains itself and refuses what it does not know', async () => {
    const help = await run(['--help']);
    for (const name of ['serve', 'scan', 'parse', 'migrate', 'config', 'user', 'doctor'])
      expect(help.out).toContain(name);
    expect((await run(['--version'])).out).toMatch(/^\d+\.\d+\.\d+$/);
    const unknown = await run(['dance']);
    expect([unknown.exitCode, unknown.errors]).toEqual([1, expect.stringContaining('dance')]);
  });
});

describe('vitascope config', () => {
  it('checks: every fault with its place and exit code 78, or a word of praise', async () => {
    const bad = await run(['config', 'check', '--config', configFile('server:\n  port: no\n  hots: x\n')]);
    expect(bad.exitCode).toBe(78);
    expect(bad.errors).toMatch(/vitascope\.yaml:2:9: server\.port: /);
    expect(bad.errors).toMatch(/vitascope\.yaml:3:3: server\.hots: .*Did you mean "host"\?/);
    const good = await run(['--config', configFile('server:\n  port: 9000\n'), 'config', 'check']);
    expect([good.exitCode, good.out]).toEqual([0, expect.stringContaining('is fine')]);
  });
  it('prints the schema and the example', async () => {
    expect(JSON.parse((await run(['config', 'schema'])).out)).toMatchObject({ title: 'Vitascope configuration' });
    expect((await run(['config', 'example'])).out).toContain('#port: 8420');
  });
});

describe('vitascope migrate', () => {
  it('goes up, shows where it is, goes down and up again', async () => {
    expect((await run(['migrate', 'status'])).out).toContain('pending');
    expect((await run(['migrate', 'up'])).out).toContain('applied');
    expect((await run(['migrate', 'up'])).out).toBe('The schema is up to date.');
    const status = await run(['migrate', 'status']);
    expect(status.out).toMatch(/^\d{4}-\d\d-\d\dT/);
    expect(status.out).not.toContain('pending');
    expect((await run(['migrate', 'down', '--steps', '1'])).out).toContain('taken back');
    expect((await run(['migrate', 'up'])).exitCode).toBe(0);
    expect((await run(['migrate', 'down', '--steps', 'all'])).exitCode).toBe(1);
  });
});

describe('vitascope serve', () => {
  it('says what is wrong with a data directory that is none', async () => {
    const file = join(directory, 'a-file');
    writeFileSync(file, '');
    for (const dataDir of [file, join(file, 'below')]) {
      const { exitCode, errors } = await run(['serve'], { VITASCOPE_DATA_DIR: dataDir });
      expect({ exitCode, errors }).toEqual({
        exitCode: 1,
        errors: expect.stringMatching(/^The folder .*a-file.* cannot be made: .*\n.*another data directory/),
      });
    }
  });
});

describe('vitascope user', () => {
  it('creates accounts and resets passwords; the password is asked for, never an argument', async () => {
    expect((await run(['user', 'create', 'Anna', '--admin'], {}, ['long enough'])).out).toBe('Created admin Anna.');
    const again = await run(['user', 'create', 'anna'], { VITASCOPE_PASSWORD: 'long enough' });
    expect([again.exitCode, again.errors]).toEqual([1, expect.stringContaining('taken')]);
    expect((await run(['user', 'create', 'Ben'], {}, ['short'])).errors).toContain('at least 8');
    expect((await run(['user', 'reset-password', 'ANNA'], {}, ['another long one'])).out).toContain(
      'Set a new password for Anna',
    );
    expect((await run(['user', 'reset-password', 'Nobody'], {}, ['another long one'])).errors).toContain(
      'no account Nobody',
    );
  });
});

describe('vitascope doctor', () => {
  const examine = async (words: string[] = [], environment: Record<string, string> = {}) => {
    const { out, exitCode } = await run(['doctor', '--json', ...words], environment);
    const findings = JSON.parse(out) as Finding[];
    return { exitCode, findings, find: (name: string) => findings.find((finding) => finding.name.startsWith(name)) };
  };
  it('is content with a fresh installation', async () => {
    const { find } = await examine();
    for (const name of ['node', 'configuration', 'data directory', 'disk space', 'secret key', 'database'])
      expect(find(name)?.state, name).toBe('ok');
    expect(existsSync(join(directory, 'data/vitascope.db'))).toBe(false);
  });

  it('names cause and fix of each fault: configuration, folders, ffmpeg, key, migrations', async () => {
    mkdirSync(join(directory, 'data'));
    const key = join(directory, 'data/secret.key');
    writeFileSync(key, `${'ab'.repeat(32)}\n`);
    chmodSync(key, 0o644);
    await run(['migrate', 'up']);
    await run(['migrate', 'down']);
    const file = configFile(
      `libraries:\n  - { name: Films, type: movies, folders: [${directory}/gone, ${key}] }\nplayback:\n  ffmpeg: ${directory}/no-ffmpeg\n`,
    );
    const { exitCode, find, findings } = await examine(['--config', file]);
    expect(exitCode).toBe(1);
    expect(find('secret key')).toMatchObject({ state: 'fault', fix: `Run: chmod 600 ${key}` });
    expect(find(`folder ${directory}/gone`)).toMatchObject({ state: 'fault', message: 'It is not there.' });
    expect(find(`folder ${key}`)?.message).toBe('This is no folder.');
    expect(find('ffmpeg')).toMatchObject({ state: 'warning', message: expect.stringContaining('ENOENT') });
    expect(find('database')).toMatchObject({ state: 'warning', message: expect.stringContaining('Migrations wait') });
    for (const finding of findings) if (finding.state !== 'ok') expect(finding.fix, finding.name).not.toBe('');
    const faulty = await examine(['--config', configFile('server:\n  port: x\n')]);
    expect(faulty.find('configuration')).toMatchObject({
      state: 'fault',
      message: expect.stringContaining('vitascope.yaml:2:9'),
    });
  });

  it('notices a key that does not belong to the database', async () => {
    await run(['migrate', 'up']);
    const { createSecretBox } = await import('../kernel/security/secret-box.ts');
    const { loadSecretKey } = await import('../kernel/security/secret-key.ts');
    const { loadConfig } = await import('../kernel/config/load-config.ts');
    const { openCommandDatabase } = await import('./command-context.ts');
    const dataDir = join(directory, 'data');
    const file = join(dataDir, 'secret.key');
    const sealed = createSecretBox(await loadSecretKey({ file })).seal('{}');
    const database = await openCommandDatabase(loadConfig({ directory, environment: { VITASCOPE_DATA_DIR: dataDir } }));
    const now = Date.now();
    await database.insert('connections', [
      {
        id: 'c1',
        plugin_id: 'x',
        contract: 'metadata',
        kind: 'x',
        name: 'My source',
        secrets: sealed,
        created_at: now,
        updated_at: now,
      },
    ]);
    await database.close();
    expect((await examine()).find('stored secrets')).toMatchObject({ state: 'ok', message: '1 can be opened.' });
    const original = readFileSync(file);
    writeFileSync(file, `${'cd'.repeat(32)}\n`);
    expect((await examine()).find('stored secrets')).toMatchObject({
      state: 'fault',
      message: expect.stringContaining('My source'),
    });
    writeFileSync(file, original);
  });

  it('says what is wrong with a PostgreSQL that is not there', async () => {
    const { find, exitCode } = await examine([], {
      DATABASE_URL: 'postgresql://vita:hidden-password@127.0.0.1:1/vita',
    });
    expect(exitCode).toBe(1);
    expect(find('database')).toMatchObject({ state: 'fault' });
    expect(JSON.stringify(find('database'))).not.toContain('hidden-password');
  });
});
