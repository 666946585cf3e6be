import { hash, verify } from '@node-rs/argon2';
import { AppError } from '../errors.ts';

/** OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane. The library's default algorithm is argon2id. */
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1, outputLen: 32 } as const;
const longest = 1024;

/** Verified against when the name is unknown, so that the answer takes as long as for a known one. */
let decoy: Promise<string> | undefined;

/** A PHC string, `$argon2id$v=19$m=19456,t=2,p=1$…`. */
export async function hashPassword(password: string): Promise<string> {
  if (password.length > longest) throw new AppError('bad_request', `A password has at most ${longest} characters.`);
  return hash(password.normalize('NFC'), cost);
}

/** Whether the password is right. Pass `undefined` for an unknown name: the same work is done and the answer is no. */
export async function verifyPassword(stored: string | null | undefined, password: string): Promise<boolean> {
  if (password.length > longest) return false;
  decoy ??= hashPassword('nobody has this password');
  const matches = await verify(stored ?? (await decoy), password.normalize('NFC'));
  return matches && typeof stored === 'string';
}

/** Whether a hash was made with other costs than today's and should be made again at the next sign-in. */
export function needsRehash(stored: string): boolean {
  return !stored.startsWith(`$argon2id$v=19$m=${cost.memoryCost},t=${cost.timeCost},p=${cost.parallelism}$`);
}
