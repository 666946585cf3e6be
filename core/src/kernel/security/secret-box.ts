import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { SecretKey } from './secret-key.ts';

/** Keeps secrets in the database so that the database alone does not give them away. */
export interface SecretBox {
  /** `v1.<key fingerprint>.<base64url of nonce, ciphertext and tag>`. `context` is bound in: the same must be given to open. */
  seal(plain: string, context?: string): string;
  /** @throws AppError `secret_key_wrong` for another key, another context or changed text. */
  open(sealed: string, context?: string): string;
  /** Whether a sealed text was made with this key, without opening it. */
  isOurs(sealed: string): boolean;
}

const nonceBytes = 12;
const tagBytes = 16;

export function createSecretBox(secretKey: SecretKey): SecretBox {
  const key = secretKey.derive('stored-secrets');
  const head = `v1.${secretKey.fingerprint}.`;
  return {
    seal(plain, context = '') {
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes }).setAAD(
        Buffer.from(context),
      );
      const body = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
      return head + body.toString('base64url');
    },
    open(sealed, context = '') {
      if (!sealed.startsWith(head)) throw wrongKey(sealed.startsWith('v1.') ? 'with another key' : 'in an unknown way');
      const body = Buffer.from(sealed.slice(head.length), 'base64url');
      if (body.length < nonceBytes + tagBytes) throw wrongKey('and is cut short');
      const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, nonceBytes), { authTagLength: tagBytes })
        .setAAD(Buffer.from(context))
        .setAuthTag(body.subarray(-tagBytes));
      try {
        return Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]).toString(
          'utf8',
        );
      } catch (cause) {
        throw wrongKey('and was changed since', cause);
      }
    },
    isOurs: (sealed) => sealed.startsWith(head),
  };
}

const wrongKey = (how: string, cause?: unknown): AppError =>
  new AppError('secret_key_wrong', `A stored secret was sealed ${how}; it cannot be opened.`, {
    cause,
    fix: 'Put back the secret.key that belongs to this database, or enter the credentials of the connection again.',
  });
