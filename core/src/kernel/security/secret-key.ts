import { hkdfSync, randomBytes } from 'node:crypto';
import { chmod, link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '../errors.ts';

/** The server's one secret, from which a key for each purpose is derived. */
export interface SecretKey {
  /** 32 bytes for one purpose, for example `stored-secrets`; the same every time. */
  derive(purpose: string): Buffer;
  /** A few characters that tell two keys apart without telling anything about them. */
  fingerprint: string;
}

export interface SecretKeyOptions {
  /** `security.secretKey` of the configuration; then no file is used. */
  configured?: string;
  /** `<data directory>/secret.key`; made with mode 0600 when it is not there. */
  file: string;
}

/** @throws AppError `secret_key_wrong` when the key file is unreadable, damaged or readable by others. */
export async function loadSecretKey({ configured, file }: SecretKeyOptions): Promise<SecretKey> {
  return secretKeyFrom(configured === undefined ? await readOrCreate(file) : Buffer.from(configured));
}

export function secretKeyFrom(material: Uint8Array): SecretKey {
  const derive = (purpose: string): Buffer => Buffer.from(hkdfSync('sha256', material, 'vitascope', purpose, 32));
  return { derive, fingerprint: derive('fingerprint').toString('hex').slice(0, 12) };
}

const isMissing = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ENOENT';

async function readOrCreate(file: string): Promise<Buffer> {
  try {
    return await readKeyFile(file);
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
  await createKeyFile(file);
  return readKeyFile(file);
}

async function readKeyFile(file: string): Promise<Buffer> {
  const { mode } = await stat(file);
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new AppError(
      'secret_key_wrong',
      `The key file ${file} can be read by others (mode ${(mode & 0o777).toString(8)}).`,
      {
        fix: `Run: chmod 600 ${file}`,
      },
    );
  }
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new AppError('secret_key_wrong', `The key file ${file} cannot be read.`, {
      cause,
      fix: 'Give it to the account that runs the server.',
    });
  }
  const key = Buffer.from(text.trim(), 'hex');
  if (key.length === 32 && /^[0-9a-f]{64}$/i.test(text.trim())) return key;
  throw new AppError('secret_key_wrong', `The key file ${file} is damaged.`, {
    fix: 'Put back the file from a backup.',
  });
}

/** Written aside and linked into place, so that two servers starting at once agree on one key. */
async function createKeyFile(file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const aside = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = await open(aside, 'wx', 0o600);
  try {
    await handle.writeFile(`${randomBytes(32).toString('hex')}\n`);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await chmod(aside, 0o600);
  try {
    await link(aside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await unlink(aside);
  }
}
