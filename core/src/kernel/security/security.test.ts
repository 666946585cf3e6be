import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCsrf } from './csrf.ts';
import { hashPassword, needsRehash, verifyPassword } from './passwords.ts';
import { findInside, resolveInside } from './safe-path.ts';
import { createSecretBox } from './secret-box.ts';
import { loadSecretKey, secretKeyFrom } from './secret-key.ts';
import { createSigner } from './signer.ts';
import { equalsSafely, hashToken, randomToken, readableCode } from './tokens.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'vitascope-security-'));
});
afterAll(() => rmSync(directory, { recursive: true }));
const key = secretKeyFrom(Buffer.alloc(32, 1));

describe('passwords', () => {
  it('are argon2id at today’s cost, salted, and verified', async () => {
    const [one, two] = await Promise.all([hashPassword('correct horse'), hashPassword('correct horse')]);
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword(one, 'correct horse')).toBe(true);
    expect(await verifyPassword(one, 'correct horsf')).toBe(false);
    expect(needsRehash(one)).toBe(false);
    expect(needsRehash('$argon2id$v=19$m=4096,t=3,p=1$x$y')).toBe(true);
  });
  it('cost the same for a name that nobody has', async () => {
    const stored = await hashPassword('x');
    await verifyPassword(undefined, 'x');
    const time = async (hash: string | undefined): Promise<number> => {
      const start = performance.now();
      for (let round = 0; round < 5; round++) expect(await verifyPassword(hash, 'wrong')).toBe(false);
      return performance.now() - start;
    };
    const [known, unknown] = [await time(stored), await time(undefined)];
    expect(unknown).toBeGreaterThan(known / 3);
  });
  it('cannot be used to burn memory or be matched in another normal form', async () => {
    expect(await verifyPassword(await hashPassword('café'), 'cafe\u0301')).toBe(true);
    expect(await verifyPassword(undefined, 'a'.repeat(10_000_000))).toBe(false);
    await expect(hashPassword('a'.repeat(1025))).rejects.toMatchObject({ code: 'bad_request' });
  });
});

describe('tokens', () => {
  it('are long, different, and hashed', () => {
    expect(randomToken()).toHaveLength(43);
    expect(randomToken()).not.toBe(randomToken());
    expect(hashToken('a')).toMatch(/^[0-9a-f]{64}$/);
    expect(readableCode()).toMatch(/^[A-HJ-NP-Z2-9]{4}-[A-HJ-NP-Z2-9]{4}$/);
    expect(equalsSafely('abc', 'abc')).toBe(true);
    expect(equalsSafely('abc', 'abcd')).toBe(false);
  });
});

describe('the key file', () => {
  it('is made once with mode 0600, also when two ask at the same time', async () => {
    const file = join(directory, 'new', 'secret.key');
    const keys = await Promise.all(Array.from({ length: 8 }, () => loadSecretKey({ file })));
    expect(new Set(keys.map((each) => each.fingerprint)).size).toBe(1);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
  });
  it('is refused when others can read it or it is damaged', async () => {
    const file = join(directory, 'bad.key');
    writeFileSync(file, 'nonsense', { mode: 0o600 });
    await expect(loadSecretKey({ file })).rejects.toMatchObject({
      code: 'secret_key_wrong',
      fix: expect.stringContaining('backup'),
    });
    chmodSync(file, 0o644);
    await expect(loadSecretKey({ file })).rejects.toMatchObject({
      code: 'secret_key_wrong',
      fix: `Run: chmod 600 ${file}`,
    });
  });
  it('is not needed when the configuration gives a key', async () => {
    const file = join(directory, 'never.key');
    const configured = await loadSecretKey({ configured: 'c'.repeat(32), file });
    expect(configured.fingerprint).toHaveLength(12);
    expect(configured.derive('a').equals(configured.derive('b'))).toBe(false);
  });
});

describe('the secret box', () => {
  const box = createSecretBox(key);
  it('seals differently each time and opens', () => {
    expect(box.seal('token')).not.toBe(box.seal('token'));
    expect(box.open(box.seal('tökén', 'connection:1'), 'connection:1')).toBe('tökén');
    expect(box.isOurs(box.seal(''))).toBe(true);
  });
  it('says secret_key_wrong for another key, another place, changed or cut text', () => {
    const sealed = box.seal('token', 'connection:1');
    const changed = sealed.slice(0, -2) + (sealed.endsWith('AA') ? 'BB' : 'AA');
    const other = createSecretBox(secretKeyFrom(Buffer.alloc(32, 2)));
    for (const attempt of [
      () => other.open(sealed, 'connection:1'),
      () => box.open(sealed, 'connection:2'),
      () => box.open(changed, 'connection:1'),
      () => box.open(sealed.slice(0, 30), 'connection:1'),
      () => box.open('plain text'),
      () => box.open(''),
    ]) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'secret_key_wrong' }));
    }
  });
});

describe('signed addresses', () => {
  const payload = { account: 'a1', file: 7 };
  it('carry what was signed until they expire', () => {
    let now = 1000;
    const signer = createSigner(key, 'stream', () => now);
    const signed = signer.sign(payload, 60_000);
    expect(signer.verify(signed)).toEqual(payload);
    now += 60_000;
    expect(() => signer.verify(signed)).toThrow(expect.objectContaining({ code: 'signature_invalid' }));
  });
  it('are worthless when changed in any character, or for another purpose or key', () => {
    const signer = createSigner(key, 'stream');
    const signed = signer.sign(payload, 60_000);
    const invalid = expect.objectContaining({ code: 'signature_invalid' });
    for (let at = 0; at < signed.length; at++) {
      const swapped = signed[at] === 'A' ? 'B' : 'A';
      expect(() => signer.verify(signed.slice(0, at) + swapped + signed.slice(at + 1)), `character ${at}`).toThrow(
        invalid,
      );
    }
    for (const other of ['', '.', 'a.b', `${signed}=`, `${signed}A`, signed.split('.')[0] ?? ''])
      expect(() => signer.verify(other)).toThrow(invalid);
    expect(() => createSigner(key, 'download').verify(signed)).toThrow(invalid);
    expect(() => createSigner(secretKeyFrom(Buffer.alloc(32, 9)), 'stream').verify(signed)).toThrow(invalid);
  });
});

it('CSRF tokens belong to one session', () => {
  const csrf = createCsrf(key);
  expect(csrf.matches('s1', csrf.tokenFor('s1'))).toBe(true);
  expect(csrf.matches('s2', csrf.tokenFor('s1'))).toBe(false);
  expect(csrf.matches('s1', '')).toBe(false);
});

describe('paths inside a root', () => {
  it('follow links and never leave', async () => {
    const root = join(directory, 'root');
    mkdirSync(join(root, 'sub'), { recursive: true });
    mkdirSync(join(directory, 'root-sibling'));
    for (const file of ['root/sub/a.txt', 'secret.txt', 'root-sibling/b.txt'])
      writeFileSync(join(directory, file), 'x');
    symlinkSync(join(directory, 'secret.txt'), join(root, 'leak'));
    symlinkSync(root, join(directory, 'door'));
    symlinkSync('loop', join(root, 'loop'));
    expect(await resolveInside(root, 'sub/a.txt')).toBe(join(root, 'sub/a.txt'));
    expect(await resolveInside(join(directory, 'door'), 'sub/../sub/a.txt')).toBe(join(root, 'sub/a.txt'));
    for (const path of ['../secret.txt', 'leak', '/etc/passwd', '../root-sibling/b.txt', 'sub\0/a.txt']) {
      await expect(resolveInside(root, path), path).rejects.toMatchObject({ code: 'forbidden' });
      expect(await findInside(root, path)).toBeUndefined();
    }
    for (const path of ['nothing', 'loop', 'sub/a.txt/b', 'n'.repeat(5000)]) {
      await expect(resolveInside(root, path)).rejects.toMatchObject({ code: 'not_found' });
    }
  });
});
