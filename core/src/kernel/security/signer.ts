import { createHmac, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { SecretKey } from './secret-key.ts';

/** Signs addresses that must work without a session, for example those a video element loads. */
export interface Signer {
  /** A text for the `s` parameter that carries `payload` and its end. Who bears it can read the payload, but not change it. */
  sign<T extends object>(payload: T, validMs: number): string;
  /** @throws AppError `signature_invalid` when the text was changed, was made for another purpose or has expired. */
  verify<T extends object>(signed: string): T;
}

const macBytes = 32;

/** @param purpose signatures of one purpose are worthless for another, for example `stream` */
export function createSigner(secretKey: SecretKey, purpose: string, now: () => number = Date.now): Signer {
  const key = secretKey.derive(`signature:${purpose}`);
  const mac = (body: string): Buffer => createHmac('sha256', key).update(body).digest();
  return {
    sign(payload, validMs) {
      const body = Buffer.from(JSON.stringify([now() + validMs, payload])).toString('base64url');
      return `${body}.${mac(body).toString('base64url')}`;
    },
    verify<T extends object>(signed: string): T {
      const dot = signed.indexOf('.');
      const body = signed.slice(0, Math.max(0, dot));
      const given = Buffer.from(signed.slice(dot + 1), 'base64url');
      const isCanonical = dot > 0 && given.length === macBytes && given.toString('base64url') === signed.slice(dot + 1);
      if (!isCanonical || !timingSafeEqual(given, mac(body))) throw invalid('was changed or is not ours');
      const [expires, payload] = JSON.parse(Buffer.from(body, 'base64url').toString()) as [number, T];
      if (expires <= now()) throw invalid('has expired');
      return payload;
    },
  };
}

const invalid = (why: string): AppError =>
  new AppError('signature_invalid', `This signed address ${why}.`, {
    fix: 'Open the page again to get a fresh address.',
  });
